//! The whole job as users run it: MB of CSV per core and second (of CPU time, so a busy machine matters less), wall time and peak memory.
//! `cargo bench -p assay-suite --bench job [-- MEGABYTES]`; ratios are relative to the first line of the same run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay_suite::{Lake, assay, generated};

/// Runs of each case, in turn; the median counts.
const ROUNDS: usize = 5;
/// Bytes per generated record, to convert megabytes to records.
const RECORD_BYTES: u64 = 620;

#[derive(Clone, Copy)]
struct Measured {
    cpu: f64,
    wall: f64,
    peak_kib: u64,
}

fn main() {
    let megabytes = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_u64);
    let rows =
        u32::try_from(megabytes * 1_000_000 / RECORD_BYTES).expect("fewer than 2^32 records");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let usual = generated(folder.path(), 2023, "general-91", rows, 7, "0.5%");
    let failing = every_record_fails(&usual);
    let cases: [(&str, &Path, bool); 4] = [
        ("run", &usual, true),
        ("run, every record held back", &failing, true),
        ("check", &usual, false),
        ("check, every record held back", &failing, false),
    ];
    let mut measured = vec![Vec::new(); cases.len()];
    for _ in 0..ROUNDS {
        for ((_, file, publish), results) in cases.iter().zip(&mut measured) {
            results.push(measure(file, *publish));
        }
    }
    print(&cases, &mut measured);
}

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a table for people")]
fn print(cases: &[(&str, &Path, bool)], measured: &mut [Vec<Measured>]) {
    println!(
        "{:<30} {:>8} {:>8} {:>12} {:>9} {:>7}",
        "", "CPU s", "wall s", "MB/s a core", "peak MiB", "ratio"
    );
    let mut first = None;
    for ((name, file, _), results) in cases.iter().zip(measured) {
        let bytes = std::fs::metadata(file).expect("the file").len() as f64;
        let cpu = median(results.iter().map(|m| m.cpu));
        let wall = median(results.iter().map(|m| m.wall));
        let peak = results.iter().map(|m| m.peak_kib).max().expect("rounds") / 1024;
        let ratio = cpu / *first.get_or_insert(cpu);
        let rate = bytes / 1e6 / cpu;
        println!("{name:<30} {cpu:>8.2} {wall:>8.2} {rate:>12.0} {peak:>9} {ratio:>7.2}");
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A copy in which the first cell of every record has a value unknown to the rules.
fn every_record_fails(file: &Path) -> PathBuf {
    let folder = file.parent().expect("a folder").join("failing");
    std::fs::create_dir_all(&folder).expect("space");
    let text = std::fs::read(file).expect("the file");
    let text: Vec<u8> = text
        .split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| match line.strip_prefix(b"\"NEW\",") {
            Some(rest) => [b"\"OLD\",", rest].concat(),
            None => line.to_vec(),
        })
        .collect();
    let path = folder.join(file.file_name().expect("a name"));
    std::fs::write(&path, text).expect("space");
    path
}

fn measure(file: &Path, publish: bool) -> Measured {
    let lake = Lake::new();
    let mut command = if publish { lake.command(file) } else { check(file) };
    let before = children_cpu();
    let began = Instant::now();
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("assay starts");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak_kib = 0;
    while child.try_wait().expect("a child").is_none() {
        peak_kib = peak(&status).unwrap_or(0).max(peak_kib);
        std::thread::sleep(Duration::from_millis(2));
    }
    let wall = began.elapsed().as_secs_f64();
    Measured { cpu: children_cpu() - before, wall, peak_kib }
}

fn check(file: &Path) -> Command {
    let mut command = assay();
    command.arg("check").arg(file);
    command
}

/// Peak memory of a process so far, in KiB.
fn peak(status: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// CPU seconds of all children that have ended; Linux counts them in ticks of 10 ms.
fn children_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after_name = text.rsplit_once(')').expect("a name in parentheses").1;
    let ticks: Vec<f64> =
        after_name.split_whitespace().skip(13).take(2).filter_map(|n| n.parse().ok()).collect();
    ticks.iter().sum::<f64>() / 100.0
}
