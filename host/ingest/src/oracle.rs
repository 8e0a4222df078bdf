//! Checks any bytes against the invariants of reading, and well-formed ones against the `csv` crate.

use std::io::{self, Read};
use std::sync::Arc;

use assay_model::{Cells, Position};

use crate::{
    Begin, ColumnMemory, FaultKind, Faults, Limits, Outline, RecordStart, SlabReader, Summary,
    cp1252,
};

/// Everything that reading an input yields.
#[derive(Debug, PartialEq)]
struct Outcome {
    names: Vec<String>,
    records: Vec<Seen>,
    slabs: Vec<usize>,
    summary: Summary,
}

/// A record's position, raw bytes, faults and cells.
type Seen = (Position, Vec<u8>, Faults, Vec<Vec<u8>>);

/// A reader that returns few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

/// Limits small enough to take effect in small inputs.
const SMALL: Limits =
    Limits { field_bytes: 50, record_bytes: 120, slab_records: 3, slab_bytes: 200 };

/// Reads `bytes` in several ways, which must agree, and compares the result with the `csv` crate if they are well-formed.
///
/// # Panics
/// If any check fails.
pub fn check_against_oracle(bytes: &[u8]) {
    for limits in [Limits::default(), SMALL] {
        let plain = outcome(bytes, limits, (usize::MAX, 256 << 10, 32 << 10, false));
        for pieces in [
            (usize::MAX, 256 << 10, 32 << 10, true),
            (1, 1, 64, false),
            (7, 13, 64, true),
            (4096, 64, 128, false),
        ] {
            assert_eq!(plain, outcome(bytes, limits, pieces), "read in pieces of {pieces:?}");
        }
        if let Some(outcome) = &plain {
            check_tiles(bytes, outcome, limits);
            for length in [1, 50, 333, 1 << 20] {
                check_outlines(bytes, outcome, limits, length);
            }
            check_slabs_anywhere(bytes, outcome, limits);
        }
    }
    if let Some(outcome) =
        outcome(bytes, Limits::default(), (usize::MAX, 256 << 10, 32 << 10, false))
    {
        compare(bytes, &outcome);
    }
}

/// `None` if the header is at fault.
fn outcome(bytes: &[u8], limits: Limits, pieces: (usize, usize, usize, bool)) -> Option<Outcome> {
    let (chunk, read, step, portable) = pieces;
    let mut reader =
        SlabReader::new(Trickle(bytes, chunk), limits).with_pieces(read, step, portable);
    let names = reader.header().ok()?.names;
    let mut records = Vec::new();
    let mut slabs = Vec::new();
    let mut recycled = None;
    let mut memory = ColumnMemory::default();
    while let Some(slab) = reader.next_slab(recycled).expect("memory can be read") {
        let columns: Vec<usize> = (0..names.len()).collect();
        let columns = slab.columns(slab.judged(), &columns, &mut memory);
        let mut judged = slab.judged().iter().peekable();
        let mut row = 0;
        for index in 0..slab.len() {
            let mut cells = Vec::new();
            if judged.next_if(|&&next| next as usize == index).is_some() {
                for (column, built) in columns.iter().enumerate() {
                    let cell = match &built.cells {
                        Cells::Text(text) => text.get(row).to_vec(),
                        Cells::Constant(cell) => cell.clone(),
                        Cells::Dictionary { keys, values } => {
                            values.get(usize::from(keys[row])).to_vec()
                        }
                        other => panic!("{other:?} is not text"),
                    };
                    assert!(std::str::from_utf8(&cell).is_ok(), "cells are UTF-8");
                    assert_eq!(cell, *slab.field(index, column), "cell and field agree");
                    let valid = built.valid.as_ref().is_none_or(|valid| valid.get(row));
                    assert_eq!(valid, !cell.is_empty(), "a cell is valid unless it is empty");
                    cells.push(cell);
                }
                row += 1;
            }
            let faults = slab.faults(index);
            let details = slab.fault_details(index);
            assert!(details.iter().all(|detail| detail.column.is_none_or(|at| at < names.len())));
            let kinds: Vec<FaultKind> = details.iter().map(|detail| detail.kind).collect();
            assert_eq!(kinds, faults.iter().collect::<Vec<_>>());
            assert_eq!(faults.blocking(), cells.is_empty());
            records.push((slab.position(index), slab.raw(index).to_vec(), faults, cells));
        }
        assert_eq!(row, slab.judged().len());
        slabs.push(slab.len());
        recycled = Some(slab);
    }
    Some(Outcome { names, records, slabs, summary: reader.summary() })
}

