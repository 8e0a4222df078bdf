//! Cost of a part file and of a quarantine, per core: one thread, everything in memory.
//!
//! The records are generated, but shaped like the CSV that Assay is made for: 91 columns, 36 of which contain something, and per record
//! about 450 bytes of cells and 700 bytes of CSV. Most columns have few distinct texts; in some every text is new. Throughput is in bytes
//! of that CSV.

use std::hint::black_box;
use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema};
use assay_model::{Cells, Column, ColumnKind, FieldId, Position, Text};
use assay_sinks::{
    ColumnSpec, Finding, PartWriter, QuarantineWriter, QuarantinedRecord, Selection, SlabColumns,
};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

const COLUMNS: usize = 91;
const SLAB_ROWS: usize = 4_096;
const SLABS: usize = 32;

/// How the cells of a column are generated.
enum Cell {
    Blank,
    /// Always the same text.
    Same(&'static str),
    /// One of this many texts of about this many bytes.
    Few(u64, usize),
    /// A new number each time.
    Number,
    /// One of this many texts, of about this many bytes; now and then the previous one again.
    Many(u64, usize),
}

fn cell(column: usize) -> Cell {
    match column {
        0 => Cell::Same("NEW"),
        1 => Cell::Same("Covered Recipient Physician"),
        5 => Cell::Number,
        30 => Cell::Few(5_000, 6),
        31 => Cell::Few(365, 10),
        47 => Cell::Same("2016"),
        48 => Cell::Same("06/30/2017"),
        6..=8 => Cell::Many(40_000, 9),
        9..=12 => Cell::Many(60_000, 18),
        13..=20 => Cell::Few(50 + column as u64 * 30, 12),
        21..=29 => Cell::Few(60, 24),
        32..=42 => Cell::Few(12, 11),
        _ => Cell::Blank,
    }
}

/// A random number generator without a dependency: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % below
    }
}

fn word(number: u64, bytes: usize) -> String {
    let mut random = Random(number);
    let letter =
        |_| char::from(b"ETAOINSHRDLU cmfwyp"[usize::try_from(random.next(19)).unwrap_or(0)]);
    (0..bytes).map(letter).collect()
}

struct Data {
    slabs: Vec<Vec<Column>>,
    positions: Vec<Vec<Position>>,
    csv_bytes: u64,
}

fn data() -> Data {
    let mut random = Random(7);
    let mut csv_bytes = 0;
    let mut slabs = Vec::new();
    let mut positions = Vec::new();
    for slab in 0..SLABS {
        let mut columns = Vec::new();
        for column in 0..COLUMNS {
            let mut text = Text::default();
            for row in 0..SLAB_ROWS {
                match cell(column) {
                    Cell::Blank => text.push(b""),
                    Cell::Same(same) => text.push(same.as_bytes()),
                    Cell::Few(distinct, bytes) => {
                        text.push(word(random.next(distinct), bytes).as_bytes());
                    }
                    Cell::Number => {
                        text.push((340_000_000 + slab * SLAB_ROWS + row).to_string().as_bytes());
                    }
                    Cell::Many(distinct, bytes) => {
                        if row > 0 && random.next(3) == 0 {
                            let before = text.get(row - 1).to_vec();
                            text.push(&before);
                        } else {
                            text.push(word(random.next(distinct), bytes).as_bytes());
                        }
                    }
                }
            }
            // Quotes around each non-blank cell, and a comma after each cell.
            let filled = text.iter().filter(|cell| !cell.is_empty()).count();
            csv_bytes += (text.bytes().len() + 2 * filled + SLAB_ROWS) as u64;
            columns.push(Column { cells: Cells::Text(text), valid: None, malformed: None });
        }
        slabs.push(columns);
        let place = |row: usize| {
            let record = (slab * SLAB_ROWS + row) as u64;
            Position { record, line: record + 1, offset: record * 700, length: 700 }
        };
        positions.push((0..SLAB_ROWS).map(place).collect());
    }
    Data { slabs, positions, csv_bytes }
}

fn part(data: &Data) -> u64 {
    let specs = (0..COLUMNS)
        .map(|n| ColumnSpec {
            id: FieldId::of_position(n).expect("few columns"),
            name: format!("c{n}"),
            kind: ColumnKind::Text,
        })
        .collect();
    let mut writer = PartWriter::new(specs, &[], io::sink()).expect("specs are good");
    let slabs: Vec<SlabColumns<'_>> = data
        .slabs
        .iter()
        .zip(&data.positions)
        .map(|(columns, positions)| SlabColumns {
            columns: columns.iter().collect(),
            positions,
            selection: Selection::All,
        })
        .collect();
    for wave in slabs.chunks(4) {
        writer.append(wave).expect("slabs are good");
    }
    writer.finish().expect("a sink takes everything").0.bytes
}

