//! The parts of the table.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::bench::Bench;
use super::file;
use super::start::Start;
use crate::measure::{self, Cost, median};
use crate::shell;

/// In the order of printing.
pub(super) const PARTS: [&str; 6] = ["sizes", "widths", "check", "cores", "rules", "start"];

/// The minimum for a meaningful median.
const ROUNDS: usize = 3;

/// Measures and prints one part.
pub(super) fn part(bench: &Bench, part: &str, large: bool) -> Result<()> {
    match part {
        "sizes" => sizes(bench, large),
        "widths" => widths(bench),
        "check" => check(bench),
        "cores" => cores(bench),
        "rules" => rules(bench),
        _ => start(bench),
    }
}

fn sizes(bench: &Bench, large: bool) -> Result<()> {
    println!(
        "sizes: `assay run`, 91 columns; aimed at: CPU a byte alike, peak memory below 256 MiB"
    );
    head("");
    let pack = file::pack(&bench.folder, 91)?;
    let mut first = None;
    let sizes: &[u64] = if large { &[10, 100, 1_000, 10_000] } else { &[10, 100, 1_000] };
    for &size in sizes {
        let (path, bytes) = file::write(&bench.folder, 91, size)?;
        // A run over a gigabyte is long enough without a median.
        let rounds = if size < 1_000 { ROUNDS } else { 1 };
        let costs =
            (0..rounds).map(|_| bench.run(&pack, &path, &[])).collect::<Result<Vec<_>>>()?;
        row(&format!("{size} MB"), &costs, bytes, &mut first);
    }
    Ok(())
}