/// Outlines of pieces of `length` bytes, joined as they are for an input that is scanned in pieces, match what reading gave.
fn check_outlines(bytes: &[u8], outcome: &Outcome, limits: Limits, length: usize) {
    let mut reader = SlabReader::new(bytes, limits);
    reader.header().expect("it was read before");
    let (shape, mut summary) = (reader.shape(), reader.summary());
    let mut in_order = summary.clone();
    let mut recycled = None;
    while let Some(outline) = reader.next_outline(length, recycled).expect("memory can be read") {
        check_outline(&outline, outcome, &in_order);
        in_order.append(outline.summary());
        recycled = Some(outline);
    }
    assert_eq!(in_order, outcome.summary);
    for offset in (0..bytes.len()).step_by(length) {
        let read = |from: usize, begin| {
            let bytes = &bytes[from..];
            let shape = Arc::clone(&shape);
            let length = length - (from - offset);
            Outline::read(bytes, shape, from as u64, (length, usize::MAX), begin, None)
                .expect("memory")
        };
        let begins = summary.bytes;
        let mut outline = read(offset, Begin::Likely);
        if outline.begins() != Some(begins) {
            let from = usize::try_from(begins).expect("it is in memory");
            if from >= offset + length {
                continue;
            }
            outline = read(from.max(offset), Begin::At(begins));
        }
        check_outline(&outline, outcome, &summary);
        summary.append(outline.summary());
    }
    assert_eq!(summary, outcome.summary, "in pieces of {length} bytes");
}

/// The records of an outline that follows `before` match those that reading gave.
fn check_outline(outline: &Outline, outcome: &Outcome, before: &Summary) {
    assert_eq!(outline.begins(), Some(before.bytes));
    assert!(outline.summary().tiles());
    let judged: Vec<usize> = outline.judged().iter().map(|&index| index as usize).collect();
    let first = usize::try_from(before.records).expect("it is in memory");
    for (index, (position, raw, faults, cells)) in
        outcome.records[first..].iter().enumerate().take(outline.len())
    {
        let found = outline.position(index);
        let place = (found.offset, found.length);
        assert_eq!(place, (position.offset, position.length));
        assert_eq!(found.record + before.records, position.record);
        assert_eq!(found.line + before.lines, position.line);
        assert_eq!(outline.faults(index), *faults);
        assert!(raw.starts_with(outline.content(index)));
        assert_eq!(judged.contains(&index), !cells.is_empty());
        for (column, cell) in cells.iter().enumerate() {
            assert_eq!(*outline.cell(index, column), **cell);
        }
    }
}

/// Slabs of any number of records can be read from where their first record begins.
fn check_slabs_anywhere(bytes: &[u8], outcome: &Outcome, limits: Limits) {
    let mut reader = SlabReader::new(bytes, limits);
    reader.header().expect("it was read before");
    let shape = reader.shape();
    for records in outcome.records.chunks(2) {
        let Position { offset, record, line, .. } = records[0].0;
        let start = RecordStart { offset, record, line };
        let rest = &bytes[usize::try_from(offset).expect("it is in memory")..];
        let mut anywhere = SlabReader::at(rest, Arc::clone(&shape), start, 0);
        for slab in [
            anywhere.slab_at(start, records.len(), None).expect("memory can be read"),
            reader.slab_at(start, records.len(), None).expect("memory can be read"),
        ] {
            assert_eq!(slab.len(), records.len());
            for (index, (position, raw, faults, cells)) in records.iter().enumerate() {
                assert_eq!(slab.position(index), *position);
                assert_eq!(slab.raw(index), raw);
                assert_eq!(slab.faults(index), *faults);
                for (column, cell) in cells.iter().enumerate() {
                    assert_eq!(*slab.field(index, column), **cell);
                }
            }
        }
    }
}

fn check_tiles(bytes: &[u8], outcome: &Outcome, limits: Limits) {
    let summary = &outcome.summary;
    assert_eq!(summary.bytes, bytes.len() as u64);
    assert!(summary.tiles(), "{summary:?}");
    assert_eq!(summary.records, outcome.records.len() as u64);
    let lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
    let open = !bytes.is_empty() && !bytes.ends_with(b"\n") && bytes != crate::header::BOM;
    assert_eq!(summary.lines, lines + u64::from(open), "{summary:?}");
    let mut at = 0;
    for (number, (position, raw, faults, _)) in (1..).zip(&outcome.records) {
        assert_eq!(position.record, number);
        assert!(position.offset >= at);
        at = position.offset + position.length;
        let place = usize::try_from(position.offset).expect("it is in memory");
        let length = usize::try_from(position.length).expect("it is in memory");
        assert!(bytes[place..place + length].starts_with(raw), "raw bytes are those of the input");
        assert_eq!(
            raw.len() < length,
            faults.contains(FaultKind::RecordTooLong) && length > limits.record_bytes
        );
        let line = memchr::memchr_iter(b'\n', &bytes[..place]).count() as u64 + 1;
        assert_eq!(position.line, line);
    }
}

