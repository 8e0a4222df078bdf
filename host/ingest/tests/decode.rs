//! Every compression an input can have, and every way such a file can be damaged.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::io::{Cursor, Error, ErrorKind, Read, Seek, SeekFrom, Write};

use assay_ingest::decode::{self, Compression, DecodeError, Unreadable};
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

/// The fault of the data that caused an error.
fn fault(error: Error) -> DecodeError {
    match error.into() {
        Unreadable::Data(fault) => fault,
        Unreadable::Source(error) => panic!("not the data's fault: {error:?}"),
    }
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
        ("data/._X.CSV", b"\0"),
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
                matches!(fault(error), DecodeError::Truncated { compression: found } if found == compression)
            );
        }
    }
    let archive = zipped(&[("a.csv", &text)], deflated());
    for cut in [30, archive.len() / 2, archive.len() - 1] {
        let error = decode::open(Box::new(Cursor::new(archive[..cut].to_vec())), None).unwrap_err();
        let zip = Compression::Zip;
        assert!(
            matches!(&error, Unreadable::Data(DecodeError::Truncated { compression }) if *compression == zip),
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
            matches!(fault(error), DecodeError::Corrupt { compression: found, .. } if found == compression)
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
    // The method is two bytes, at offset 8 of the entry and offset 10 of its record in the central
    // directory. 12 is bzip2.
    let list = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[8] = 12;
    bytes[list + 10] = 12;
    let error = decode::open(Box::new(Cursor::new(bytes)), None).unwrap_err();
    assert!(matches!(error, Unreadable::Data(DecodeError::UnsupportedMethod { .. })), "{error:?}");
}

/// Fails at one of its reads, counting from 0, either once or from then on.
struct Failing {
    bytes: Cursor<Vec<u8>>,
    at: u64,
    lasting: bool,
    kind: ErrorKind,
    reads: u64,
}

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reads;
        self.reads += 1;
        if read == self.at || self.lasting && read > self.at {
            return Err(Error::new(self.kind, "the line went dead"));
        }
        let most = buffer.len().min(20_000);
        self.bytes.read(&mut buffer[..most])
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// Whatever error a source returns, and wherever, it is not mistaken for damage or for the end.
#[test]
fn errors_of_the_source_stay_what_they_are() {
    let text = text();
    let (one, other) = text.split_at(100_001);
    let inputs = [
        text.clone(),
        [gzip(one), gzip(other)].concat(),
        [zstd(one), zstd(other)].concat(),
        zipped(&[("README.txt", b"x"), ("a.csv", &text)], deflated()),
        zipped(&[("a.csv", &text)], stored()),
    ];
    let kinds = [
        ErrorKind::ConnectionReset,
        ErrorKind::UnexpectedEof,
        ErrorKind::InvalidData,
        ErrorKind::InvalidInput,
        ErrorKind::WouldBlock,
        ErrorKind::Other,
    ];
    for (bytes, kind) in inputs.iter().flat_map(|bytes| kinds.map(|kind| (bytes, kind))) {
        for (at, lasting) in (0..).flat_map(|at| [(at, false), (at, true)]) {
            let source = Failing { bytes: Cursor::new(bytes.clone()), at, lasting, kind, reads: 0 };
            let outcome = decode::open(Box::new(source), None).and_then(|mut opened| {
                let mut plain = Vec::new();
                opened.reader.read_to_end(&mut plain)?;
                Ok(plain)
            });
            match outcome {
                // The input takes fewer reads than that.
                Ok(plain) => {
                    assert!(plain == text && at > 3, "read {at}: {} bytes", plain.len());
                    break;
                }
                Err(Unreadable::Source(error)) => {
                    assert_eq!(
                        (error.kind(), error.to_string().as_str()),
                        (kind, "the line went dead")
                    );
                }
                Err(Unreadable::Data(fault)) => panic!("read {at}, {kind:?}: {fault}"),
            }
        }
    }
}

/// Tapes and some stores pad a block with zeros. gzip reads such files.
#[test]
fn zeros_behind_a_complete_stream_are_no_damage() {
    let text = text();
    for pack in [gzip, zstd] {
        for zeros in [1, 9, 10, 11, 512, 300_000] {
            let padded = [pack(&text[..9]), pack(&text[9..]), vec![0; zeros]].concat();
            assert!(read(padded.clone()).unwrap().0 == text, "{zeros}");
            let error = read([padded, pack(b"x")].concat()).unwrap_err();
            assert!(matches!(fault(error), DecodeError::Corrupt { .. }), "{zeros}");
        }
        let error = read([pack(&text), b"garbage".to_vec()].concat()).unwrap_err();
        let fault = fault(error);
        assert!(matches!(fault, DecodeError::Corrupt { .. } | DecodeError::Truncated { .. }));
    }
}

/// Data that needs too much memory to read is not damaged.
#[test]
fn a_zstd_window_that_is_too_long_is_told() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(29).unwrap();
    encoder.write_all(&text()).unwrap();
    let bytes = encoder.finish().unwrap();
    let error = decode::open(Box::new(Cursor::new(bytes.clone())), None).unwrap_err();
    assert!(error.to_string().contains("needs a window of 512 MiB, expected 128"), "{error}");
    // After an ordinary frame.
    let later = fault(read([zstd(b"x"), bytes].concat()).unwrap_err());
    assert!(matches!(later, DecodeError::Window { bytes: None }), "{later}");
}

