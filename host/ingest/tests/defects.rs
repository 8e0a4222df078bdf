//! Structural defects that current readers get wrong: 1,000 good records of 91 columns and one defect at record 500. Exactly the
//! faulty record is found, with its exact bytes, and all others are untouched.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use assay_ingest::{FaultKind, Limits, SlabReader};
use support::{QUOTINGS, Quoting, cells, names, read};

const WIDTH: usize = 91;
const AT: usize = 500;

struct File {
    quoting: Quoting,
    header: Vec<u8>,
    lines: Vec<Vec<u8>>,
}

impl File {
    fn new(quoting: Quoting) -> Self {
        let line = |cells: &[String]| format!("{}\n", quoting.write(cells)).into_bytes();
        let header = format!("{}\n", names(WIDTH).join(",")).into_bytes();
        Self {
            quoting,
            header,
            lines: (1..=1000).map(|number| line(&cells(number, WIDTH))).collect(),
        }
    }

    fn damaged(&mut self) -> &mut Vec<u8> {
        &mut self.lines[AT - 1]
    }

    /// The position of the `nth` comma outside quotes in the record to be damaged.
    fn comma(&mut self, nth: usize) -> usize {
        let mut quoted = false;
        let commas = self.damaged().iter().enumerate().filter(|(_, byte)| {
            quoted ^= **byte == b'"';
            **byte == b',' && !quoted
        });
        commas.map(|(at, _)| at).nth(nth).unwrap()
    }
}

/// Damages record 500 of files with each quoting style, and expects it to have `faults`.
fn check(damage: impl Fn(&mut File), faults: &[FaultKind]) {
    for quoting in QUOTINGS {
        let mut file = File::new(quoting);
        damage(&mut file);
        let bytes = [&file.header, file.lines.concat().as_slice()].concat();
        let (seen, summary) = read(&bytes, Limits::default());
        assert_eq!(seen.len(), 1000, "{quoting:?}");
        let mut offset = file.header.len() as u64;
        let mut line = 2;
        for (number, (seen, raw)) in (1..).zip(seen.iter().zip(&file.lines)) {
            assert_eq!(seen.raw, *raw, "{quoting:?}, record {number}");
            let position = seen.position;
            assert_eq!(
                (position.record, position.offset, position.length),
                (number, offset, raw.len() as u64)
            );
            assert_eq!(position.line, line);
            offset += raw.len() as u64;
            line += raw.split(|&byte| byte == b'\n').skip(1).count() as u64;
            if number == AT as u64 {
                assert_eq!(seen.faults, faults, "{quoting:?}: {:?}", seen.messages);
            } else {
                assert_eq!(seen.faults, [], "{quoting:?}, record {number}");
                assert_eq!(seen.cells, cells(usize::try_from(number).unwrap(), WIDTH));
            }
        }
        let blocked = faults.iter().any(|kind| kind.blocks());
        assert_eq!(summary.blocked, u64::from(blocked));
    }
}

#[test]
fn row_one_field_short() {
    check(
        |file| {
            let (from, to) = (file.comma(40), file.comma(41));
            file.damaged().drain(from..to);
        },
        &[FaultKind::Ragged],
    );
}

#[test]
fn row_one_field_long() {
    check(
        |file| {
            let at = file.comma(40);
            file.damaged().splice(at..at, *b",\"x\"");
        },
        &[FaultKind::Ragged],
    );
}

#[test]
fn bare_quote_in_field() {
    check(
        |file| {
            let at = file.comma(40);
            file.damaged().splice(at..at, *b",5\" pipe");
            let to = file.comma(10);
            file.damaged().drain(..=to);
            file.damaged().splice(0..0, *b"a,b,c,d,e,f,g,h,i,j,");
        },
        &[FaultKind::Quote],
    );
}

#[test]
fn text_after_closing_quote() {
    check(
        |file| {
            let at = file.comma(40);
            let to = file.comma(41);
            file.damaged().splice(at..to, *b",\"the \"best\" one\"");
        },
        &[FaultKind::Quote],
    );
}

#[test]
fn invalid_utf8() {
    check(
        |file| {
            let (from, to) = (file.comma(40), file.comma(41));
            file.damaged().splice(from..to, *b",\"caf\x9d\"");
        },
        &[FaultKind::Undecodable],
    );
}

#[test]
fn windows_1252() {
    check(
        |file| {
            let (from, to) = (file.comma(40), file.comma(41));
            file.damaged().splice(from..to, *b",\"caf\xe9\"");
        },
        &[FaultKind::Encoding],
    );
}

#[test]
fn nul_byte() {
    check(
        |file| {
            let (from, to) = (file.comma(40), file.comma(41));
            file.damaged().splice(from..to, *b",\"a\0b\"");
        },
        &[FaultKind::Nul],
    );
}

#[test]
fn three_megabyte_field() {
    check(
        |file| {
            let (from, to) = (file.comma(40), file.comma(41));
            let field = [b",\"".to_vec(), vec![b'x'; 3 << 20], b"\"".to_vec()].concat();
            file.damaged().splice(from..to, field);
        },
        &[FaultKind::FieldTooLong],
    );
}

#[test]
fn unclosed_quote() {
    check(
        |file| {
            let (from, to) = (file.comma(40), file.comma(41));
            file.damaged().splice(from..to, *b",\"x");
        },
        &[FaultKind::Quote],
    );
}

