//! Reads part files back with the parquet crate's reader.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type};
use assay_model::{Bitmap, Cells, Column, ColumnKind, FieldId, Position, Text};
use assay_sinks::{ColumnSpec, PartSummary, PartWriter, Selection, SinkError, SlabColumns};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Encoding::{self, PLAIN, RLE, RLE_DICTIONARY};
use parquet::basic::Type as Physical;
use parquet::data_type::ByteArray;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::statistics::Statistics;
use proptest::prelude::*;

#[derive(Debug)]
struct Slab {
    columns: Vec<Column>,
    rows: usize,
    selection: Option<Vec<u32>>,
}

fn column(cells: Cells) -> Column {
    Column { cells, valid: None, malformed: None }
}

fn text(cells: &[&str]) -> Cells {
    let mut text = Text::default();
    for cell in cells {
        text.push(cell.as_bytes());
    }
    Cells::Text(text)
}

fn bits(text: &str) -> Bitmap {
    let mut bits = Bitmap::default();
    text.bytes().for_each(|b| bits.push(b == b'1'));
    bits
}

fn specs(kinds: &[ColumnKind]) -> Vec<ColumnSpec> {
    let spec = |(n, &kind)| ColumnSpec {
        id: FieldId::of_position(n).unwrap(),
        name: format!("c{n}"),
        kind,
    };
    (0..).zip(kinds).map(spec).collect()
}

/// Calls `append` once per `wave` slabs, and ends a row group after every `group` slabs.
fn write(
    kinds: &[ColumnKind],
    slabs: &[Slab],
    wave: usize,
    group: usize,
) -> Result<(PartSummary, Bytes), SinkError> {
    let metadata = [("assay.run".to_owned(), "0123".to_owned())];
    let mut writer = PartWriter::new(specs(kinds), &metadata, Vec::new())?;
    let positions: Vec<Vec<Position>> = slabs
        .iter()
        .scan(0_u64, |record, slab| {
            let from = *record;
            *record += slab.rows as u64;
            let place =
                |r: u64| Position { record: r + 1, line: r + 2, offset: r * 700, length: 700 };
            Some((from..*record).map(place).collect())
        })
        .collect();
    let slabs: Vec<SlabColumns<'_>> = slabs
        .iter()
        .zip(&positions)
        .map(|(slab, positions)| SlabColumns {
            columns: slab.columns.iter().collect(),
            positions,
            selection: slab.selection.as_deref().map_or(Selection::All, Selection::Some),
        })
        .collect();
    for group in slabs.chunks(group) {
        for wave in group.chunks(wave) {
            writer.append(wave)?;
        }
        writer.end_row_group()?;
    }
    let (summary, file) = writer.finish()?;
    Ok((summary, file.into()))
}

fn read(file: &Bytes) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap();
    builder.with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect()
}

fn metadata(file: &Bytes) -> ParquetMetaData {
    ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap().metadata().as_ref().clone()
}

fn texts(batches: &[RecordBatch], column: usize) -> Vec<Option<String>> {
    let cells = |batch: &RecordBatch| -> Vec<Option<String>> {
        batch.column(column).as_string::<i32>().iter().map(|cell| cell.map(str::to_owned)).collect()
    };
    batches.iter().flat_map(cells).collect()
}

fn numbers(batches: &[RecordBatch], column: usize) -> Vec<i64> {
    let cells =
        |batch: &RecordBatch| batch.column(column).as_primitive::<Int64Type>().values().to_vec();
    batches.iter().flat_map(cells).collect()
}

const KINDS: [ColumnKind; 5] = [
    ColumnKind::Text,
    ColumnKind::Integer,
    ColumnKind::Decimal { precision: 14, scale: 2 },
    ColumnKind::Date,
    ColumnKind::Text,
];

fn small() -> Slab {
    Slab {
        columns: vec![
            column(text(&["b", "", "a", "b"])),
            Column {
                cells: Cells::Integer(vec![1, 0, -3, 4]),
                valid: Some(bits("1011")),
                malformed: None,
            },
            Column {
                cells: Cells::Decimal { scale: 2, unscaled: vec![100, 250, 0, -5] },
                valid: Some(bits("1101")),
                malformed: Some(bits("0010")),
            },
            column(Cells::Date(vec![16_860, 0, 1, 2])),
            column(Cells::Absent),
        ],
        rows: 4,
        selection: None,
    }
}

