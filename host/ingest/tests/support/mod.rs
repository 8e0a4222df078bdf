//! Reads whole inputs, and writes files of 91 columns in each quoting style.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use assay_ingest::{FaultKind, Limits, SlabReader, Summary};
use assay_model::Position;

/// One record as read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) position: Position,
    pub(crate) raw: Vec<u8>,
    pub(crate) faults: Vec<FaultKind>,
    pub(crate) messages: Vec<String>,
    pub(crate) cells: Vec<String>,
}

/// Reads all records of `bytes` with the fastest and the portable kernel, which must agree.
pub(crate) fn read(bytes: &[u8], limits: Limits) -> (Vec<Seen>, Summary) {
    let fast = read_with(SlabReader::new(bytes, limits));
    let portable = read_with(SlabReader::new(bytes, limits).with_pieces(1000, 64, true));
    assert_eq!(fast, portable);
    assert!(fast.1.tiles());
    assert_eq!(fast.1.bytes, bytes.len() as u64);
    fast
}

fn read_with(mut reader: SlabReader<&[u8]>) -> (Vec<Seen>, Summary) {
    let width = reader.header().unwrap().names.len();
    let mut seen = Vec::new();
    let mut recycled = None;
    while let Some(slab) = reader.next_slab(recycled).unwrap() {
        for index in 0..slab.len() {
            let text = |column| String::from_utf8(slab.field(index, column).into_owned()).unwrap();
            let cells = if slab.faults(index).blocking() {
                Vec::new()
            } else {
                (0..width).map(text).collect()
            };
            seen.push(Seen {
                position: slab.position(index),
                raw: slab.raw(index).to_vec(),
                faults: slab.faults(index).iter().collect(),
                messages: slab
                    .fault_details(index)
                    .into_iter()
                    .map(|detail| detail.message)
                    .collect(),
                cells,
            });
        }
        recycled = Some(slab);
    }
    (seen, reader.summary())
}

/// The quoting style of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Every field.
    All,
    /// Fields that are not empty, as in the samples' source.
    Filled,
    /// Only fields that need it.
    Needed,
}

pub(crate) const QUOTINGS: [Quoting; 3] = [Quoting::All, Quoting::Filled, Quoting::Needed];

impl Quoting {
    /// Writes one record without its line ending.
    pub(crate) fn write(self, cells: &[String]) -> String {
        let quote = |cell: &String| {
            let quoted = match self {
                Self::All => true,
                Self::Filled => !cell.is_empty(),
                Self::Needed => cell.contains([',', '"', '\n', '\r']),
            };
            if quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
        };
        cells.iter().map(quote).collect::<Vec<_>>().join(",")
    }
}

/// Names of `width` columns.
pub(crate) fn names(width: usize) -> Vec<String> {
    (0..width).map(|column| format!("Column_{column}")).collect()
}

/// The cells of record `number`: some empty, some with commas, quotes and line ends.
pub(crate) fn cells(number: usize, width: usize) -> Vec<String> {
    (0..width)
        .map(|column| match (number + column * 7) % 11 {
            0..=3 => String::new(),
            4 if number % 10 == 3 => format!("see \"{number}\", page {column}"),
            5 if number % 50 == 7 => format!("two\nlines of {number}"),
            6 => format!("Doe, Jane {number}"),
            _ => format!("{}", number * 31 + column),
        })
        .collect()
}