/// Returns the number of bytes read before an input ends, and why it ends.
fn read_on(bytes: Vec<u8>) -> (u64, Option<String>) {
    let mut reader = decode::open(Box::new(Cursor::new(bytes)), None).unwrap().reader;
    let (mut given, mut buffer) = (0, vec![0; 64 << 10]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return (given, None),
            Ok(read) => given += read as u64,
            Err(error) => return (given, Some(Unreadable::from(error).to_string())),
        }
    }
}

#[test]
fn what_becomes_many_times_as_much_is_not_read_to_its_end() {
    const UNASKED: usize = 64 << 20;
    let bomb = vec![b'\n'; 4 * UNASKED];
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let several = gzip(&bomb[..UNASKED]).repeat(8);
    for packed in [gzip(&bomb), zstd(&bomb), zipped(&[("a.csv", &bomb)], deflated()), several] {
        let read = packed.len() as u64;
        let (given, why) = read_on(packed);
        assert!(given <= (UNASKED as u64).max(read * 500), "{given} of {read}");
        let why = why.expect("it is too much");
        assert!(why.contains("unpack it first"), "{why}");
    }
    // As many bytes as are not checked, and an entry that is stored uncompressed.
    assert_eq!(read_on(gzip(&bomb[..UNASKED])), (UNASKED as u64, None));
    let all = zipped(&[("a.csv", &bomb[..=UNASKED])], stored());
    assert_eq!(read_on(all), (UNASKED as u64 + 1, None));
    // A table of little but commas.
    let sparse: Vec<u8> = (0..700_000_u32)
        .flat_map(|number| {
            format!("{},{}\n", number.wrapping_mul(2_654_435_761), ",".repeat(90)).into_bytes()
        })
        .collect();
    assert_eq!(read_on(gzip(&sparse)), (sparse.len() as u64, None));
}

#[test]
fn names_of_an_archive_are_listed_as_far_as_anybody_reads() {
    let long = "x".repeat(60_000);
    let names: Vec<String> = (0..20).map(|number| format!("{number}{long}.csv")).collect();
    let entries: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), &b"a\n"[..])).collect();
    let archive = || Box::new(Cursor::new(zipped(&entries, stored())));
    for wanted in [None, Some("c.csv")] {
        let error = decode::open(archive(), wanted).unwrap_err().to_string();
        assert!(error.len() < 1_000 && error.contains(" and 12 more"), "{error}");
    }
}