#[test]
fn all_kinds_come_back_with_their_nulls() {
    let (summary, file) = write(&KINDS, &[small()], 1, 1).unwrap();
    let batches = read(&file);
    let some = |cells: &[&str]| cells.iter().map(|c| Some((*c).to_owned())).collect::<Vec<_>>();
    assert_eq!(texts(&batches, 0)[..1], some(&["b"])[..]);
    assert_eq!(texts(&batches, 0)[1], None);
    assert_eq!(texts(&batches, 0)[2..], some(&["a", "b"])[..]);
    assert_eq!(texts(&batches, 4), vec![None; 4]);
    let batch = &batches[0];
    let integers: Vec<_> = batch.column(1).as_primitive::<Int64Type>().iter().collect();
    assert_eq!(integers, [Some(1), None, Some(-3), Some(4)]);
    let decimals = batch.column(2).as_primitive::<Decimal128Type>();
    assert_eq!((decimals.precision(), decimals.scale()), (14, 2));
    assert_eq!(decimals.iter().collect::<Vec<_>>(), [Some(100), Some(250), None, Some(-5)]);
    let dates: Vec<_> = batch.column(3).as_primitive::<Date32Type>().iter().collect();
    assert_eq!(dates, [Some(16_860), Some(0), Some(1), Some(2)]);
    assert_eq!(numbers(&batches, 5), [1, 2, 3, 4]);
    assert_eq!(numbers(&batches, 6), [2, 3, 4, 5]);
    assert_eq!(numbers(&batches, 7), [0, 700, 1_400, 2_100]);

    assert_eq!((summary.rows, summary.row_groups), (4, 1));
    assert_eq!(summary.bytes, file.len() as u64);
    assert_eq!(summary.digest.0, *blake3::hash(&file).as_bytes());
    let nulls: Vec<u64> = summary.columns.iter().map(|c| c.nulls).collect();
    assert_eq!(nulls, [1, 1, 1, 0, 4]);
    let malformed: Vec<u64> = summary.columns.iter().map(|c| c.malformed).collect();
    assert_eq!(malformed, [0, 0, 1, 0, 0]);
    let sums: Vec<_> = summary.columns.iter().map(|c| c.sum.map(|s| s.to_string())).collect();
    assert_eq!(sums, [None, None, Some("3.45".to_owned()), None, None]);
}

#[test]
fn the_footer_says_what_readers_skip_by() {
    let (_, file) = write(&KINDS, &[small()], 1, 1).unwrap();
    let footer = metadata(&file);
    let group = footer.row_group(0);
    assert_eq!(footer.file_metadata().created_by(), Some("assay"));
    assert_eq!(footer.file_metadata().key_value_metadata().unwrap()[0].key, "assay.run");
    let types: Vec<Physical> =
        group.columns().iter().map(ColumnChunkMetaData::column_type).collect();
    let (text, long) = (Physical::BYTE_ARRAY, Physical::INT64);
    assert_eq!(types, [text, long, long, Physical::INT32, text, long, long, long]);
    let Some(Statistics::ByteArray(range)) = group.column(0).statistics() else { panic!() };
    assert_eq!(range.min_opt().unwrap().data(), b"a");
    assert_eq!(range.max_opt().unwrap().data(), b"b");
    assert_eq!(range.null_count_opt(), Some(1));
    let Some(Statistics::Int64(range)) = group.column(2).statistics() else { panic!() };
    assert_eq!((range.min_opt(), range.max_opt()), (Some(&-5), Some(&250)));
    assert_eq!(group.column(4).statistics().unwrap().null_count_opt(), Some(4));
    let lineage: Vec<_> = group.column(5).encodings().collect();
    assert!(lineage.contains(&Encoding::DELTA_BINARY_PACKED), "{lineage:?}");
}