fn compare(bytes: &[u8], outcome: &Outcome) {
    let unsound = outcome.records.iter().any(|(_, _, faults, _)| faults.blocking());
    // The csv crate ends a record at a CR without a following LF.
    if unsound || outcome.summary.lone_crs > 0 {
        return;
    }
    let mut oracle = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut expected = Vec::new();
    for record in oracle.byte_records() {
        let decode = |cell: &[u8]| {
            let mut text = Vec::new();
            cp1252::decode_into(cell, &mut text);
            text
        };
        expected.push(record.expect("well-formed").iter().map(decode).collect::<Vec<_>>());
    }
    let header: Vec<Vec<u8>> = outcome.names.iter().map(|name| name.clone().into_bytes()).collect();
    let found: Vec<&Vec<Vec<u8>>> = std::iter::once(&header)
        .filter(|names| !names.is_empty())
        .chain(outcome.records.iter().map(|(_, _, _, cells)| cells))
        .collect();
    assert_eq!(found, expected.iter().collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn write(rows: &[Vec<String>], quoting: u8, crlf: bool) -> String {
        let mut text = String::new();
        for row in rows {
            for (column, cell) in row.iter().enumerate() {
                if column > 0 {
                    text.push(',');
                }
                let needed =
                    cell.contains(['"', ',', '\n', '\r']) || cell.is_empty() && row.len() == 1;
                if needed || quoting == 0 || quoting == 1 && !cell.is_empty() {
                    text.push('"');
                    text.push_str(&cell.replace('"', "\"\""));
                    text.push('"');
                } else {
                    text.push_str(cell);
                }
            }
            text.push_str(if crlf { "\r\n" } else { "\n" });
        }
        text
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
        (1_usize..6).prop_flat_map(|width| {
            let cell = prop_oneof![
                4 => "[a-z0-9 .]{0,12}",
                2 => "[\",\n\\\\é水a]{0,8}",
                1 => "(a\r\nb)?",
                1 => "x{60,90}",
            ];
            prop::collection::vec(prop::collection::vec(cell, width), 1..12)
        })
    }

    #[test]
    fn a_carriage_return_at_the_end_of_what_is_kept_of_a_record_is_counted_alike_in_all_ways() {
        let check = |after: &str| {
            for more in 0..3 {
                let quotes = "\"".repeat(SMALL.record_bytes - 5 + more);
                check_against_oracle(format!("a,b\nx,\"y{quotes}\r{after}").as_bytes());
            }
        };
        for after in ["", "\n", "\n\n\n\n", "\r\n\n", "z\n", "\n1,2\n", "\r\r\r\n1,2\r\n"] {
            check(after);
        }
        // As it was found.
        let found = format!(
            "\"\"\n,\"\"\"\"\"\r\r\"\"{}\"a{}\r{}\r\n\n\n\n",
            ",,",
            "\"".repeat(19),
            "\"".repeat(85)
        );
        for quotes in 0..8 {
            check_against_oracle(
                found.replacen('a', &format!("a{}", "\"".repeat(quotes)), 1).as_bytes(),
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn well_formed_input_reads_like_the_csv_crate_reads_it(rows in rows(), quoting in 0_u8..3, crlf: bool) {
            let text = write(&rows, quoting, crlf);
            check_against_oracle(text.as_bytes());
            // The test must not pass because no comparison took place.
            let outcome = outcome(text.as_bytes(), Limits::default(), (usize::MAX, 999, 64, false)).unwrap();
            let repeated = |faults: &Faults| faults.contains(FaultKind::RepeatedHeader);
            prop_assert!(outcome.records.iter().all(|(_, _, faults, _)| faults.is_empty() || repeated(faults)));
        }

        #[test]
        fn any_bytes_give_records_that_tile_them(
            bytes in prop::collection::vec(prop::sample::select(b"\"\"\",,,\n\n\rab\0\xe9\xc3\x81".as_slice()), 0..300),
        ) {
            check_against_oracle(&bytes);
        }

        #[test]
        fn damaged_lines_give_records_that_tile_them(
            lines in prop::collection::vec(prop::sample::select(
                ["a,b,c", "\"a\",\"b\",\"c\"", "a,\"b,c", "a\"x,b,c", "", "a,b", "a,b,c,d", "\"a\n\",b,c", "x\"", "\"", "\r", "a,\"x\ny\",\"z\"q"].as_slice(),
            ), 0..40),
        ) {
            check_against_oracle(format!("h1,h2,h3\n{}", lines.join("\n")).as_bytes());
        }
    }
}
