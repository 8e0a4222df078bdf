//! What an input is, if it is no CSV at all.
//!
//! Downloads fail in ways that leave a file: an error page, a pointer to the file instead of the file, the spreadsheet instead of its
//! export. Each is told from its first bytes, so that it is refused by its name instead of as a million ragged records.

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
    /// A pointer of Git's large file storage.
    LfsPointer,
    /// PDF.
    Pdf,
    /// Parquet.
    Parquet,
    /// A zip archive, which every office document of today is, inside what was already decompressed.
    Zip,
    /// gzip or zstd inside what was already decompressed.
    Compressed,
    /// An office document of the old binary form.
    OldOffice,
    /// Text in 16-bit units.
    Utf16,
    /// Bytes that are no text.
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
            Self::Parquet => "the input is a Parquet file",
            Self::Zip => "the input is a zip archive or office document inside its compression; unpack it once",
            Self::Compressed => "the input is compressed twice; decompress it once",
            Self::OldOffice => "the input is an Excel workbook or other office document; export it as CSV",
            Self::Utf16 => "the input is UTF-16 text; convert it to UTF-8",
            Self::Binary => "the input is not text",
        })
    }
}

/// Files that are known by how they begin.
const MAGIC: [(&[u8], NotCsv); 11] = [
    (b"version https://git-lfs.github.com/spec/", NotCsv::LfsPointer),
    (b"%PDF-", NotCsv::Pdf),
    (b"PAR1", NotCsv::Parquet),
    (b"PK\x03\x04", NotCsv::Zip),
    (b"PK\x05\x06", NotCsv::Zip),
    (b"\x1f\x8b\x08", NotCsv::Compressed),
    (b"\x28\xb5\x2f\xfd", NotCsv::Compressed),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", NotCsv::OldOffice),
    (b"\xff\xfe", NotCsv::Utf16),
    (b"\xfe\xff", NotCsv::Utf16),
    (b"<?xml", NotCsv::Xml),
];

/// How web pages begin, in lower case.
const HTML: [&[u8]; 6] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title"];

/// Bytes that [`sniff`] looks at. 4 KiB: enough for any of these to show, and one read of a disk.
pub const SNIFF_BYTES: usize = 4096;

/// Says what an input is if it cannot be CSV. `first` are its first bytes, decompressed: [`SNIFF_BYTES`] of them, or all there are.
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
    // One record with stray control bytes is a fault of that record; a tenth of all bytes is another kind of file.
    let control =
        first.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace());
    (control.count() * 10 > first.len()).then_some(NotCsv::Binary)
}

/// `{` before a key or `}`, `[` before a value. A column may well be named `[id]`.
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