#[test]
fn long_statistics_are_cut_and_stay_bounds() {
    let check = |cell: &str, max: &str| {
        let slab = Slab { columns: vec![column(text(&[cell]))], rows: 1, selection: None };
        let (_, file) = write(&[ColumnKind::Text], &[slab], 1, 1).unwrap();
        let footer = metadata(&file);
        let Some(Statistics::ByteArray(range)) = footer.row_group(0).column(0).statistics() else {
            panic!()
        };
        let (low, high) = (range.min_opt().unwrap().data(), range.max_opt().map(ByteArray::data));
        assert!(low <= cell.as_bytes() && low.len() <= 64);
        assert_eq!(
            high.map(|high| std::str::from_utf8(high).unwrap()),
            (!max.is_empty()).then_some(max)
        );
        assert!(high.is_none_or(|high| high >= cell.as_bytes()));
        assert_eq!(range.max_is_exact(), cell.len() <= 64);
    };
    check(&"x".repeat(64), &"x".repeat(64));
    check(&"x".repeat(65), &("x".repeat(63) + "y"));
    check(&("x".repeat(63) + "éé"), &("x".repeat(62) + "y"));
    check(&("xé".to_owned() + &"é".repeat(40)), "y");
    check(&"é".repeat(40), "");
}

/// Returns values that send a column down each path of the text encoder.
fn many(rows: usize, cell: impl Fn(usize) -> String) -> (Slab, Vec<Option<String>>) {
    let cells: Vec<String> = (0..rows).map(cell).collect();
    let borrowed: Vec<&str> = cells.iter().map(String::as_str).collect();
    let slab = Slab { columns: vec![column(text(&borrowed))], rows, selection: None };
    (slab, cells.into_iter().map(|cell| (!cell.is_empty()).then_some(cell)).collect())
}

#[test]
fn text_survives_every_way_through_the_encoder() {
    let check = |name: &str, cell: &dyn Fn(usize) -> String, encodings: &[Encoding]| {
        let (slabs, expected): (Vec<_>, Vec<_>) =
            (0..12).map(|slab| many(4_096, |row| cell(slab * 4_096 + row))).unzip();
        let (summary, file) = write(&[ColumnKind::Text], &slabs, 4, 8).unwrap();
        assert_eq!(texts(&read(&file), 0), expected.concat(), "{name}");
        assert_eq!(summary.row_groups, 2, "{name}");
        let footer = metadata(&file);
        let mut found: Vec<Encoding> = footer.row_group(0).column(0).encodings().collect();
        found.sort();
        assert_eq!(found, encodings, "{name}");
    };
    check("one text", &|_| "Teaching Hospital".to_owned(), &[PLAIN, RLE, RLE_DICTIONARY]);
    check("always blank", &|_| String::new(), &[PLAIN, RLE]);
    check("few texts", &|n| format!("state {}", n * n % 51), &[PLAIN, RLE, RLE_DICTIONARY]);
    check("runs", &|n| format!("{}", n / 100), &[PLAIN, RLE, RLE_DICTIONARY]);
    check(
        "mostly blank",
        &|n| if n % 97 == 0 { n.to_string() } else { String::new() },
        &[PLAIN, RLE, RLE_DICTIONARY],
    );
    check(
        "blank from the second slab",
        &|n| if n < 4_096 { "x".into() } else { String::new() },
        &[PLAIN, RLE, RLE_DICTIONARY],
    );
    check("never twice", &|n| format!("record {n}"), &[PLAIN, RLE]);
    check("grows too large", &|n| format!("{:0>120}", n * 3 / 5), &[PLAIN, RLE, RLE_DICTIONARY]);
    check("not only ASCII", &|n| format!("Zürich ☃ {}", n % 7), &[PLAIN, RLE, RLE_DICTIONARY]);
}

