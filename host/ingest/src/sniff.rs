//! Identifies inputs that are not CSV at all.
//!
//! Failed downloads often leave a file behind: an error page, a pointer to the file instead of the file, the spreadsheet instead of its
//! export. Each is recognised by its first bytes, so that it is refused by name instead of as a million ragged records.

use std::fmt;

/// What was found instead of CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotCsv {
    /// No bytes.
    Empty,
    /// A web page.
    Html,
    /// XML.
    Xml,
    /// JSON.
    Json,
    /// A Git LFS pointer.
    LfsPointer,
    /// PDF.
    Pdf,
    /// Parquet.
    Parquet,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// LZ4.
    Lz4,
    /// A tar archive.
    Tar,
    /// A 7z archive.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// An `SQLite` database.
    Sqlite,
    /// ORC.
    Orc,
    /// Avro.
    Avro,
    /// Arrow, or Feather.
    Arrow,
    /// A zip archive inside data that was already decompressed; all current office documents are zip archives.
    Zip,
    /// gzip or zstd inside data that was already decompressed.
    Compressed,
    /// An office document in the old binary format.
    OldOffice,
    /// Text in 16-bit units.
    Utf16,
    /// Bytes that are not text.
    Binary,
}

impl fmt::Display for NotCsv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the input is empty",
            Self::Html => "the input is a web page, most likely the error or consent page of the site it was downloaded from",
            Self::Xml => "the input is XML, most likely an error message of the store it was downloaded from",
            Self::Json => "the input is JSON; export or download it as CSV",
            Self::LfsPointer => "the input is a Git LFS pointer, not the file it stands for; fetch the file with `git lfs pull`",
            Self::Pdf => "the input is a PDF document",
            Self::Parquet => "the input is a Parquet file; export it as CSV",
            Self::Bzip2 => "the input is compressed with bzip2; expected gzip, zstd, zip or plain text: unpack it",
            Self::Xz => "the input is compressed with xz; expected gzip, zstd, zip or plain text: unpack it",
            Self::Lz4 => "the input is compressed with LZ4; expected gzip, zstd, zip or plain text: unpack it",
            Self::Tar => "the input is a tar archive; unpack it",
            Self::SevenZip => "the input is a 7z archive; unpack it",
            Self::Rar => "the input is a RAR archive; unpack it",
            Self::Sqlite => "the input is a SQLite database; export the table as CSV",
            Self::Orc => "the input is an ORC file; export it as CSV",
            Self::Avro => "the input is an Avro file; export it as CSV",
            Self::Arrow => "the input is an Arrow file; export it as CSV",
            Self::Zip => "the input is a zip archive or office document inside its compression; unpack it once",
            Self::Compressed => "the input is compressed twice; decompress it once",
            Self::OldOffice => "the input is an Excel workbook or other office document; export it as CSV",
            Self::Utf16 => "the input is UTF-16 text; convert it to UTF-8",
            Self::Binary => "the input is binary data; expected text: unpack it, or export it as CSV",
        })
    }
}

/// Formats recognised by their first bytes.
const MAGIC: [(&[u8], NotCsv); 19] = [
    (b"version https://git-lfs.github.com/spec/", NotCsv::LfsPointer),
    (b"%PDF-", NotCsv::Pdf),
    (b"PK\x03\x04", NotCsv::Zip),
    (b"PK\x05\x06", NotCsv::Zip),
    (b"\x1f\x8b\x08", NotCsv::Compressed),
    (b"\x28\xb5\x2f\xfd", NotCsv::Compressed),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", NotCsv::OldOffice),
    (b"\xff\xfe", NotCsv::Utf16),
    (b"\xfe\xff", NotCsv::Utf16),
    (b"<?xml", NotCsv::Xml),
    (b"\xfd7zXZ\0", NotCsv::Xz),
    (b"\x04\x22\x4d\x18", NotCsv::Lz4),
    (b"\x02\x21\x4c\x18", NotCsv::Lz4),
    (b"7z\xbc\xaf\x27\x1c", NotCsv::SevenZip),
    (b"Rar!\x1a\x07", NotCsv::Rar),
    (b"SQLite format 3\0", NotCsv::Sqlite),
    (b"Obj\x01", NotCsv::Avro),
    (b"ARROW1\0\0", NotCsv::Arrow),
    // An Arrow stream: the marker before a message and its length.
    (b"\xff\xff\xff\xff", NotCsv::Arrow),
];

