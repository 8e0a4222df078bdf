//! Every way an input can be compressed, and every way such a file can be damaged.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::io::{Cursor, Error, ErrorKind, Read, Seek, SeekFrom, Write};

use assay_ingest::decode::{self, Compression, DecodeError, ReadSeek};
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, write::FileOptions};

/// 400 KB that compress neither too well nor too badly.
fn text() -> Vec<u8> {
    let mut state = 7_u32;
    let mut line = |number: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        format!("{number},{state:x},some text\n")
    };
    (0..16_000).flat_map(|number| line(number).into_bytes()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(entries: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn deflated() -> SimpleFileOptions {
    FileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn stored() -> SimpleFileOptions {
    FileOptions::default().compression_method(CompressionMethod::Stored)
}

fn read(bytes: Vec<u8>) -> Result<(Vec<u8>, Compression), Error> {
    let opened = decode::open(Box::new(Cursor::new(bytes)), None).map_err(Error::other)?;
    let (mut reader, compression) = (opened.reader, opened.compression);
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain)?;
    Ok((plain, compression))
}

#[test]
fn all_compressions_give_the_same_bytes() {
    let text = text();
    let (one, other) = text.split_at(100_001);
    let check = |bytes: Vec<u8>, expected| {
        let (plain, compression) = read(bytes).unwrap();
        assert!(plain == text, "{compression}: {} bytes", plain.len());
        assert_eq!(compression, expected);
    };
    check(text.clone(), Compression::Plain);
    check(gzip(&text), Compression::Gzip);
    check([gzip(one), gzip(b""), gzip(other)].concat(), Compression::Gzip);
    check(zstd(&text), Compression::Zstd);
    check([zstd(one), zstd(b""), zstd(other)].concat(), Compression::Zstd);
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    check([skippable.to_vec(), zstd(&text)].concat(), Compression::Zstd);
    let entries: &[(&str, &[u8])] = &[
        ("README.txt", b"read me"),
        ("data/", b""),
        ("data/X.CSV", &text),
        ("__MACOSX/data/._X.csv", b"\0"),
    ];
    check(zipped(entries, deflated()), Compression::Zip);
    check(zipped(entries, stored()), Compression::Zip);
    check(zipped(entries, deflated().large_file(true)), Compression::Zip);
    check(zipped(&[("export", &text)], deflated()), Compression::Zip);
}

#[test]
fn empty_inputs_are_empty_whatever_the_compression() {
    for bytes in [Vec::new(), gzip(b""), zstd(b""), zipped(&[("a.csv", b"")], deflated())] {
        assert_eq!(read(bytes).unwrap().0, b"");
    }
}

#[test]
fn a_cut_file_is_an_error_wherever_it_is_cut() {
    let text = text();
    for (bytes, compression) in [(gzip(&text), Compression::Gzip), (zstd(&text), Compression::Zstd)]
    {
        for cut in [5, 20, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
            let error = read(bytes[..cut].to_vec()).unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::UnexpectedEof,
                "{compression} cut to {cut}: {error:?}"
            );
            assert!(
                matches!(DecodeError::of(&error), Some(DecodeError::Truncated { compression: found }) if *found == compression)
            );
        }
    }
    let archive = zipped(&[("a.csv", &text)], deflated());
    for cut in [30, archive.len() / 2, archive.len() - 1] {
        let error = decode::open(Box::new(Cursor::new(archive[..cut].to_vec())), None).unwrap_err();
        assert!(
            matches!(error, DecodeError::Truncated { compression: Compression::Zip }),
            "{cut}: {error:?}"
        );
    }
}

#[test]
fn a_changed_byte_is_an_error() {
    let text = text();
    let stored = zipped(&[("a.csv", &text)], stored());
    for (mut bytes, compression) in [
        (gzip(&text), Compression::Gzip),
        (zstd(&text), Compression::Zstd),
        (zipped(&[("a.csv", &text)], deflated()), Compression::Zip),
        (stored, Compression::Zip),
    ] {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
        let error = read(bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{compression}: {error:?}");
        assert!(
            matches!(DecodeError::of(&error), Some(DecodeError::Corrupt { compression: found, .. }) if *found == compression)
        );
    }
    // The checksum at the end of a gzip member.
    let mut bytes = gzip(&text);
    let end = bytes.len();
    bytes[end - 8] ^= 1;
    assert_eq!(read(bytes).unwrap_err().kind(), ErrorKind::InvalidData);
}

#[test]
fn archives_say_what_they_hold() {
    let open = |entries: &[(&str, &[u8])], entry: Option<&str>| {
        let bytes = zipped(entries, deflated());
        decode::open(Box::new(Cursor::new(bytes)), entry)
    };
    let check = |entries: &[(&str, &[u8])], entry, expected: &str| {
        assert_eq!(open(entries, entry).unwrap_err().to_string(), expected);
    };
    check(
        &[("a.csv", b"1"), ("b.CSV", b"2"), ("c.txt", b"3")],
        None,
        "the zip archive holds several files: `a.csv`, `b.CSV`; name the one to read",
    );
    check(
        &[("a", b"1"), ("b", b"2")],
        None,
        "the zip archive holds several files: `a`, `b`; name the one to read",
    );
    check(
        &[("a.csv", b"1")],
        Some("b.csv"),
        "the zip archive has no file `b.csv`; it holds `a.csv`",
    );
    check(&[("a/", b"")], None, "the zip archive holds no file");
    check(
        &[("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")],
        None,
        "the input is an Excel workbook; export the sheet as CSV",
    );
    let mut named = open(&[("a.csv", b"1"), ("b.csv", b"2")], Some("b.csv")).unwrap();
    assert_eq!(named.entry_name.as_deref(), Some("b.csv"));
    let mut text = String::new();
    named.reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "2");
    let error = decode::open(Box::new(Cursor::new(gzip(b"a"))), Some("a.csv")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the entry `a.csv` was asked for, but the input is gzip, not a zip archive"
    );
}

#[test]
fn an_unknown_method_is_named() {
    let mut bytes = zipped(&[("a.csv", b"1")], stored());
    // The method is two bytes, at 8 of the entry and at 10 of its line in the list of contents. 12 is bzip2.
    let list = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[8] = 12;
    bytes[list + 10] = 12;
    let error = decode::open(Box::new(Cursor::new(bytes)), None).unwrap_err();
    assert!(matches!(error, DecodeError::UnsupportedMethod { .. }), "{error:?}");
}

/// Fails after some bytes.
struct Failing(Cursor<Vec<u8>>, u64);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.position() >= self.1 {
            return Err(Error::new(ErrorKind::ConnectionReset, "the line went dead"));
        }
        let most = buffer.len().min(1000);
        self.0.read(&mut buffer[..most])
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn errors_of_the_source_stay_what_they_are() {
    for bytes in [gzip(&text()), zstd(&text()), text()] {
        let source: Box<dyn ReadSeek + Send> = Box::new(Failing(Cursor::new(bytes), 5000));
        let mut opened = decode::open(source, None).unwrap();
        let error = opened.reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::ConnectionReset, "the line went dead")
        );
        assert!(DecodeError::of(&error).is_none());
    }
}