#[test]
fn header_repeated_mid_file() {
    check(|file| *file.damaged() = file.header.clone(), &[FaultKind::RepeatedHeader]);
    check(
        |file| *file.damaged() = format!("{}\r\n", file.quoting.write(&names(WIDTH))).into_bytes(),
        &[FaultKind::RepeatedHeader],
    );
}

#[test]
fn truncated_last_record() {
    for (quoting, keep) in
        QUOTINGS.into_iter().flat_map(|quoting| [(quoting, 100), (quoting, 200), (quoting, 5)])
    {
        let file = File::new(quoting);
        let whole = [file.header.as_slice(), &file.lines[..999].concat()].concat();
        let bytes = [&whole, &file.lines[999][..keep]].concat();
        let (seen, summary) = read(&bytes, Limits::default());
        assert_eq!(seen.len(), 1000);
        assert!(seen[..999].iter().all(|record| record.faults.is_empty()));
        assert_eq!(seen[999].faults, [FaultKind::Truncated], "{quoting:?} {keep} {:?}", seen[999]);
        assert_eq!(seen[999].position.offset, whole.len() as u64);
        assert!(!summary.ends_with_line_ending);
    }
}

/// Nothing is missing: debris after the last record is distinguished from the remains of one.
#[test]
fn debris_after_the_last_record_is_no_truncation() {
    for (debris, behind) in [
        (&b"\x1a"[..], true),
        (b"\0\0\0\0", true),
        (b"   ", true),
        (b"\x1a\0 \r", true),
        (b"\x1a", false),
        (b"\0\0", false),
    ] {
        for quoting in QUOTINGS {
            let file = File::new(quoting);
            let mut bytes = [file.header.as_slice(), &file.lines.concat()].concat();
            if !behind {
                bytes.pop();
            }
            bytes.extend(debris);
            let (seen, summary) = read(&bytes, Limits::default());
            let said = format!("{quoting:?} {}", debris.escape_ascii());
            assert_eq!(seen.len(), if behind { 1001 } else { 1000 }, "{said}");
            let (last, others) = seen.split_last().unwrap();
            assert!(others.iter().all(|record| record.faults.is_empty()), "{said}");
            assert_eq!(last.faults, [FaultKind::Debris], "{said}: {:?}", last.messages);
            assert_eq!(summary.ends_with_line_ending, behind, "{said}");
        }
    }
}

/// Files were joined, and the second began with a byte order mark, which changes its first cell.
#[test]
fn byte_order_mark_mid_file() {
    let marked = |file: &mut File| drop(file.damaged().splice(0..0, *b"\xef\xbb\xbf"));
    check(marked, &[FaultKind::ByteOrderMark]);
    let header = |file: &mut File| *file.damaged() = file.header.clone();
    check(
        |file| {
            header(file);
            marked(file);
        },
        &[FaultKind::RepeatedHeader, FaultKind::ByteOrderMark],
    );
}

/// Like `check`, for harmless changes: every record has its cells.
fn check_harmless(damage: impl Fn(&mut File)) -> assay_ingest::Summary {
    let mut last = None;
    for quoting in QUOTINGS {
        let mut file = File::new(quoting);
        damage(&mut file);
        let bytes = [&file.header, file.lines.concat().as_slice()].concat();
        let (seen, summary) = read(&bytes, Limits::default());
        assert_eq!(seen.len(), 1000);
        for (number, record) in (1..).zip(&seen) {
            assert_eq!(record.faults, []);
            if number != AT {
                assert_eq!(record.cells, cells(number, WIDTH));
            }
        }
        last = Some(summary);
    }
    last.unwrap()
}

#[test]
fn blank_line() {
    let summary = check_harmless(|file| file.damaged().extend(b"\n\r\n"));
    assert_eq!((summary.blank_lines, summary.blank_bytes), (2, 3));
}

#[test]
fn one_crlf_among_lf() {
    let summary = check_harmless(|file| {
        let end = file.damaged().len() - 1;
        file.damaged().insert(end, b'\r');
    });
    assert_eq!((summary.crlf_records, summary.lone_crs), (1, 0));
}

#[test]
fn bom() {
    let summary = check_harmless(|file| {
        file.header.splice(0..0, *b"\xef\xbb\xbf");
    });
    assert_eq!(summary.bom_bytes, 3);
}

#[test]
fn quoted_newline() {
    check_harmless(|file| {
        let (from, to) = (file.comma(40), file.comma(41));
        file.damaged().splice(from..to, *b",\"one\ntwo\r\n\r\nthree\"");
    });
}

/// Comparing every name with every other would take hours.
#[test]
fn very_many_names_that_stand_twice() {
    let names: Vec<String> = (0..300_000).map(|number| format!("{number:x}")).collect();
    let line = names.join(",");
    let bytes = format!("{line},{line}\n");
    let header = SlabReader::new(bytes.as_bytes(), Limits::default()).header().unwrap();
    assert_eq!(header.duplicates.len(), names.len());
    assert!(
        header.duplicates.iter().enumerate().all(|(at, twice)| {
            twice.name == names[at] && twice.columns == [at, at + names.len()]
        })
    );
}

#[test]
fn duplicate_column_name() {
    let text = format!("{},Column_3\n", names(90).join(","));
    let header = SlabReader::new(text.as_bytes(), Limits::default()).header().unwrap();
    assert_eq!(header.duplicates.len(), 1);
    assert_eq!(
        (header.duplicates[0].name.as_str(), header.duplicates[0].columns.as_slice()),
        ("Column_3", [3, 90].as_slice())
    );
}