/// Writes the same data with the parquet crate's own writer, for comparison.
fn stock(data: &Data, statistics: EnabledStatistics) -> u64 {
    let fields: Vec<Field> =
        (0..COLUMNS).map(|n| Field::new(format!("c{n}"), DataType::Utf8, true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let props = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_statistics_enabled(statistics)
        .build();
    let mut writer =
        ArrowWriter::try_new(io::sink(), schema.clone(), Some(props)).expect("the schema is good");
    for columns in &data.slabs {
        let arrays = columns.iter().map(|column| {
            let Cells::Text(text) = &column.cells else { unreachable!("all cells are text") };
            let offsets =
                text.offsets().iter().map(|&o| i32::try_from(o).expect("slabs are small"));
            let offsets = OffsetBuffer::new(offsets.collect::<ScalarBuffer<i32>>());
            let nulls = text.iter().map(|cell| !cell.is_empty()).collect::<NullBuffer>();
            let values = Buffer::from_slice_ref(text.bytes());
            Arc::new(StringArray::new(offsets, values, Some(nulls))) as ArrayRef
        });
        let batch = RecordBatch::try_new(schema.clone(), arrays.collect())
            .expect("columns are equally long");
        writer.write(&batch).expect("a sink takes everything");
    }
    writer.finish().expect("a sink takes everything");
    writer.bytes_written() as u64
}

fn quarantine(data: &Data, raw: &[u8]) -> u64 {
    let mut writer = QuarantineWriter::new(&[], io::sink()).expect("the schema is good");
    let width = raw.len() / (SLABS * SLAB_ROWS);
    for (row, position) in data.positions.iter().flatten().enumerate() {
        let value = (row % 10_000).to_string();
        let finding = |rule, column, message| Finding {
            rule,
            class: "validate",
            level: "error",
            column: Some(column),
            message,
            value: Some(&value),
        };
        let message =
            format!("`Total_Amount` is `{value}`, expected a decimal that is not negative");
        let findings = [
            finding("amount-not-negative", "Total_Amount", message.as_str()),
            finding("state-known", "Recipient_State", "the state is not one of the known"),
            finding("npi-luhn", "Recipient_NPI", "the check digit is wrong"),
        ];
        let record = QuarantinedRecord {
            position: *position,
            line_last: position.line,
            raw: &raw[row * width..(row + 1) * width],
            raw_complete: true,
            outcome: "quarantined",
            disposition: None,
            findings: &findings[..=row % 3],
            repairs: &[],
        };
        writer.push(&record).expect("a sink takes everything");
    }
    writer.finish().expect("a sink takes everything").0.bytes
}

/// Returns the records as CSV.
fn raw(data: &Data) -> Vec<u8> {
    let mut raw = Vec::new();
    for columns in &data.slabs {
        for row in 0..SLAB_ROWS {
            for column in columns {
                let Cells::Text(text) = &column.cells else { unreachable!("all cells are text") };
                let cell = text.get(row);
                if !cell.is_empty() {
                    raw.push(b'"');
                    raw.extend_from_slice(cell);
                    raw.push(b'"');
                }
                raw.push(b',');
            }
        }
    }
    raw
}

fn bench(criterion: &mut Criterion) {
    let data = data();
    let raw = raw(&data);
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread can be had");
    #[expect(clippy::print_stderr, reason = "sizes belong to the result")]
    pool.install(|| {
        eprintln!(
            "{} bytes of CSV, {} a record",
            data.csv_bytes,
            data.csv_bytes / (SLABS * SLAB_ROWS) as u64
        );
        eprintln!(
            "part {} bytes, stock {} bytes",
            part(&data),
            stock(&data, EnabledStatistics::Chunk)
        );
        eprintln!("quarantine {} bytes", quarantine(&data, &raw));
    });
    let mut group = criterion.benchmark_group("parquet");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.throughput(Throughput::Bytes(data.csv_bytes));
    group.bench_function("part", |b| b.iter(|| pool.install(|| black_box(part(&data)))));
    group.bench_function("stock", |b| b.iter(|| black_box(stock(&data, EnabledStatistics::Chunk))));
    group.bench_function("quarantine", |b| b.iter(|| black_box(quarantine(&data, &raw))));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
