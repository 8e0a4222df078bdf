//! Reads a run's output with the parquet crate's own reader.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch, StructArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::printer::print_schema;

/// A finding about a quarantined record or one that passed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundFinding {
    /// The record's number.
    pub record: u64,
    /// The rule's code.
    pub rule: String,
    /// The column it names; empty if it names none.
    pub column: String,
    /// Its level.
    pub level: String,
}

/// A repaired cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundRepair {
    /// The record's number.
    pub record: u64,
    /// The rule's code.
    pub rule: String,
    /// The column.
    pub column: String,
    /// The cell before.
    pub before: String,
    /// The cell after.
    pub after: String,
}

/// A quarantined record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRecord {
    /// Its number.
    pub record: u64,
    /// Its first line.
    pub line: u64,
    /// Offset of its first byte.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Whether `raw` contains all of them.
    pub raw_complete: bool,
    /// The codes of the rules that hit it.
    pub rules: BTreeSet<String>,
    /// The messages of its findings.
    pub messages: Vec<String>,
}

/// The quarantined records below `root`, in order.
pub fn quarantine(root: &Path) -> Vec<FoundRecord> {
    let mut records = Vec::new();
    for batch in batches(root, "quarantine-") {
        let number = |name, row| integer(&batch, name, row);
        let raw = batch.column_by_name("raw").expect("a column `raw`").as_binary::<i32>().clone();
        let complete = batch.column_by_name("raw_complete").expect("a column").as_boolean();
        for row in 0..batch.num_rows() {
            records.push(FoundRecord {
                record: number("record", row),
                line: number("line_first", row),
                offset: number("byte_offset", row),
                length: number("byte_length", row),
                raw: raw.value(row).to_vec(),
                raw_complete: complete.value(row),
                rules: each(structs(&batch, "findings", row).as_ref(), "rule")
                    .into_iter()
                    .collect(),
                messages: each(structs(&batch, "findings", row).as_ref(), "message"),
            });
        }
    }
    records.sort_by_key(|record| record.record);
    records
}

/// The values of one field in all findings.
fn each(findings: Option<&StructArray>, name: &str) -> Vec<String> {
    let Some(findings) = findings else { return Vec::new() };
    (0..findings.len()).map(|at| field(findings, name, at)).collect()
}

/// All findings below `root`, on quarantined records and on records that passed.
pub fn findings(root: &Path) -> BTreeSet<FoundFinding> {
    let mut found = BTreeSet::new();
    for batch in batches(root, "quarantine-") {
        for row in 0..batch.num_rows() {
            let Some(list) = structs(&batch, "findings", row) else { continue };
            found.extend((0..list.len()).map(|at| FoundFinding {
                record: integer(&batch, "record", row),
                rule: field(&list, "rule", at),
                column: field(&list, "column", at),
                level: field(&list, "level", at),
            }));
        }
    }
    for batch in batches(root, "findings-") {
        let table = StructArray::from(batch.clone());
        found.extend((0..batch.num_rows()).map(|row| FoundFinding {
            record: integer(&batch, "record", row),
            rule: field(&table, "rule", row),
            column: field(&table, "column", row),
            level: field(&table, "level", row),
        }));
    }
    found
}

/// All repairs below `root`.
pub fn repairs(root: &Path) -> BTreeSet<FoundRepair> {
    let mut found = BTreeSet::new();
    let mut add = |record, table: &StructArray, row| {
        found.insert(FoundRepair {
            record,
            rule: field(table, "rule", row),
            column: field(table, "column", row),
            before: field(table, "before", row),
            after: field(table, "after", row),
        });
    };
    for batch in batches(root, "repairs-") {
        let table = StructArray::from(batch.clone());
        (0..batch.num_rows()).for_each(|row| add(integer(&batch, "record", row), &table, row));
    }
    found
}

/// Record numbers of the validated records below `root`, in order.
pub fn validated_rows(root: &Path) -> Vec<u64> {
    let mut rows: Vec<_> = batches(root, "part-")
        .iter()
        .flat_map(|batch| {
            (0..batch.num_rows()).map(|row| integer(batch, "_record", row)).collect::<Vec<_>>()
        })
        .collect();
    rows.sort_unstable();
    rows
}

/// The distinct schemas of the part files below `root`, with field ids, as text.
pub fn part_schemas(root: &Path) -> BTreeSet<String> {
    let schema = |path: &PathBuf| {
        let mut text = Vec::new();
        print_schema(&mut text, reader(path).metadata().file_metadata().schema());
        String::from_utf8(text).expect("names are UTF-8")
    };
    part_files(root).iter().map(schema).collect()
}

/// The rows of the part files below `root`, each as `{column: value, …}`.
pub fn part_rows(root: &Path) -> Vec<String> {
    let rows = |path: &PathBuf| {
        let rows = reader(path).into_iter();
        rows.map(|row| row.expect("a readable row").to_string()).collect::<Vec<_>>()
    };
    part_files(root).iter().flat_map(rows).collect()
}

fn part_files(root: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    parquet_files(root, "part-", &mut paths);
    paths.sort();
    paths
}

fn reader(path: &Path) -> SerializedFileReader<File> {
    SerializedFileReader::new(File::open(path).expect("a readable file")).expect("a Parquet file")
}

fn batches(root: &Path, prefix: &str) -> Vec<RecordBatch> {
    let mut paths = Vec::new();
    parquet_files(root, prefix, &mut paths);
    paths.sort();
    paths
        .iter()
        .flat_map(|path| {
            let file = File::open(path).expect("a readable file");
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
            let reader = reader.build().expect("a readable Parquet file");
            reader.map(|batch| batch.expect("a readable batch")).collect::<Vec<_>>()
        })
        .collect()
}

fn parquet_files(folder: &Path, prefix: &str, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_name().expect("entries have names").to_string_lossy().into_owned();
        if path.is_dir() {
            parquet_files(&path, prefix, paths);
        } else if name.starts_with(prefix) && name.ends_with(".parquet") {
            paths.push(path);
        }
    }
}

fn integer(batch: &RecordBatch, name: &str, row: usize) -> u64 {
    let column = batch.column_by_name(name).unwrap_or_else(|| panic!("no column `{name}`"));
    u64::try_from(column.as_primitive::<Int64Type>().value(row)).expect("not negative")
}

fn structs(batch: &RecordBatch, name: &str, row: usize) -> Option<StructArray> {
    let list = batch.column_by_name(name).unwrap_or_else(|| panic!("no column `{name}`"));
    let list = list.as_list::<i32>();
    (!list.is_null(row)).then(|| list.value(row).as_struct().clone())
}

/// A text field; empty if null. Text may be dictionary-encoded.
fn field(table: &StructArray, name: &str, row: usize) -> String {
    let column = table.column_by_name(name).unwrap_or_else(|| panic!("no field `{name}`"));
    if column.is_null(row) {
        return String::new();
    }
    if let Some(text) = column.as_string_opt::<i32>() {
        return text.value(row).to_owned();
    }
    if let Some(bytes) = column.as_binary_opt::<i32>() {
        return String::from_utf8_lossy(bytes.value(row)).into_owned();
    }
    panic!("field `{name}` is {}", column.data_type())
}

/// The number of rows in each row group of a Parquet file.
pub fn row_groups(path: &Path) -> Vec<i64> {
    reader(path).metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect()
}