/// Formats that begin with letters, which a header may begin with too: recognised only if non-text bytes follow.
const MAGIC_LETTERS: [(&[u8], NotCsv); 4] = [
    (b"PAR1", NotCsv::Parquet),
    (b"BZh", NotCsv::Bzip2),
    (b"ORC", NotCsv::Orc),
    (b"FEA1", NotCsv::Arrow),
];

/// Bytes searched for signs that it is not text. 512: in compressed data, that many contain a hundred control bytes.
const LETTERS_SEEN: usize = 512;

/// The tar signature and its offset, after the name of the first file.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// How web pages begin, in lower case.
const HTML: [&[u8]; 6] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title"];

/// Number of bytes that [`sniff`] examines. 4 KiB: enough to recognise any of these, and a single read from disk.
pub const SNIFF_BYTES: usize = 4096;

/// Identifies an input that cannot be CSV. `first` holds its first bytes, decompressed: [`SNIFF_BYTES`] of them, or all if there are
/// fewer.
pub fn sniff(first: &[u8]) -> Option<NotCsv> {
    let first = &first[..first.len().min(SNIFF_BYTES)];
    if first.is_empty() {
        return Some(NotCsv::Empty);
    }
    let text = first.strip_prefix(crate::header::BOM).unwrap_or(first).trim_ascii_start();
    let by_magic =
        MAGIC.iter().find(|(magic, _)| first.starts_with(magic) || text.starts_with(magic));
    if let Some((_, found)) = by_magic {
        return Some(*found);
    }
    let by_letters = MAGIC_LETTERS.iter().find(|(magic, _)| first.starts_with(magic));
    if let Some((_, found)) = by_letters
        && first[..first.len().min(LETTERS_SEEN)].iter().any(|&byte| is_control(byte))
    {
        return Some(*found);
    }
    let (at, magic) = TAR;
    if first.get(at..).is_some_and(|rest| rest.starts_with(magic)) && first[..at].contains(&0) {
        return Some(NotCsv::Tar);
    }
    if is_utf16(first) {
        return Some(NotCsv::Utf16);
    }
    if text.first() == Some(&b'<') {
        let start = text[..text.len().min(16)].to_ascii_lowercase();
        if HTML.iter().any(|tag| start.starts_with(tag)) {
            return Some(NotCsv::Html);
        }
        let tag = text[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if tag > 0 && matches!(text.get(tag + 1), Some(b'>' | b' ')) || text.starts_with(b"<!--") {
            return Some(NotCsv::Xml);
        }
    }
    if is_json(text) {
        return Some(NotCsv::Json);
    }
    // One record with stray control bytes is a fault of that record; if a tenth of all bytes are control bytes, it is another kind of
    // file.
    let control = first.iter().filter(|byte| is_control(**byte));
    (control.count() * 10 > first.len()).then_some(NotCsv::Binary)
}

/// Whether a byte never occurs in text.
fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !byte.is_ascii_whitespace()
}

/// Whether it is text in 16-bit units without a byte order mark: at least a third of a table's characters are ASCII, and these have a zero
/// on one side and never on the other.
fn is_utf16(first: &[u8]) -> bool {
    let (pairs, _) = first.as_chunks::<2>();
    let zeros = |side: usize| pairs.iter().filter(|pair| pair[side] == 0).count();
    let (before, after) = (zeros(0), zeros(1));
    let most = before.max(after);
    most >= 4 && most * 3 > pairs.len() && before.min(after) == 0
}

