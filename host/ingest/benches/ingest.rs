//! Throughput from bytes to records and columns, in bytes of CSV, compared with the `csv` crate.
//!
//! Two files of 91 columns and about 700 bytes per record: every field quoted, and the same cells unquoted. `faulty` is the quoted
//! file with a defect in each record; its throughput must stay close to that of the clean file.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::hint::black_box;
use std::time::Duration;

use assay_ingest::{ColumnMemory, Limits, Slab, SlabReader};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const WIDTH: usize = 91;

/// 32 MiB: far larger than any cache, and small enough for many rounds.
const BYTES: usize = 32 << 20;

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Quoted,
    Bare,
    /// Quoted, with a bare quote in each record.
    BareQuotes,
    /// Quoted, with an unclosed quote in each record.
    Unclosed,
    /// Quoted, with an extra field in each record.
    Ragged,
}

fn file(style: Style) -> Vec<u8> {
    let names: Vec<String> = (0..WIDTH).map(|column| format!("Column_{column}")).collect();
    let mut text = names.join(",");
    let mut state = 42_u64;
    while text.len() < BYTES {
        for column in 0..WIDTH {
            text.push(if column == 0 { '\n' } else { ',' });
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            // A third of the cells are empty; the rest are up to 13 bytes long.
            let length = match state >> 60 {
                0..=4 => 0,
                longer => usize::try_from(longer).unwrap() - 2,
            };
            let cell = &"ABCDEFGHIJKLMNOPQ"[..length];
            if style == Style::Bare {
                text.push_str(cell);
            } else {
                text.extend(["\"", cell, "\""]);
            }
            if column == 40 {
                text.push_str(match style {
                    Style::BareQuotes => "x\"",
                    Style::Unclosed => ",\"open",
                    Style::Ragged => ",\"\"",
                    Style::Quoted | Style::Bare => "",
                });
            }
        }
    }
    text.push('\n');
    text.into_bytes()
}

/// Reads everything and builds `columns`. Returns the number of records.
fn read(bytes: &[u8], columns: &[usize], portable: bool) -> usize {
    let mut reader = SlabReader::new(bytes, Limits::default());
    if portable {
        reader = reader.with_pieces(256 << 10, 32 << 10, true);
    }
    let mut recycled: Option<Slab> = None;
    let mut memory = ColumnMemory::default();
    let mut records = 0;
    while let Some(slab) = reader.next_slab(recycled.take()).unwrap() {
        records += slab.len();
        let built = slab.columns(slab.judged(), columns, &mut memory);
        memory.recycle(black_box(built));
        recycled = Some(slab);
    }
    records
}

fn read_with_csv(bytes: &[u8]) -> usize {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(256 << 10).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut records = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        black_box(&record);
        records += 1;
    }
    records
}

fn ingest(criterion: &mut Criterion) {
    let fifteen: Vec<usize> = (0..WIDTH).step_by(6).take(15).collect();
    let all: Vec<usize> = (0..WIDTH).collect();
    let mut group = criterion.benchmark_group("ingest");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    for (name, style) in [("quoted", Style::Quoted), ("bare", Style::Bare)] {
        let bytes = file(style);
        assert_eq!(read(&bytes, &[], false), read_with_csv(&bytes));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("index", name), |b| {
            b.iter(|| read(&bytes, &[], false));
        });
        group.bench_function(BenchmarkId::new("index portable", name), |b| {
            b.iter(|| read(&bytes, &[], true));
        });
        group.bench_function(BenchmarkId::new("15 columns", name), |b| {
            b.iter(|| read(&bytes, &fifteen, false));
        });
        group.bench_function(BenchmarkId::new("91 columns", name), |b| {
            b.iter(|| read(&bytes, &all, false));
        });
        group.bench_function(BenchmarkId::new("csv crate", name), |b| {
            b.iter(|| read_with_csv(&bytes));
        });
    }
    for (name, style) in [
        ("bare quotes", Style::BareQuotes),
        ("unclosed", Style::Unclosed),
        ("ragged", Style::Ragged),
    ] {
        let bytes = file(style);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("faulty", name), |b| {
            b.iter(|| read(&bytes, &fifteen, false));
        });
    }
    group.finish();
}

criterion_group!(benches, ingest);
criterion_main!(benches);
