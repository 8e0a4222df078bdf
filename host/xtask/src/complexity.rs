//! `complexity`: searches for inputs whose cost grows faster than their size, or whose memory exceeds the budget.
//!
//! Each seed is an input that can be made at any size, with the rules that judge it. The clock quickly shows what may grow; a finding is
//! counted, in instructions and bytes moved, at n, 2n, 4n and 8n.

mod case;
mod cost;
mod draw;
mod growth;
mod known;
mod options;
mod rules;
mod search;
mod shape;
mod wrapping;
mod zip;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{plugins, rarely, speed};
use case::{Case, Published};
use growth::Growth;
use options::Options;
use search::{Bench, Outcome};

const HELP: &str = "\
Searches for inputs whose cost grows faster than their size, or whose memory exceeds the budget.

usage: cargo xtask complexity [SECONDS] [--seed SEED] [--known]

  SECONDS  Time to search (default: 60)
  --seed   First seed of the search (default: from the clock); without SECONDS, runs this seed alone
  --known  Measure inputs that were once quadratic or took too much memory, as `cargo xtask test complexity` does

Each seed is an input of any constructs of the format, in any container, with any rules. It is judged at sizes up to 64 MiB. If the clock
raises a suspicion, valgrind counts at n, 2n, 4n and 8n. Findings are more than 2.2 times the instructions, or bytes read and written, at
every doubling; more memory than `--memory` allows; and crashes. The inputs of a finding are kept in target/complexity.

Needs valgrind. `ASSAY_BIN` names the binary to test (default: built with `cargo build`).
";

/// Years of the project's own packs to search: an old layout and the newest.
const YEARS: [&str; 2] = ["2016", "2023"];

/// Number of records of each year that are used in place of generated ones.
const RECORDS: &str = "60";

/// Instructions below which growth does not matter.
const FEW: u64 = 20_000_000;

/// Runs the command with these arguments.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    let options = options::read(words)?;
    if options == Options::Help {
        print!("{HELP}");
        return Ok(());
    }
    if !cost::can_count() {
        bail!(
            "instructions are counted by valgrind, which is not installed (Debian: `apt-get install valgrind`)"
        );
    }
    let assay = speed::named_or_built(checkout)?;
    plugins::check(checkout)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let bench = Bench { assay, root: checkout.root().to_owned(), folder: folder.path().to_owned() };
    match options {
        Options::Help => Ok(()),
        Options::Known => count_known(&bench),
        Options::Seed(seed) => {
            let case = Case::drawn(seed, &published(checkout, &bench)?);
            println!("{}: {}", case.name, case.describe());
            let outcome = bench.search(&case)?;
            println!("{outcome:?}");
            tell(checkout, &bench, &case, &outcome)?;
            if outcome.findings.is_empty() { Ok(()) } else { bail!("see above") }
        }
        Options::Search { first, time } => search(checkout, &bench, first, time),
    }
}

/// The part that `cargo xtask test` runs. Without valgrind it says so and passes.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    if !cost::can_count() {
        println!(
            "skipped: instructions are counted by valgrind, which is not installed (Debian: `apt-get install valgrind`)"
        );
        return Ok(());
    }
    run(checkout, &["--known"])
}

fn search(checkout: &Checkout, bench: &Bench, first: u64, time: Duration) -> Result<()> {
    println!("seeds from {first} on, for {} seconds", time.as_secs());
    let published = published(checkout, bench)?;
    let begin = Instant::now();
    let (mut cases, mut judged, mut counted, mut steps, mut found) = (0, 0, 0, 0, 0);
    let mut seed = first;
    while begin.elapsed() < time {
        let case = Case::drawn(seed, &published);
        let outcome = bench.search(&case).with_context(|| format!("seed {seed}"))?;
        tell(checkout, bench, &case, &outcome)?;
        cases += 1;
        judged += u32::from(outcome.judged);
        counted += outcome.counted;
        steps += outcome.steps;
        found += u32::from(!outcome.findings.is_empty());
        seed += 1;
    }
    let outcome = format!(
        "{cases} seeds from {first} on, {judged} judged, {counted} counted, {steps} with a step: {}",
        if found == 0 { "nothing found".to_owned() } else { format!("{found} found") }
    );
    println!("{outcome}");
    rarely::note(checkout, "cargo xtask complexity", &outcome)?;
    if found > 0 {
        bail!("{found} inputs cost more than they should, see above");
    }
    Ok(())
}

