//! Where slabs end, what is carried across their ends, and records too long to keep.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use std::io::Read;

use assay_ingest::{ColumnMemory, FaultKind, HeaderFault, Limits, Slab, SlabReader};
use assay_model::{Cells, Column};
use support::read;

const LIMITS: Limits =
    Limits { field_bytes: 100, record_bytes: 200, slab_records: 4, slab_bytes: 60 };

fn slab_sizes(bytes: &[u8], limits: Limits) -> Vec<usize> {
    let mut reader = SlabReader::new(bytes, limits);
    std::iter::from_fn(|| reader.next_slab(None).unwrap()).map(|slab| slab.len()).collect()
}

#[test]
fn a_slab_ends_at_so_many_records_or_bytes() {
    let short = "a,b\n".repeat(10);
    assert_eq!(slab_sizes(format!("x,y\n{short}").as_bytes(), LIMITS), [4, 4, 2]);
    let long = format!("{},b\n", "a".repeat(27)).repeat(5);
    assert_eq!(slab_sizes(format!("x,y\n{long}").as_bytes(), LIMITS), [2, 2, 1]);
    assert_eq!(
        slab_sizes(format!("x,y\na,b\n{}a,b\n", "\n".repeat(300)).as_bytes(), LIMITS),
        [1, 1]
    );
}

#[test]
fn inputs_without_records_are_fine() {
    let check = |bytes: &[u8], names: usize, blank: u64| {
        let mut reader = SlabReader::new(bytes, LIMITS);
        assert_eq!(reader.header().unwrap().names.len(), names);
        assert!(reader.next_slab(None).unwrap().is_none());
        assert!(reader.next_slab(None).unwrap().is_none());
        let summary = reader.summary();
        assert!(summary.tiles());
        assert_eq!((summary.bytes, summary.blank_bytes), (bytes.len() as u64, blank), "{bytes:?}");
    };
    check(b"", 0, 0);
    check(b"\xef\xbb\xbf", 0, 0);
    check(b"\n\r\n\n", 0, 4);
    check(b"a,b", 2, 0);
    check(b"a,b\n", 2, 0);
    check(b"\n\na,b\r\n\n\n", 2, 4);
    check(&[b"a,b\n".as_slice(), &[b'\n'; 1000]].concat(), 2, 1000);
}

#[test]
fn headers_are_read_as_records_are() {
    let header = |bytes: &[u8]| SlabReader::new(bytes, LIMITS).header();
    let found = header(b"\xef\xbb\xbf\"a \"\"b\"\"\",\"c\nd\",caf\xe9\r\n1,2,3\n").unwrap();
    assert_eq!(found.names, ["a \"b\"", "c\nd", "café"]);
    assert!(found.bom && found.windows_1252 && found.crlf);
    assert_eq!((found.offset, found.line, found.length), (3, 1, 22));
    let check =
        |bytes: &[u8], expected: &str| assert_eq!(header(bytes).unwrap_err().to_string(), expected);
    check(
        b"a,b\"c\n",
        "the header breaks the quoting rules at byte 3: a quote inside an unquoted field",
    );
    check(
        b"\n\"a\"b\n",
        "the header breaks the quoting rules at byte 4: text after a closing quote",
    );
    check(
        b"a,\"b\n",
        "the header breaks the quoting rules at byte 2: a quoted field is not closed",
    );
    check(b"a,\0\n", "the header has a NUL byte at byte 2; expected text");
    check(b"a,\x81\n", "the header has a byte that is neither UTF-8 nor Windows-1252 at byte 2");
    check(
        "x".repeat(300).as_bytes(),
        "the header does not end within 200 bytes; expected a line of column names",
    );
    let mut reader = SlabReader::new(b"a,b\"c\n1,2\n".as_slice(), LIMITS);
    assert!(matches!(reader.header(), Err(HeaderFault::Quote { .. })));
    assert!(reader.next_slab(None).is_err());
}

#[test]
fn a_record_too_long_costs_its_neighbours_nothing() {
    let check = |long: &str| {
        let bytes = format!("x,y\na,b\n{long}c,d\ne,f\n");
        let (seen, summary) = read(bytes.as_bytes(), LIMITS);
        let faults: Vec<_> = seen.iter().map(|record| record.faults.clone()).collect();
        assert_eq!(faults, [vec![], vec![FaultKind::RecordTooLong], vec![], vec![]], "{long:?}");
        let position = seen[1].position;
        assert_eq!((position.offset, position.length, position.line), (8, long.len() as u64, 3));
        assert_eq!(seen[1].raw, long.as_bytes()[..200]);
        assert_eq!(seen[2].position.offset, 8 + long.len() as u64);
        assert_eq!(seen[2].position.line, 3 + long.matches('\n').count() as u64);
        assert_eq!(seen[3].cells, ["e", "f"]);
        assert_eq!(summary.records, 4);
    };
    check(&format!("{}\n", "x".repeat(5000)));
    check(&format!("a,{}\n", "x".repeat(5000)));
    check(&format!("\"{}\",b\n", "text\n".repeat(900)));
    check(&format!("\"{}x\n", "text\n".repeat(900)));
    check(&format!("{},\n", "x".repeat(199)));
}

#[test]
fn a_record_too_long_at_the_end_reaches_to_it() {
    let bytes = format!("x,y\na,b\n{}", "x".repeat(5000));
    let (seen, summary) = read(bytes.as_bytes(), LIMITS);
    assert_eq!(seen[1].faults, [FaultKind::RecordTooLong]);
    assert_eq!(seen[1].position.length, 5000);
    assert!(!summary.ends_with_line_ending);
}

