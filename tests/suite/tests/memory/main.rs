//! A run stays below its budget of memory, whatever the file looks like and on however many threads it is judged.
//!
//! An allocator that counts says so, not the clock and not the system: this is why these tests are a program of their own. What plugins
//! have is not in it, as the engine asks the system for it; a run counts it by what plugins say they hold.

mod shapes;
mod tables;

use std::sync::{Mutex, PoisonError};

use assay_pipeline::{Input, Report};
use assay_store::LocalStore;
use peak_alloc::PeakAlloc;

use tables::Tables;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// One test at a time: the allocator counts for all.
static ALONE: Mutex<()> = Mutex::new(());

/// What a run has by default.
const BUDGET: usize = 256 << 20;

/// Runs a file on 2 and on 16 threads; each must stay below the budget.
#[expect(clippy::print_stderr, reason = "figures for people")]
fn check(shape: &str, tables: &Tables, batch_size: usize) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for threads in [2, 16] {
        let lake = tempfile::tempdir().expect("a temporary folder");
        let store = LocalStore::open(lake.path()).expect("a folder");
        let input = Input::from_path(tables.file(), None).expect("the file");
        ALLOCATOR.reset_peak_usage();
        let began = std::time::Instant::now();
        let report = tables.run(&input, &store, threads, batch_size);
        let peak = ALLOCATOR.peak_usage();
        eprintln!(
            "{shape}: {} MiB on {threads} threads, {} ms",
            peak >> 20,
            began.elapsed().as_millis()
        );
        assert!(peak < BUDGET, "{shape}: {} MiB on {threads} threads", peak >> 20);
        assert_published(&report);
    }
}

fn assert_published(report: &Report) {
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert!(report.outcome.starts_with("accepted"), "{}: {:?}", report.outcome, report.refusal);
}

#[test]
fn an_ordinary_file() {
    let tables = Tables::of_payments(150_000);
    check("ordinary file", &tables, 4096);
}

#[test]
fn five_thousand_columns() {
    let names: Vec<String> = (1..=5_000).map(|nth| format!("column_{nth}")).collect();
    check("5,000 columns", &Tables::new(&names, "", shapes::wide), 4096);
}

#[test]
fn cells_of_windows_1252() {
    check("Windows-1252 cells", &Tables::new(&["a", "b", "c"], "", shapes::windows_1252), 4096);
}

#[test]
fn records_of_four_mebibytes() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    check("records of 4 MiB", &Tables::new(&names, "", shapes::huge), 4096);
}

#[test]
fn records_of_a_million_commas() {
    check("records of a million commas", &Tables::new(&["a", "b"], "", shapes::commas), 4096);
}

#[test]
fn records_of_three_bytes() {
    check("records of 3 bytes", &Tables::new(&["a"], "", shapes::tiny), 4096);
}

#[test]
fn six_unique_rules() {
    let names = ["k1", "k2", "k3", "k4", "k5", "k6"];
    let rule = |name| {
        format!(
            "[plugins.checks.settings.rules.{name}-unique]\ncheck = \"unique\"\ncolumns = [\"{name}\"]\nkeep = \"first\"\n"
        )
    };
    let rules = names.map(rule).concat();
    check("six unique rules", &Tables::new(&names, &rules, shapes::keys), 4096);
}
