//! Reads quarantine, findings and repairs back with the parquet crate's reader.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use assay_model::Position;
use assay_sinks::{
    FileSummary, Finding, FindingRow, FindingsWriter, QuarantineWriter, QuarantinedRecord, Repair,
    RepairRow, RepairsWriter,
};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn read(file: Vec<u8>) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(file)).unwrap();
    builder.with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect()
}

fn position(record: u64) -> Position {
    Position { record, line: record + 1, offset: record * 100, length: 42 }
}

fn longs(batch: &RecordBatch, column: &str) -> Vec<i64> {
    batch.column_by_name(column).unwrap().as_primitive::<Int64Type>().values().to_vec()
}

fn texts(array: &dyn Array) -> Vec<Option<&str>> {
    array.as_string::<i32>().iter().collect()
}

const FINDINGS: [Finding<'static>; 2] = [
    Finding {
        rule: "csv.ragged",
        class: "structure",
        level: "error",
        column: None,
        message: "expected 91 fields, found 90",
        value: None,
    },
    Finding {
        rule: "state-known",
        class: "validate",
        level: "warn",
        column: Some("State"),
        message: "`ZZ` is not a US state",
        value: Some("ZZ"),
    },
];

const REPAIRS: [Repair<'static>; 1] =
    [Repair { column: "Name", rule: "trim", before: " Zoë", after: "Zoë" }];

fn records(count: u64, raw: impl Fn(u64) -> Vec<u8>) -> (FileSummary, Vec<u8>) {
    let metadata = [("assay.run".to_owned(), "0123".to_owned())];
    let mut writer = QuarantineWriter::new(&metadata, Vec::new()).unwrap();
    for record in 1..=count {
        let findings = usize::try_from(record % 3).unwrap();
        writer
            .push(&QuarantinedRecord {
                position: position(record),
                line_last: record + 2,
                raw: &raw(record),
                raw_complete: record != 2,
                outcome: "quarantined",
                disposition: (record == 3).then_some("hold"),
                findings: &FINDINGS[..findings],
                repairs: &REPAIRS[..usize::from(record == 1)],
            })
            .unwrap();
        assert_eq!(writer.rows(), record);
    }
    writer.finish().unwrap()
}

#[test]
fn a_quarantined_record_comes_back_to_the_byte() {
    let raw = |record: u64| match record {
        1 => b"a,\"b\nc\",\xff\0\r\n".to_vec(),
        2 => Vec::new(),
        _ => b"x\n".to_vec(),
    };
    let (summary, file) = records(4, raw);
    assert_eq!((summary.rows, summary.bytes), (4, file.len() as u64));
    assert_eq!(summary.digest.0, *blake3::hash(&file).as_bytes());
    let batches = read(file);
    let [batch] = batches.as_slice() else { panic!("one batch") };
    assert_eq!(longs(batch, "record"), [1, 2, 3, 4]);
    assert_eq!(longs(batch, "line_first"), [2, 3, 4, 5]);
    assert_eq!(longs(batch, "line_last"), [3, 4, 5, 6]);
    assert_eq!(longs(batch, "byte_offset"), [100, 200, 300, 400]);
    assert_eq!(longs(batch, "byte_length"), [42; 4]);
    let cells = batch.column_by_name("raw").unwrap().as_binary::<i32>();
    assert!((1..).zip(cells).all(|(record, cell)| cell == Some(&raw(record)[..])));
    let complete = batch.column_by_name("raw_complete").unwrap().as_boolean();
    assert_eq!(complete.iter().flatten().collect::<Vec<_>>(), [true, false, true, true]);
    let disposition = batch.column_by_name("disposition").unwrap();
    assert_eq!(texts(disposition), [None, None, Some("hold"), None]);

    let findings = batch.column_by_name("findings").unwrap().as_list::<i32>();
    assert_eq!(findings.value_offsets(), [0, 1, 3, 3, 4]);
    let of_second = findings.value(1);
    let of_second = of_second.as_struct();
    let member = |name: &str| texts(of_second.column_by_name(name).unwrap());
    assert_eq!(member("rule"), [Some("csv.ragged"), Some("state-known")]);
    assert_eq!(member("class"), [Some("structure"), Some("validate")]);
    assert_eq!(member("level"), [Some("error"), Some("warn")]);
    assert_eq!(member("column"), [None, Some("State")]);
    assert_eq!(member("message"), [Some(FINDINGS[0].message), Some(FINDINGS[1].message)]);
    assert_eq!(member("value"), [None, Some("ZZ")]);

    let repairs = batch.column_by_name("repairs").unwrap().as_list::<i32>();
    assert_eq!(repairs.value_offsets(), [0, 1, 1, 1, 1]);
    let of_first = repairs.value(0);
    let of_first = of_first.as_struct();
    let cells: Vec<_> = of_first.columns().iter().map(|c| texts(c)[0].unwrap()).collect();
    assert_eq!(cells, ["Name", "trim", " Zoë", "Zoë"]);
}

#[test]
fn many_and_large_records_are_all_there_and_always_the_same() {
    let check = |count: u64, bytes: usize, groups: usize| {
        let raw = |record: u64| vec![record.to_le_bytes()[0]; bytes];
        let (summary, file) = records(count, raw);
        assert_eq!(summary, records(count, raw).0);
        let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(file.clone())).unwrap();
        assert_eq!(builder.metadata().num_row_groups(), groups, "{count} of {bytes}");
        let found: Vec<i64> = read(file).iter().flat_map(|batch| longs(batch, "record")).collect();
        assert!(found.into_iter().eq(1..=i64::try_from(count).unwrap()));
    };
    check(0, 0, 0);
    check(9_000, 10, 1);
    check(140_000, 3, 2);
    check(25, 5 << 20, 7);
}

#[test]
fn findings_and_repairs_come_back() {
    let mut writer = FindingsWriter::new(&[], Vec::new()).unwrap();
    for record in 1..=5_000 {
        let Finding { rule, level, column, message, value, .. } =
            FINDINGS[1 - usize::from(record == 1)];
        writer
            .push(&FindingRow { position: position(record), rule, level, column, message, value })
            .unwrap();
    }
    assert_eq!(writer.rows(), 5_000);
    let (summary, file) = writer.finish().unwrap();
    assert_eq!(summary.rows, 5_000);
    let batches = read(file);
    let batch = &batches[0];
    assert_eq!(longs(batch, "record")[4_999], 5_000);
    assert_eq!(longs(batch, "byte_offset")[0], 100);
    assert_eq!(
        texts(batch.column_by_name("rule").unwrap())[..2],
        [Some("csv.ragged"), Some("state-known")]
    );
    assert_eq!(texts(batch.column_by_name("column").unwrap())[..2], [None, Some("State")]);
    assert_eq!(texts(batch.column_by_name("value").unwrap())[..2], [None, Some("ZZ")]);

    let mut writer = RepairsWriter::new(&[], Vec::new()).unwrap();
    let Repair { column, rule, before, after } = REPAIRS[0];
    writer.push(&RepairRow { position: position(7), column, rule, before, after }).unwrap();
    let batches = read(writer.finish().unwrap().1);
    let names: Vec<_> = batches[0].schema().fields().iter().map(|f| f.name().clone()).collect();
    let expected =
        ["record", "line", "byte_offset", "byte_length", "column", "rule", "before", "after"];
    assert_eq!(names, expected);
    assert_eq!(texts(batches[0].column_by_name("after").unwrap()), [Some("Zoë")]);
}