/// `{` before a key or `}`, `[` before a value. A column may be named `[id]`.
fn is_json(text: &[u8]) -> bool {
    let Some((&open, rest)) = text.split_first() else { return false };
    let next = rest.trim_ascii_start().first();
    match open {
        b'{' => matches!(next, Some(b'"' | b'}')),
        b'[' => matches!(next, Some(b'{' | b'[' | b'"' | b']')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_known_by_how_they_begin() {
        let check = |first: &[u8], expected| assert_eq!(sniff(first), expected, "{first:?}");
        check(b"", Some(NotCsv::Empty));
        check(b"\n <!DOCTYPE HTML><html>", Some(NotCsv::Html));
        check(b"\xef\xbb\xbf<html lang=en>", Some(NotCsv::Html));
        check(b"<?xml version=\"1.0\"?><Error>", Some(NotCsv::Xml));
        check(b"<Error><Code>AccessDenied", Some(NotCsv::Xml));
        check(b"{\n  \"a\": 1}", Some(NotCsv::Json));
        check(b"[{\"a\": 1}]", Some(NotCsv::Json));
        check(b"version https://git-lfs.github.com/spec/v1\noid", Some(NotCsv::LfsPointer));
        check(b"%PDF-1.7", Some(NotCsv::Pdf));
        check(b"PK\x03\x04....", Some(NotCsv::Zip));
        check(b"\x1f\x8b\x08....", Some(NotCsv::Compressed));
        check(b"\xff\xfea\0,\0", Some(NotCsv::Utf16));
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Some(NotCsv::OldOffice));
        check(b"PAR1\x15\0\x15", Some(NotCsv::Parquet));
        check(b"PAR1,PAR2\n1,2\n", None);
        check(b"BZh91AY&SY\x12\x03", Some(NotCsv::Bzip2));
        check(b"BZh,name\n1,2\n", None);
        check(b"ORC\x08\x03\x10", Some(NotCsv::Orc));
        check(b"ORCID,name\n1,2\n", None);
        check(b"FEA1\0\0\0\0", Some(NotCsv::Arrow));
        check(b"ARROW1\0\0\xff", Some(NotCsv::Arrow));
        check(b"\xff\xff\xff\xff\x10\x01", Some(NotCsv::Arrow));
        check(b"\xfd7zXZ\0\0\x04", Some(NotCsv::Xz));
        check(b"\x04\x22\x4d\x18\x64", Some(NotCsv::Lz4));
        check(b"7z\xbc\xaf\x27\x1c\0\x04", Some(NotCsv::SevenZip));
        check(b"Rar!\x1a\x07\x01\0", Some(NotCsv::Rar));
        check(b"SQLite format 3\0\x10", Some(NotCsv::Sqlite));
        check(b"Obj\x01\x04\x14", Some(NotCsv::Avro));
        let mut tar = b"loans.csv".to_vec();
        tar.resize(257, 0);
        tar.extend(b"ustar\x0000");
        tar.resize(512, 0);
        check(&tar, Some(NotCsv::Tar));
        check(b"i\0d\0,\0n\0a\0m\0e\0\n\0", Some(NotCsv::Utf16));
        check(b"\0i\0d\0,\0n\0a\0m\0e\0\n", Some(NotCsv::Utf16));
        check(b"\x7fELF\0\0\0\x01\x02\0\0\0", Some(NotCsv::Binary));
        check(b"a,b\n1,2\n", None);
        check(b"[id],[name]\n", None);
        check(b"{id},name\n", None);
        check(b"<5,>5\n1,2\n", None);
        check(b"\"a\",\"b\"\n\"x\0\",\"y\"\n", None);
        check(b"\n\n", None);
        check("Prüfung,Größe\n".as_bytes(), None);
    }
}