#[test]
fn a_record_as_long_as_the_limit_is_whole() {
    for (long, faults) in [(97, vec![]), (98, vec![FaultKind::RecordTooLong])] {
        let bytes = format!("x,y\n{},{}\nc,d\n", "x".repeat(100), "y".repeat(long + 1));
        let (seen, _) = read(bytes.as_bytes(), LIMITS);
        assert_eq!(seen[0].faults, faults);
        assert_eq!(seen.len(), 2);
    }
}

#[test]
fn columns_are_text_or_nothing_at_all() {
    let bytes = b"a,b,c\n1,,\"x \"\"y\"\"\"\n2,,caf\xe9\n3,4\n5,,\"\"\n";
    let slab =
        SlabReader::new(bytes.as_slice(), Limits::default()).next_slab(None).unwrap().unwrap();
    assert_eq!(slab.judged(), [0, 1, 3]);
    let mut memory = ColumnMemory::default();
    let built: Vec<_> =
        (0..3).map(|column| slab.text_column(slab.judged(), column, &mut memory)).collect();
    let cells = |nth: usize| match &built[nth].cells {
        Cells::Text(text) => {
            text.iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect()
        }
        Cells::Constant(cell) => {
            vec![format!("always {:?}", String::from_utf8(cell.clone()).unwrap())]
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(cells(0), ["1", "2", "5"]);
    assert_eq!(built[0].valid, None);
    assert_eq!(cells(1), ["always \"\""]);
    assert_eq!(built[1].valid.as_ref().map(|valid| valid.as_bytes().to_vec()), Some(vec![0]));
    assert_eq!(cells(2), ["x \"y\"", "café", ""]);
    assert_eq!(built[2].valid.as_ref().map(|valid| valid.as_bytes().to_vec()), Some(vec![0b011]));
    memory.recycle(built);
    let again = slab.text_column(&[1], 2, &mut memory);
    assert_eq!(
        again.cells,
        Cells::Text(assay_model::Text::from_parts(vec![0, 5], "café".into()).unwrap())
    );
    assert_eq!(*slab.field(2, 1), *b"4");
    assert_eq!(*slab.field(2, 2), *b"");
}

#[test]
fn columns_take_the_smallest_form() {
    use std::fmt::Write;
    let mut text = "number,year,blank,state,late,mostly\n".to_owned();
    for number in 0..3_000 {
        let state = ["IA", "MN", "", "NY"][number % 4];
        let late = if number < 1_000 { "" } else { ["x", "\"y \"\"z\"\"\""][number % 2] };
        let mostly = if number < 1_000 { number % 300 } else { number };
        writeln!(text, "{number},2023,,{state},{late},{mostly}").unwrap();
    }
    let slab =
        SlabReader::new(text.as_bytes(), Limits::default()).next_slab(None).unwrap().unwrap();
    let mut memory = ColumnMemory::default();
    let columns: Vec<usize> = (0..6).collect();
    for _ in 0..2 {
        let built = slab.columns(slab.judged(), &columns, &mut memory);
        let form = |column: &Column| match &column.cells {
            Cells::Text(_) => "text".to_owned(),
            Cells::Constant(cell) => format!("always {:?}", String::from_utf8_lossy(cell)),
            Cells::Dictionary { values, .. } => format!("{} values", values.len()),
            other => panic!("{other:?}"),
        };
        let forms: Vec<String> = built.iter().map(form).collect();
        assert_eq!(
            forms,
            ["text", "always \"2023\"", "always \"\"", "4 values", "3 values", "text"]
        );
        for (nth, column) in built.iter().enumerate() {
            for record in 0..slab.len() {
                let cell = match &column.cells {
                    Cells::Text(text) => text.get(record),
                    Cells::Constant(cell) => cell,
                    Cells::Dictionary { keys, values } => values.get(usize::from(keys[record])),
                    other => panic!("{other:?}"),
                };
                assert_eq!(*slab.field(record, nth), *cell, "record {record}, column {nth}");
                let valid = column.valid.as_ref().is_none_or(|valid| valid.get(record));
                assert_eq!(valid, !cell.is_empty(), "record {record}, column {nth}");
            }
        }
        memory.recycle(built);
    }
}

/// An endless input, of which only a part can ever be in memory.
struct Endless {
    left: u64,
    pattern: &'static [u8],
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        for byte in &mut buffer[..count] {
            *byte = self.pattern[self.at % self.pattern.len()];
            self.at += 1;
        }
        self.left -= count as u64;
        Ok(count)
    }
}

#[test]
fn memory_stays_bounded_whatever_comes() {
    for pattern in [
        b"x".as_slice(),
        b"\"",
        b"\n",
        b"a,\"",
        b",",
        b"\"\n",
        b"a\"\n",
        b"a,b\n",
        b"a,\"\"\"\n",
        b"\r\n\0",
    ] {
        let bytes = 2 << 20;
        let limits = Limits { record_bytes: 100_000, slab_bytes: 100_000, ..Limits::default() };
        let input = b"x,y\n".chain(Endless { left: bytes, pattern, at: 0 });
        let mut reader = SlabReader::new(input, limits);
        let mut recycled: Option<Slab> = None;
        while let Some(slab) = reader.next_slab(recycled).unwrap() {
            assert!(slab.bytes_len() <= 200_000, "{pattern:?}: {}", slab.bytes_len());
            recycled = Some(slab);
        }
        assert!(reader.summary().tiles());
        assert_eq!(reader.summary().bytes, bytes + 4);
    }
}
