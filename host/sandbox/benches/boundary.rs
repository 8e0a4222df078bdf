//! The overhead of the sandbox: the same rules on the same batch, natively and in a component, metered as in a run, including
//! copies.
//!
//! 4,096 records of 15 columns, 15 rules. The ratio of the two is printed at the end; it must stay below 2.

use std::hint::black_box;
use std::time::{Duration, Instant};

use assay_model::{Batch, Cells, Column, RunContext, Text};
use assay_sandbox::{Options, Sandbox, Session};
use criterion::{Criterion, Throughput};

#[path = "../tests/all/guests.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod guests;
#[path = "../../../tests/hostile/src/kernels.rs"]
#[expect(unreachable_pub, reason = "in the plugin they are public")]
mod kernels;

const RECORDS: u32 = 4096;

/// A small deterministic generator: the cells must not depend on the machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Six columns of digits, two of NPI numbers, five of words and two of dates; one cell in a hundred breaks its rule.
fn batch() -> Batch {
    let mut numbers = Numbers(42);
    let mut columns = Vec::new();
    for index in 0..13 {
        let mut text = Text::default();
        for _ in 0..RECORDS {
            let bad = numbers.next(100) == 0;
            match index {
                _ if bad => text.push(b"12x4567890"),
                0..6 => {
                    text.push(format!("{}", 100_000_000 + numbers.next(900_000_000)).as_bytes());
                }
                6..8 => text.push(npi(100_000_000 + numbers.next(100_000_000)).as_bytes()),
                _ => text.push(kernels::WORDS[usize::try_from(numbers.next(4)).unwrap_or(0)]),
            }
        }
        columns.push(Cells::Text(text));
    }
    for _ in 0..2 {
        let day =
            |numbers: &mut Numbers| kernels::DAYS.0 + i32::try_from(numbers.next(369)).unwrap_or(0);
        columns.push(Cells::Date((0..RECORDS).map(|_| day(&mut numbers)).collect()));
    }
    let columns =
        columns.into_iter().map(|cells| Column { cells, valid: None, malformed: None }).collect();
    Batch { first_record: 1, records: RECORDS, columns, standing: Vec::new() }
}

/// Nine digits plus the one that makes the Luhn sum correct.
fn npi(digits: u64) -> String {
    (0..10)
        .map(|last| format!("{digits}{last}"))
        .find(|npi| {
            let mut hits = Vec::new();
            kernels::luhn(&[0, 10], npi.as_bytes(), &mut hits);
            hits.is_empty()
        })
        .expect("one of ten digits fits")
}

fn native(batch: &Batch) -> Vec<(usize, Vec<u32>)> {
    let mut hits = Vec::new();
    for (index, column) in batch.columns.iter().enumerate() {
        let mut records = Vec::new();
        match &column.cells {
            Cells::Text(text) if index < 6 => {
                kernels::digits(text.offsets(), text.bytes(), &mut records);
            }
            Cells::Text(text) if index < 8 => {
                kernels::luhn(text.offsets(), text.bytes(), &mut records);
            }
            Cells::Text(text) => {
                kernels::one_of(text.offsets(), text.bytes(), kernels::WORDS, &mut records);
            }
            Cells::Date(days) => {
                kernels::date_range(days, kernels::DAYS.0, kernels::DAYS.1, &mut records);
            }
            _ => {}
        }
        if !records.is_empty() {
            hits.push((index, records));
        }
    }
    hits
}

fn session() -> Session {
    let sandbox = Sandbox::new(Options::default()).expect("the machine runs WebAssembly");
    let component = sandbox.compile("hostile", guests::hostile()).expect("the plugin compiles");
    let context = RunContext { settings: "\"bench\"".to_owned(), ..RunContext::default() };
    let plan = component.plan(&context).expect("the benchmark is planned");
    Session::open(&component, &context, &plan[0]).expect("the session opens")
}

/// The minimum of many runs, alternating, so that both see the same machine conditions.
fn ratio(batch: &Batch, session: &mut Session) -> (Duration, Duration) {
    let mut least = (Duration::MAX, Duration::MAX);
    for _ in 0..500 {
        let begun = Instant::now();
        black_box(native(black_box(batch)));
        least.0 = least.0.min(begun.elapsed());
        let begun = Instant::now();
        black_box(session.process(black_box(batch)).expect("the batch is judged"));
        least.1 = least.1.min(begun.elapsed());
    }
    least
}

#[expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]
fn main() {
    let batch = batch();
    let mut session = session();
    let judged = session.process(&batch).expect("the batch is judged");
    assert_eq!(judged.poison, []);
    let same = native(&batch);
    assert_eq!(judged.verdict.hits.len(), same.len(), "both sides find the same");
    for (hit, (rule, records)) in judged.verdict.hits.iter().zip(same) {
        assert_eq!(usize::from(hit.rule), rule);
        assert_eq!(hit.records, assay_model::RecordSet::Sparse(records));
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("boundary");
    group.throughput(Throughput::Elements(u64::from(RECORDS)));
    group.bench_function("native", |bench| bench.iter(|| native(black_box(&batch))));
    group.bench_function("component", |bench| bench.iter(|| session.process(black_box(&batch))));
    group.finish();
    let (native, component) = ratio(&batch, &mut session);
    println!(
        "native {:?}, component {:?} for {RECORDS} records: ratio {:.2}",
        native,
        component,
        component.as_secs_f64() / native.as_secs_f64()
    );
}
