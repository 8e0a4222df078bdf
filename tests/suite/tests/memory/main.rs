//! A run stays within its memory budget, whatever the file looks like and however many threads judge it.
//!
//! A counting allocator measures this, not the clock or the system, which is why these tests are a program of their own. It does not see
//! the memory of plugins, which the engine requests from the system; a run counts that by what plugins report.

mod network;
mod shapes;
mod tables;

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use assay_pipeline::{Input, MemoryLimit, Report};
use assay_s3::Address;
use assay_store::LocalStore;
use assay_suite::{Endpoint, Ground, Lake};
use peak_alloc::PeakAlloc;

use network::BadServer;
use tables::Tables;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// One test at a time: the allocator counts for all.
static ALONE: Mutex<()> = Mutex::new(());

/// Number of threads, and records per call to a plugin.
type Way = (usize, usize);

/// The usual batch size, on few threads and on many.
const WAYS: [Way; 2] = [(2, 4096), (16, 4096)];

/// Runs a file with this memory limit.
fn run(shape: &str, tables: &Tables, way: Way, memory: MemoryLimit) -> Report {
    let (report, peak) = measured(shape, tables, way, memory);
    assert!(peak < memory.bytes(), "{shape}: {} MiB, {way:?}", peak >> 20);
    assert_eq!(overdrawn(&report), None, "{shape}, {way:?}");
    report
}

/// Runs a file, and returns the report and the peak memory in bytes.
#[expect(clippy::print_stderr, reason = "figures for people")]
fn measured(
    shape: &str,
    tables: &Tables,
    (threads, batch_size): Way,
    memory: MemoryLimit,
) -> (Report, usize) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let lake = tempfile::tempdir().expect("a temporary folder");
    let store = LocalStore::open(lake.path()).expect("a folder");
    let input = Input::from_path(tables.file(), None).expect("the file");
    ALLOCATOR.reset_peak_usage();
    let report = tables.run(&input, &store, (threads, batch_size), memory);
    let peak = ALLOCATOR.peak_usage();
    eprintln!("{shape}: {} MiB of {memory} on {threads} threads", peak >> 20);
    (report, peak)
}

/// Runs a file on 2 and on 16 threads, with the default limit.
fn check(shape: &str, tables: &Tables) {
    for way in WAYS {
        assert_published(&run(shape, tables, way, MemoryLimit::DEFAULT));
    }
}

/// The notice about memory beyond the limit.
fn overdrawn(report: &Report) -> Option<String> {
    report.notices.iter().find(|it| it.starts_with("more memory was taken")).cloned()
}

fn assert_published(report: &Report) {
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert!(report.outcome.starts_with("accepted"), "{}: {:?}", report.outcome, report.refusal);
}

#[test]
fn an_ordinary_file() {
    check("ordinary file", &Tables::of_payments(50_000));
}

/// Read-ahead from a bucket and uploads to it are within the budget too. The server is another process, which is not counted.
#[test]
fn an_ordinary_file_from_and_to_a_bucket() {
    let Some(endpoint) = Endpoint::versity() else { return };
    let tables = Tables::of_payments(150_000);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for way in WAYS {
        let lake = Lake::on(Ground::Bucket(endpoint));
        let (input, store) = (lake.input(tables.file()), lake.store());
        ALLOCATOR.reset_peak_usage();
        let report = tables.run(&input, &*store, way, MemoryLimit::DEFAULT);
        let peak = ALLOCATOR.peak_usage();
        assert_published(&report);
        assert!(peak < MemoryLimit::DEFAULT.bytes(), "{} MiB, {way:?}", peak >> 20);
    }
}

/// Repeated reads and uploads reuse the memory of the failed ones, and stalled requests hold no more than they were given.
#[test]
fn an_ordinary_file_while_every_third_request_fails() {
    if network::serve_if_asked() {
        return;
    }
    let tables = Tables::of_payments(150_000);
    let test = "an_ordinary_file_while_every_third_request_fails";
    let server = BadServer::start(test, tables.file());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for (way, memory) in WAYS.into_iter().zip([MemoryLimit::LEAST, MemoryLimit::DEFAULT]) {
        let s3 = server.connect(memory);
        let root = Address::new(&format!("s3://lake/{}", way.0)).expect("an address");
        let (input, store) = (BadServer::input(&s3, tables.file()), s3.store(root));
        ALLOCATOR.reset_peak_usage();
        let report = tables.run(&input, &store.expect("a root"), way, memory);
        let peak = ALLOCATOR.peak_usage();
        assert_published(&report);
        let repeated = s3.requests().repeated;
        eprintln!(
            "every third request fails: {} MiB of {memory}, {repeated} repeated, {way:?}",
            peak >> 20
        );
        assert!(repeated > 10, "{:?}", s3.requests());
        assert!(peak < memory.bytes(), "{} MiB of {memory}, {way:?}", peak >> 20);
    }
}