#[test]
fn blank_columns_cost_next_to_nothing() {
    let size = |kinds: usize| {
        let slab = || Slab {
            columns: (0..kinds)
                .map(|_| many(4_096, |_| String::new()).0.columns.remove(0))
                .collect(),
            rows: 4_096,
            selection: None,
        };
        let slabs: Vec<Slab> = (0..32).map(|_| slab()).collect();
        write(&vec![ColumnKind::Text; kinds], &slabs, 8, 32).unwrap().0.bytes
    };
    let each = (size(41) - size(1)) / 40;
    assert!(each < 700, "{each} bytes for 131,072 blank cells");
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let check = |kind: ColumnKind, cells: Cells, expected: &str| {
        let slab = Slab { columns: vec![column(cells)], rows: 1, selection: None };
        let error = write(&[kind], &[slab], 1, 1).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    let money = ColumnKind::Decimal { precision: 3, scale: 2 };
    let decimal = |scale, value| Cells::Decimal { scale, unscaled: vec![value] };
    check(
        money,
        decimal(2, 1_000),
        "column `c0`: expected numbers that fit Decimal { precision: 3, scale: 2 }, found 1000; \
         quarantine records whose numbers do not fit",
    );
    check(money, decimal(3, 1), "column `c0`: expected 2 digits after the point, found 3");
    check(ColumnKind::Date, text(&["x"]), "column `c0`: expected cells that were cast to dates");
    check(
        ColumnKind::Text,
        Cells::Date(vec![1]),
        "column `c0`: expected text, found numbers or dates",
    );
    check(ColumnKind::Text, Cells::Constant(vec![0xff]), "column `c0`: expected UTF-8 text");
    check(ColumnKind::Text, text(&["a", "b"]), "column `c0`: expected 1 cells, found 2");
    check(
        ColumnKind::Decimal { precision: 19, scale: 2 },
        decimal(2, 1),
        "column `c0`: expected a decimal of 1 to 18 digits with no more after the point, found decimal(19,2)",
    );
}

#[test]
fn spark_knows_the_calendar_of_dates() {
    let (_, file) = write(&KINDS, &[], 1, 1).unwrap();
    let footer = metadata(&file);
    let pairs = footer.file_metadata().key_value_metadata().unwrap();
    let find = |key: &str| {
        pairs.iter().find(|pair| pair.key == key).map(|pair| pair.value.clone().unwrap())
    };
    // Compared as text, as Spark does.
    assert!(find("org.apache.spark.version").unwrap().as_str() >= "3.0.0");
    assert_eq!(find("org.apache.spark.legacyDateTime"), None);
}

#[test]
fn columns_differ_in_name_and_id() {
    let check = |columns: &[(u64, &str)], expected: &str| {
        let spec = |(id, name): &(u64, &str)| ColumnSpec {
            id: FieldId::new(*id).unwrap(),
            name: (*name).to_owned(),
            kind: ColumnKind::Text,
        };
        let specs = columns.iter().map(spec).collect();
        assert_eq!(PartWriter::new(specs, &[], Vec::new()).unwrap_err().to_string(), expected);
    };
    let name = "expected a name that no other column has, whatever the case";
    check(&[(4, "_line")], &format!("column `_line`: {name}"));
    check(&[(4, "ID"), (5, "id")], &format!("column `id`: {name}"));
    check(&[(4, "a"), (4, "b")], "column `b`: expected an id that no other column has, found 4");
}

#[test]
fn each_column_has_its_field_id() {
    let (_, file) = write(&KINDS, &[], 1, 1).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let root = reader.metadata().file_metadata().schema_descr().root_schema().clone();
    let found: Vec<(&str, i32)> =
        root.get_fields().iter().map(|field| (field.name(), field.get_basic_info().id())).collect();
    let expected = [
        ("c0", 4),
        ("c1", 5),
        ("c2", 6),
        ("c3", 7),
        ("c4", 8),
        ("_record", 1),
        ("_line", 2),
        ("_offset", 3),
    ];
    assert_eq!(found, expected);
}

#[test]
fn columns_without_a_cell_cost_next_to_nothing() {
    let none = || Column { cells: Cells::Absent, valid: None, malformed: None };
    let slab = |columns: usize| Slab {
        columns: (0..columns).map(|_| none()).collect(),
        rows: 4_096,
        selection: None,
    };
    let bytes = |columns: usize| {
        let kinds: Vec<ColumnKind> = KINDS.iter().copied().cycle().take(columns).collect();
        let slabs: Vec<Slab> = (0..32).map(|_| slab(columns)).collect();
        let (summary, _) = write(&kinds, &slabs, 32, 32).unwrap();
        assert!(summary.columns.iter().all(|column| column.nulls == 32 * 4_096));
        summary.bytes
    };
    // Mostly the footer's entry for a column: its name, its offset, and that all of it is null.
    let each = (bytes(55) - bytes(5)) / 50;
    assert!(each < 400, "{each} bytes for a null column of 131,072 rows");
}

#[test]
fn a_file_without_records_is_a_file() {
    let (summary, file) = write(&KINDS, &[], 1, 1).unwrap();
    assert_eq!((summary.rows, summary.row_groups), (0, 0));
    assert_eq!(read(&file).iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
}

/// Ten slabs of all kinds of columns, with cardinalities from one to all distinct.
fn mixed() -> Vec<Slab> {
    let slab = |from: usize| {
        let rows = 4_096;
        let of =
            |cell: &dyn Fn(usize) -> String| many(rows, |row| cell(from + row)).0.columns.remove(0);
        Slab {
            columns: vec![
                of(&|n| (n % 13).to_string()),
                column(Cells::Integer((0..4_096).map(|n| n * 31 % 97).collect())),
                column(Cells::Decimal { scale: 2, unscaled: (0..4_096).map(|n| n * n).collect() }),
                column(Cells::Date((0..4_096).collect())),
                of(&|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (n % 50))),
            ],
            rows,
            selection: Some((0..4_096).filter(|n| n % 11 != 3).collect()),
        }
    };
    (0..10).map(|n| slab(n * 4_096)).collect()
}

#[test]
fn the_bytes_do_not_depend_on_threads_or_waves() {
    let slabs = mixed();
    let digest = |threads: usize, wave: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write(&KINDS, &slabs, wave, 4).unwrap().0.digest)
    };
    let expected = digest(1, 1);
    for (threads, wave) in [(1, 4), (2, 1), (2, 3), (4, 2), (4, 4), (2, 3)] {
        assert_eq!(digest(threads, wave), expected, "{threads} threads, {wave} slabs at once");
    }
}

