//! `--measure`: compares the image's program with an ordinarily linked one and with one that has musl's own allocator.
//!
//! Whole runs take turns, so that busy neighbours slow all programs. Each is compared with the usual program in the same round.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::program::Program;
use crate::checkout::Checkout;
use crate::measure::{self, Cost, median};
use crate::{plugins, rarely, shell};

/// The others are compared with the first.
const PROGRAMS: [Program; 3] = [Program::Usual, Program::Plain, Program::Image];

/// Neighbours disturb one round in three; the median of nine tolerates four such rounds.
const ROUNDS: usize = 9;

/// Named like the publisher's files, so that the pack is found.
const FILE: &str = "OP_DTL_GNRL_PGYR2023_P06282024.csv";

/// Limit of the CPU that the image's program takes, as a multiple of the usual one's; two hours of a shared machine differ by more.
const MOST: f64 = 1.05;

/// The default of `--memory`, in megabytes of 1,000,000 bytes: the most that a run may have resident.
const MEMORY: f64 = 268.435_456;

/// A workload.
struct Case {
    records: &'static str,
    threads: &'static str,
    /// Whether the CPU limit applies to it.
    counts: bool,
}

/// 400,000 records are 250 MB and take seconds. Ten measure the start, mostly compiling plugins, as the image does each time. Sixteen
/// threads are the default maximum; on fewer cores they show the cost of memory and locks.
const CASES: [Case; 4] = [
    Case { records: "400000", threads: "1", counts: true },
    Case { records: "400000", threads: "2", counts: true },
    Case { records: "400000", threads: "16", counts: false },
    Case { records: "10", threads: "2", counts: false },
];

/// The costs of one program for one case, per round.
type Rounds = Vec<Cost>;

/// Builds all programs, measures them, and fails if the image's exceeds a limit.
pub(super) fn run(checkout: &Checkout) -> Result<()> {
    plugins::check(checkout)?;
    let place = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut programs = Vec::with_capacity(PROGRAMS.len());
    for program in PROGRAMS {
        let binary = place.path().join(program.name());
        let built = program.build(checkout)?;
        fs::copy(&built, &binary).with_context(|| format!("cannot copy `{}`", built.display()))?;
        programs.push(binary);
    }
    let mut page = head();
    let mut worst: f64 = 0.0;
    let mut highest: f64 = 0.0;
    for case in &CASES {
        let rounds = measure(checkout, place.path(), &programs, case)?;
        page += &rows(case, &rounds);
        let image = PROGRAMS.iter().zip(&rounds).find(|(program, _)| **program == Program::Image);
        let (_, of_image) = image.context("the image's program was not measured")?;
        if case.counts {
            worst = worst.max(ratio(of_image, &rounds[0], |cost| cost.cpu));
        }
        highest = of_image.iter().map(|cost| cost.peak).fold(highest, f64::max);
    }
    print!("{page}");
    if worst > MOST {
        bail!(
            "the image's program takes {worst:.3} times the CPU of the usual one; expected at most {MOST}"
        );
    }
    if highest > MEMORY {
        bail!(
            "the image's program had {highest:.0} MB resident; expected at most {MEMORY:.0}, the default of `--memory`"
        );
    }
    let outcome = format!("at most {worst:.2} times glibc's CPU, at most {highest:.0} MB");
    rarely::note(checkout, "cargo xtask image --measure", &outcome)
}