fn widths(bench: &Bench) -> Result<()> {
    println!("widths: `assay run`, 100 MB; aimed at: CPU a byte within 25 % of 91 columns");
    head("");
    let mut cases = Vec::new();
    for width in [91, 27, 252] {
        let (path, bytes) = file::write(&bench.folder, width, 100)?;
        cases.push((width, file::pack(&bench.folder, width)?, path, bytes, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (_, pack, path, _, costs) in &mut cases {
            costs.push(bench.run(pack, path, &[])?);
        }
    }
    let mut first = None;
    for (width, _, _, bytes, costs) in &cases {
        row(&format!("{width} columns"), costs, *bytes, &mut first);
    }
    Ok(())
}

/// All kernels, the fastest first. No machine has all of them.
const KERNELS: [&str; 4] = ["avx512", "avx2", "neon", "portable"];

fn check(bench: &Bench) -> Result<()> {
    println!(
        "check: `assay check`, the file and the rules of `versus`, 400 MB; aimed at: 1,000 MB/s per core with AVX-512, 800 with AVX2"
    );
    head("kernel");
    let path = bench.folder.join("versus.csv");
    let mut generate = Command::new("python3");
    generate.current_dir(&bench.root).args(["-B", "tests/versus/generate.py"]);
    shell::run_on_stderr(generate.arg(&path).args(["400", "42"]))?;
    let bytes = std::fs::metadata(&path)?.len();
    let pack = bench.root.join("rules/versus/pack.toml");
    let with = |kernel: &str| {
        let mut command = bench.command(&["check"], &pack, &path);
        command.args(["--kernel", kernel]);
        command
    };
    let is_there = |kernel: &&str| shell::succeeds(&mut with(kernel));
    let mut cases: Vec<(&str, Vec<Cost>)> =
        KERNELS.into_iter().filter(is_there).map(|kernel| (kernel, Vec::new())).collect();
    if cases.is_empty() {
        // Every machine has the portable one, so something else is wrong, and this shows what.
        measure::run(&mut with("portable"), &bench.log())?;
        bail!("`assay check --kernel portable` failed once and then did not: try again");
    }
    for _ in 0..ROUNDS {
        for (kernel, costs) in &mut cases {
            costs.push(measure::run(&mut with(kernel), &bench.log())?);
        }
    }
    let mut first = None;
    for (kernel, costs) in &cases {
        row(kernel, costs, bytes, &mut first);
    }
    Ok(())
}

/// Prints the names of the columns.
fn head(name: &str) {
    println!(
        "  {name:<12} {:>8} {:>8} {:>14} {:>9} {:>8}",
        "CPU s", "wall s", "MB/s per core", "peak MB", "a byte"
    );
}

/// Prints one line; `first` is the CPU time per byte of the first line, with which the others are
/// compared.
fn row(name: &str, costs: &[Cost], bytes: u64, first: &mut Option<f64>) {
    let middle = |value: fn(&Cost) -> f64| median(costs.iter().map(value)).unwrap_or(f64::NAN);
    let (cpu, megabytes) = (middle(|cost| cost.cpu), measure::megabytes(bytes));
    let peak = costs.iter().map(|cost| cost.peak).fold(0.0, f64::max);
    let byte = cpu / megabytes;
    let ratio = byte / *first.get_or_insert(byte);
    println!(
        "  {name:<12} {cpu:>8.2} {:>8.2} {:>14.0} {peak:>9.0} {ratio:>8.2}",
        middle(|cost| cost.wall),
        megabytes / cpu
    );
}

fn cores(bench: &Bench) -> Result<()> {
    println!(
        "cores: `assay run`, 91 columns, 800 MB, wall time; aimed at: 1.85 times as fast on two cores"
    );
    if !shell::succeeds(Command::new("taskset").args(["-c", "0,1", "true"])) {
        println!("  skipped: needs `taskset` (util-linux) and two cores");
        return Ok(());
    }
    let pack = file::pack(&bench.folder, 91)?;
    let (path, _) = file::write(&bench.folder, 91, 800)?;
    let on = |cores: &str, threads: &str| -> Result<Cost> {
        let lake = bench.folder.join("lake");
        if lake.exists() {
            std::fs::remove_dir_all(&lake)?;
        }
        let mut command = Command::new("taskset");
        command.current_dir(&bench.root).args(["-c", cores]).arg(&bench.assay).arg("run");
        command.arg("--pack").arg(&pack).arg(&path).arg("--root").arg(&lake);
        measure::run(command.args(["--threads", threads]), &bench.log())
    };
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(on("0", "1")?.wall);
        two.push(on("0,1", "2")?.wall);
    }
    let one = median(one.into_iter()).context("rounds were run")?;
    let two = median(two.into_iter()).context("rounds were run")?;
    println!("  one core {one:.2} s, two cores {two:.2} s: {:.2} times as fast", one / two);
    Ok(())
}

fn rules(bench: &Bench) -> Result<()> {
    println!(
        "rules: `assay run --profile`, 91 columns, 100 MB; aimed at: at most 10 % of the work, in and out of the sandbox included"
    );
    let pack = file::pack(&bench.folder, 91)?;
    let (path, _) = file::write(&bench.folder, 91, 100)?;
    bench.run(&pack, &path, &["--profile"])?;
    let said = std::fs::read_to_string(bench.log())?;
    println!("  {:.1} % of the work", share(&said));
    Ok(())
}

/// The share of plugin calls in percent, from the table of `--profile`.
fn share(profile: &str) -> f64 {
    let kinds = ["lower", "guest", "lift", "verdict", "plugin"];
    let lines = profile.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines
        .filter(|words| words.first().is_some_and(|kind| kinds.contains(kind)))
        .filter_map(|words| {
            let percent = words.iter().position(|word| *word == "%")?;
            words[percent - 1].parse::<f64>().ok()
        })
        .sum()
}

fn start(bench: &Bench) -> Result<()> {
    println!(
        "start: `assay check`, ten records, five plugins; aimed at: 30 ms with all compiled before, 1 s with none"
    );
    let start = Start::set_up(bench)?;
    let mut cold = Vec::new();
    let mut warm = Vec::new();
    for _ in 0..ROUNDS {
        cold.push(start.check(bench, true)?.wall);
        warm.push(start.check(bench, false)?.wall);
        warm.push(start.check(bench, false)?.wall);
    }
    let milliseconds = |seconds: Vec<f64>| median(seconds.into_iter()).unwrap_or(f64::NAN) * 1e3;
    println!("  compiled before {:.0} ms, not {:.0} ms", milliseconds(warm), milliseconds(cold));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_that_of_all_that_calls_take() {
        let table = "  profile     2.00 s of work on all threads, in 1.00 s\n  \
             index                       0.500 s  25.0 %  separators found\n  \
             lower checks                0.020 s   1.0 %  columns copied\n  \
             guest checks                0.100 s   5.0 %  rules\n  \
             lift checks                 0.010 s   0.5 %  verdicts\n";
        assert!((share(table) - 6.5).abs() < 1e-9);
    }
}