/// Prints what is wrong with a case and how to reproduce it, and keeps its inputs.
fn tell(checkout: &Checkout, bench: &Bench, case: &Case, outcome: &Outcome) -> Result<()> {
    if outcome.findings.is_empty() {
        return Ok(());
    }
    println!("\n{}: {}", case.name, outcome.findings.join("; "));
    println!("  input       {}", case.describe());
    let folder = checkout.output().join("complexity").join(case.name.replace(' ', "-"));
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot remove the inputs kept before")?;
    }
    let scale = case.shape.scale(1 << 20);
    for scale in [scale, 2 * scale] {
        let placed = case.place(scale, &folder)?;
        println!("  {:>9} B  {}", placed.bytes()?, bench.shown(case, &placed));
    }
    println!("  reproduce   cargo xtask complexity --{}", case.name);
    Ok(())
}

/// Counts the instructions of inputs that were once quadratic, and measures those that once took too much memory.
fn count_known(bench: &Bench) -> Result<()> {
    let mut faults = Vec::new();
    let mut start = None;
    for (case, scale) in known::all() {
        let count = |scale| {
            let counted = bench.count(&case, scale)?;
            counted.with_context(|| format!("{}: the run does not finish", case.name))
        };
        // The same for all cases, apart from the fixed parts of their inputs.
        let start = match start {
            Some(start) => start,
            None => *start.insert(count(0)?),
        };
        let mut counts = Vec::new();
        let found = growth::judge(start, FEW, 2, |by| {
            let counted = count(by * scale)?;
            counts.push(counted / 1_000_000);
            Ok::<_, anyhow::Error>(counted)
        })?;
        println!("{:<65} {:>6} M at n, {:>6} M at 2n", case.name, counts[0], counts[1]);
        if let Growth::Faster { ratios } = found {
            let ratios = growth::listed(&ratios);
            faults.push(format!("{}: {ratios} times as many at each doubling", case.name));
        }
    }
    if !faults.is_empty() {
        bail!("instructions grow faster than the input\n  {}", faults.join("\n  "));
    }
    measure_large(bench)
}

/// Measures the memory of inputs that once took too much.
fn measure_large(bench: &Bench) -> Result<()> {
    for (case, scale) in known::large() {
        let mut outcome = Outcome::default();
        let cost = bench.at(&case, scale, &mut outcome)?;
        let cost = cost.with_context(|| format!("{}: the run does not finish", case.name))?;
        println!("{:<65} {:>6} MiB of {}", case.name, cost.peak >> 20, case.memory >> 20);
        if !outcome.judged {
            bail!("{}: the file was refused, so its memory says nothing", case.name);
        }
        if let Some(fault) = outcome.findings.first() {
            bail!("{}: {fault}", case.name);
        }
        if bench.overdrawn()? {
            bail!("{}: the run says that it needs more memory than the default", case.name);
        }
    }
    Ok(())
}

/// Records of the project's own dataset, with defects, and their packs.
fn published(checkout: &Checkout, bench: &Bench) -> Result<Vec<Published>> {
    let mut all = Vec::new();
    for year in YEARS {
        let mut command = Command::new(&bench.assay);
        command.current_dir(checkout.root());
        command.args(["sample", "open-payments", "general", "--year", year, "--rows", RECORDS]);
        command.args(["--defects", "30%", "--output", "-"]);
        let sample = command
            .stderr(std::process::Stdio::null())
            .output()
            .context("cannot start `assay sample`")?;
        if !sample.status.success() {
            bail!("`assay sample` ended with {}", sample.status);
        }
        let mut lines = sample.stdout.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec);
        let header = lines.next().context("the sample is empty")?;
        let pack = format!("rules/open-payments/general/{year}.toml").into();
        all.push(Published { pack, header, records: lines.collect() });
    }
    Ok(all)
}
