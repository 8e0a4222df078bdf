//! Shared by the tests: generating into memory, a strict CSV reader, a digest.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};

use assay_sample::{Generator, Profile, Request, Summary};

/// A generated file.
pub(crate) struct Made {
    pub(crate) file: Vec<u8>,
    pub(crate) truth: Vec<Truth>,
    pub(crate) summary: Summary,
}

/// One line of the truth file.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) record: usize,
    pub(crate) line: usize,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) record_id: String,
    pub(crate) defect: String,
    pub(crate) rule: String,
    pub(crate) class: String,
    pub(crate) column: String,
    pub(crate) outcome: String,
    pub(crate) after: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn make(profile: &Profile, request: Request) -> Made {
    let mut generator = Generator::new(profile, request).expect("the request fits the profile");
    let (mut file, mut truth) = (Vec::new(), Vec::new());
    let summary = generator.write(&mut file, &mut truth, &mut |_| {}).expect("memory takes it all");
    let text = String::from_utf8(truth).expect("the truth is UTF-8");
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(
            "record\tline\toffset\tlength\trecord_id\tdefect\trule\tclass\tcolumn\toutcome\tafter"
        )
    );
    Made { file, truth: lines.map(read_truth).collect(), summary }
}

fn read_truth(line: &str) -> Truth {
    let cells: Vec<&str> = line.split('\t').collect();
    let [record, line, offset, length, record_id, defect, rule, class, column, outcome, after] =
        cells.as_slice()
    else {
        panic!("a truth line has eleven cells, not {}: {line}", cells.len());
    };
    let number = |cell: &str| cell.parse().expect("positions are numbers");
    Truth {
        record: number(record),
        line: number(line),
        offset: number(offset),
        length: number(length),
        record_id: (*record_id).to_owned(),
        defect: (*defect).to_owned(),
        rule: (*rule).to_owned(),
        class: (*class).to_owned(),
        column: (*column).to_owned(),
        outcome: (*outcome).to_owned(),
        after: (*after).to_owned(),
    }
}

/// A record: its bytes, and its cells including quotes.
pub(crate) struct Record<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) cells: Vec<&'a [u8]>,
}

impl Record<'_> {
    /// A cell without its quotes.
    pub(crate) fn cell(&self, column: usize) -> String {
        let cell = self.cells[column];
        let inner =
            cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(cell);
        String::from_utf8_lossy(inner).replace("\"\"", "\"")
    }
}

/// Reads strictly; fails with the offset of the first byte that RFC 4180 does not allow.
pub(crate) fn read(file: &[u8]) -> Result<Vec<Record<'_>>, usize> {
    let mut records = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut cells = Vec::new();
    while at < file.len() {
        let cell = at;
        if file[at] == b'"' {
            at += 1;
            loop {
                match (file.get(at), file.get(at + 1)) {
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), _) => break,
                    (Some(_), _) => at += 1,
                    (None, _) => return Err(at),
                }
            }
            at += 1;
        } else {
            while file.get(at).is_some_and(|byte| !matches!(byte, b',' | b'\n' | b'"')) {
                at += 1;
            }
        }
        cells.push(&file[cell..at]);
        match file.get(at) {
            // A blank last cell: the line ending directly follows the comma.
            Some(b',') if file.get(at + 1) == Some(&b'\n') => {
                cells.push(&[]);
                at += 1;
            }
            Some(b',') => {
                at += 1;
                continue;
            }
            Some(b'\n') => {}
            _ => return Err(at),
        }
        at += 1;
        records.push(Record { bytes: &file[start..at], cells: std::mem::take(&mut cells) });
        start = at;
    }
    Ok(records)
}

/// FNV-1a: enough to detect changed bytes.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