#[test]
fn five_thousand_columns() {
    let names: Vec<String> = (1..=5_000).map(|nth| format!("column_{nth}")).collect();
    check("5,000 columns", &Tables::new(&names, "", shapes::wide));
}

#[test]
fn cells_of_windows_1252() {
    check("Windows-1252 cells", &Tables::new(&["a", "b", "c"], "", shapes::windows_1252));
}

#[test]
fn records_of_four_mebibytes() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    check("records of 4 MiB", &Tables::new(&names, "", shapes::huge));
}

#[test]
fn records_of_a_million_commas() {
    check("records of a million commas", &Tables::new(&["a", "b"], "", shapes::commas));
}

#[test]
fn records_of_three_bytes() {
    let tables = Tables::new(&["a"], "", shapes::tiny);
    // Bookkeeping for this many records would exceed the limit, though their bytes are few.
    for way in WAYS {
        assert_published(&run("records of 3 bytes", &tables, way, MemoryLimit::LEAST));
    }
}

#[test]
fn six_unique_rules() {
    let names = ["k1", "k2", "k3", "k4", "k5", "k6"];
    let rule = |name| {
        format!(
            "[plugins.checks.settings.rules.{name}-unique]\ncheck = \"unique\"\ncolumns = [\"{name}\"]\nkeep = \"first\"\n"
        )
    };
    check("six unique rules", &Tables::new(&names, &names.map(rule).concat(), shapes::keys));
}

#[test]
fn one_key_again_and_again() {
    let rule = "[plugins.checks.settings.rules.k-unique]\ncheck = \"unique\"\ncolumns = [\"k\"]\nkeep = \"first\"\n";
    let tables = Tables::new(&["k", "v"], rule, shapes::one_key);
    for way in WAYS {
        let report = run("one key", &tables, way, MemoryLimit::LEAST);
        assert_published(&report);
        let spilled = report.notices.iter().any(|it| it.contains("compared from disk"));
        assert!(spilled, "{:?}", report.notices);
    }
}

#[test]
fn blank_lines_before_the_header() {
    let tables = Tables::new(&["a", "b"], "", |out| out.write_all(b"1,2\n"));
    tables.precede(&vec![b'\n'; 1 << 20], 96);
    check("blank lines before the header", &tables);
}

#[test]
fn blank_lines_between_records() {
    let tables = Tables::new(&["a", "b"], "", |out| {
        let blank = vec![b'\n'; 1 << 20];
        out.write_all(b"1,2\n")?;
        (0..64).try_for_each(|_| out.write_all(&blank))?;
        out.write_all(b"3,4\n")
    });
    check("blank lines between records", &tables);
}

/// A record that is too long is kept up to its limit, and needs no more room than that.
#[test]
fn one_long_record_among_short_ones() {
    let tables = Tables::new(&["a", "b"], "", |out| {
        let records =
            |out: &mut dyn Write| (0..20_000).try_for_each(|at| writeln!(out, "{at},word"));
        records(out)?;
        let long = vec![b'y'; 1 << 20];
        (0..96).try_for_each(|_| out.write_all(&long))?;
        out.write_all(b",2\n")?;
        records(out)
    });
    check("one record of 96 MiB among short ones", &tables);
}

/// Memory that cannot be reduced is taken all the same, and reported: how much, over which limit, and which limit would be enough.
#[test]
fn what_overdraws_the_limit_says_so_and_which_limit_would_do() {
    let names: Vec<String> = (1..=5_000).map(|nth| format!("column_{nth}")).collect();
    let tables = Tables::new(&names, "", shapes::wide);
    let tell = |memory| {
        let (report, _) = measured("5,000 columns", &tables, WAYS[0], memory);
        assert_published(&report);
        overdrawn(&report)
    };
    let notice = tell(MemoryLimit::LEAST).expect("it overdraws");
    assert!(notice.contains("than `--memory 128MiB` allows"), "{notice}");
    assert!(notice.contains(" bytes at once"), "{notice}");
    let (_, advised) = notice.split_once("Give it `--memory ").expect("what would do");
    let (advised, _) = advised.split_once('`').expect("a limit");
    assert_eq!(tell(advised.parse().expect("a limit")), None, "{notice}");
}

/// A key for each record: more than can be kept until the end. The run says so, and what to do.
#[test]
fn measures_of_plugins() {
    let tables = Tables::of_hostile("measures-of-records", shapes::words);
    for threads in [2, 16] {
        let report = run("measures", &tables, (threads, 128), MemoryLimit::DEFAULT);
        let failure = report.failure.expect("too many measures");
        assert_eq!(failure.code, "measures");
        for said in ["plugin `hostile`", "--memory", "up to record"] {
            assert!(failure.message.contains(said), "{}", failure.message);
        }
    }
    let more = "1GiB".parse().expect("a limit");
    assert_published(&run("measures", &tables, (2, 128), more));
}