/// Runs all programs over one file, once per round, and returns each program's costs.
fn measure(
    checkout: &Checkout,
    place: &Path,
    programs: &[PathBuf],
    case: &Case,
) -> Result<Vec<Rounds>> {
    let folder = place.join(format!("{}-{}", case.records, case.threads));
    fs::create_dir(&folder).context("cannot make a folder for the sample")?;
    let file = folder.join(FILE);
    let words = ["sample", "open-payments", "general", "--year", "2023", "--rows", case.records];
    let mut sample = command(checkout, &programs[0], PROGRAMS[0]);
    sample.args(words).args(["--seed", "7", "--defects", "0.5%", "-o"]).arg(&file);
    shell::run_on_stderr(&mut sample)?;
    let mut rounds: Vec<Rounds> = vec![Vec::new(); programs.len()];
    for round in 0..=ROUNDS {
        for ((binary, program), taken) in programs.iter().zip(PROGRAMS).zip(&mut rounds) {
            let lake = place.join("lake");
            if lake.exists() {
                fs::remove_dir_all(&lake).context("cannot remove the previous run's lake")?;
            }
            let mut run = command(checkout, binary, program);
            run.arg("run").arg(&file).arg("--root").arg(&lake).args(["--threads", case.threads]);
            let cost = measure::run(&mut run, &place.join("log.txt"))?;
            // In the first round, program and file are read from the disk.
            if round > 0 {
                taken.push(cost);
            }
        }
        eprintln!("{} records, {} threads: round {round} of {ROUNDS}", case.records, case.threads);
    }
    fs::remove_dir_all(&folder).context("cannot remove the sample")?;
    Ok(rounds)
}

/// Runs as in the image: without plugins compiled beforehand.
fn command(checkout: &Checkout, binary: &Path, program: Program) -> Command {
    let mut command = Command::new(binary);
    command.envs(program.variables().iter().copied());
    command.current_dir(checkout.root()).env("ASSAY_CACHE", "off");
    command
        .env("ASSAY_RULES", checkout.root().join("rules"))
        .env("ASSAY_PLUGINS", checkout.plugins_dir());
    command
}

/// The median, over the rounds, of a program's cost relative to the usual one's.
fn ratio(taken: &[Cost], usual: &[Cost], of: fn(&Cost) -> f64) -> f64 {
    let pairs = taken.iter().zip(usual).map(|(one, usual)| of(one) / of(usual));
    median(pairs).unwrap_or(f64::NAN)
}

/// The table's header, in Markdown.
fn head() -> String {
    "| records | threads | program | CPU s | wall s | peak MB | CPU | least CPU | wall |\n|---:|---:|---|---:|---:|---:|---:|---:|---:|\n".to_owned()
}

/// A row for each program: medians and the peak, then ratios: of CPU (median of the rounds), of the least CPU, of wall time (median).
fn rows(case: &Case, rounds: &[Rounds]) -> String {
    let usual = &rounds[0];
    let least = |taken: &[Cost]| taken.iter().map(|cost| cost.cpu).fold(f64::INFINITY, f64::min);
    let mut text = String::new();
    for (program, taken) in PROGRAMS.iter().zip(rounds) {
        let middle = |of: fn(&Cost) -> f64| median(taken.iter().map(of)).unwrap_or(f64::NAN);
        let peak = taken.iter().map(|cost| cost.peak).fold(0.0, f64::max);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.2} | {:.2} | {peak:.0} | {:.3} | {:.3} | {:.3} |",
            case.records,
            case.threads,
            program.name(),
            middle(|cost| cost.cpu),
            middle(|cost| cost.wall),
            ratio(taken, usual, |cost| cost.cpu),
            least(taken) / least(usual),
            ratio(taken, usual, |cost| cost.wall),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_is_compared_with_the_usual_program_of_that_round() {
        let costs = |cpu: &[f64]| {
            cpu.iter().map(|&cpu| Cost { cpu, wall: 2.0 * cpu, peak: 100.0 }).collect::<Rounds>()
        };
        // The machine becomes slower; the second program takes half as much as the first, the third twice as much.
        let rounds = [costs(&[1.0, 2.0, 4.0]), costs(&[0.5, 1.0, 2.0]), costs(&[2.0, 4.0, 9.0])];
        assert_eq!(
            rows(&CASES[0], &rounds),
            "| 400000 | 1 | glibc | 2.00 | 4.00 | 100 | 1.000 | 1.000 | 1.000 |\n\
             | 400000 | 1 | musl | 1.00 | 2.00 | 100 | 0.500 | 0.500 | 0.500 |\n\
             | 400000 | 1 | musl, the image | 4.00 | 8.00 | 100 | 2.000 | 2.000 | 2.000 |\n"
        );
    }
}