/// A column in any of its possible forms, and the values that must be read back.
fn any_column(rows: usize) -> impl Strategy<Value = (Cells, Vec<String>)> {
    let cell = || prop_oneof![3 => Just(String::new()), 4 => "[a-c]{1,2}", 2 => ".{0,12}", 1 => "\\PC{60,90}"];
    prop_oneof![
        prop::collection::vec(cell(), rows).prop_map(|cells| {
            let borrowed: Vec<&str> = cells.iter().map(String::as_str).collect();
            (text(&borrowed), cells)
        }),
        cell().prop_map(move |cell| (Cells::Constant(cell.clone().into_bytes()), vec![cell; rows])),
        (prop::collection::vec(cell(), 1..6), prop::collection::vec(any::<u16>(), rows)).prop_map(
            |(values, keys)| {
                let keys: Vec<u16> = keys
                    .into_iter()
                    .map(|key| key % u16::try_from(values.len()).unwrap())
                    .collect();
                let cells = keys.iter().map(|&key| values[usize::from(key)].clone()).collect();
                let borrowed: Vec<&str> = values.iter().map(String::as_str).collect();
                let Cells::Text(values) = text(&borrowed) else { unreachable!() };
                (Cells::Dictionary { keys, values }, cells)
            }
        ),
        Just((Cells::Absent, vec![String::new(); rows])),
    ]
}

fn any_slab() -> impl Strategy<Value = (Slab, Vec<Option<String>>)> {
    (0..70_usize).prop_flat_map(|rows| {
        (any_column(rows), prop::option::of(prop::collection::vec(any::<bool>(), rows))).prop_map(
            move |((cells, expected), chosen)| {
                let selection: Option<Vec<u32>> = chosen.map(|chosen| {
                    (0..).zip(chosen).filter_map(|(n, yes)| yes.then_some(n)).collect()
                });
                let rows_written: Vec<usize> = match &selection {
                    None => (0..rows).collect(),
                    Some(indexes) => indexes.iter().map(|&n| n as usize).collect(),
                };
                let expected = rows_written
                    .into_iter()
                    .map(|row| (!expected[row].is_empty()).then(|| expected[row].clone()))
                    .collect();
                (Slab { columns: vec![column(cells)], rows, selection }, expected)
            },
        )
    })
}

proptest! {
    #[test]
    fn any_text_comes_back(slabs in prop::collection::vec(any_slab(), 0..6), group in 1_usize..4) {
        let (slabs, expected): (Vec<_>, Vec<_>) = slabs.into_iter().unzip();
        let (summary, file) = write(&[ColumnKind::Text], &slabs, 2, group).unwrap();
        let expected = expected.concat();
        prop_assert_eq!(summary.columns[0].nulls, expected.iter().filter(|c| c.is_none()).count() as u64);
        prop_assert_eq!(texts(&read(&file), 0), expected);
    }
}
