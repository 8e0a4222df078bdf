//! `instructions`: counts instructions per byte of CSV with valgrind and compares them with committed budgets.
//!
//! Time on a shared machine is noisy; instruction counts agree between machines to a thousandth. The count per byte is the difference
//! between two files of different sizes, so that start-up is excluded. It does not cover waiting for memory: `speed` and `versus` do.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::shell;
use crate::speed::{self, file};

const HELP: &str = "\
Counts the instructions that a byte of CSV takes, and compares with tests/instructions.toml.

usage: cargo xtask instructions [--bless]

  --bless  writes what is counted as the budgets; say in the commit why they changed

Needs valgrind and a processor with AVX2. `ASSAY_BIN` names the binary to count; otherwise `cargo build` makes it.
";

/// Sizes of the two files in megabytes. They differ by several slabs, and are small enough for a simulator.
const SIZES: [u64; 2] = [4, 8];

/// A count may exceed its budget by this many percent: ten times the effect of other C libraries and random hash seeds, and less than
/// any change that matters.
const TOLERANCE: f64 = 3.0;

/// The valgrind tool that counts.
const COUNTER: &str = "callgrind";

/// A name, the command, the columns.
type Case = (&'static str, &'static str, usize);

/// The cases.
const CASES: [Case; 4] = [
    ("check-91", "check", 91),
    ("run-91", "run", 91),
    ("run-27", "run", 27),
    ("run-252", "run", 252),
];

/// Runs with these arguments.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    match words {
        [] => {}
        ["--bless"] => {
            let counted = count(checkout)?.context("there is nothing to write without valgrind")?;
            fs::write(path(checkout), render(&counted))?;
            println!("wrote {}", checkout.relative(&path(checkout)));
            return Ok(());
        }
        ["--help"] => {
            print!("{HELP}");
            return Ok(());
        }
        _ => bail!("usage: cargo xtask instructions [--bless]"),
    }
    let budgets = read(&path(checkout))?;
    let Some(counted) = count(checkout)? else { return Ok(()) };
    let faults = compare(&counted, &budgets);
    if !faults.is_empty() {
        bail!(
            "more instructions a byte than budgeted\n  {}\n  help: `valgrind --tool=callgrind` on the same command shows where; \
             if the change is worth it, `cargo xtask instructions --bless` and say why",
            faults.join("\n  ")
        );
    }
    Ok(())
}

type Counts = BTreeMap<String, f64>;

fn path(checkout: &Checkout) -> PathBuf {
    checkout.root().join("tests/instructions.toml")
}

fn read(path: &Path) -> Result<Counts> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    toml::from_str(&text).with_context(|| format!("cannot understand `{}`", path.display()))
}

fn render(counts: &Counts) -> String {
    let mut text = String::from(
        "# Instructions for each byte of CSV. Written by `cargo xtask instructions --bless`, compared by `cargo xtask test`.\n\n",
    );
    for (name, count) in counts {
        let _ = writeln!(text, "{name} = {count:.2}");
    }
    text
}

/// Counts all cases; if that is impossible, prints the reason and returns `None`.
fn count(checkout: &Checkout) -> Result<Option<Counts>> {
    if !shell::succeeds(Command::new("valgrind").arg("--version")) {
        println!(
            "skipped: instructions are counted by valgrind, which is not installed (Debian: `apt-get install valgrind`)"
        );
        return Ok(None);
    }
    if !fs::read_to_string("/proc/cpuinfo").unwrap_or_default().contains(" avx2 ") {
        println!("skipped: the budgets are for processors with AVX2");
        return Ok(None);
    }
    // The build that tests share, not the release build: the hot code is optimised equally in both.
    let assay = if let Some(named) = speed::named_binary(checkout)? {
        named
    } else {
        checkout.build_assay()?;
        checkout.binary()
    };
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = folder.path();
    let write = |width, size: u64| {
        let folder = folder.join(size.to_string());
        fs::create_dir_all(&folder)?;
        file::write(&folder, width, size)
    };
    let [smaller, larger] = SIZES;
    let mut inputs = Vec::new();
    for case @ (_, _, width) in CASES {
        let pack = file::pack(folder, width)?;
        let files = [write(width, smaller)?, write(width, larger)?];
        inputs.push((case, pack, files));
    }
    let program = |tool: &str, (name, command, _): Case, pack: &Path, input: &Path| {
        let mut program = Command::new("valgrind");
        program.current_dir(checkout.root()).arg(format!("--tool={tool}"));
        if tool == COUNTER {
            program.arg("--callgrind-out-file=/dev/null");
        }
        program.arg(&assay).arg(command).arg("--pack").arg(pack).arg(input);
        program.args(["--threads", "1"]);
        if command == "run" {
            program.arg("--root").arg(input.with_extension(name));
        }
        program
    };
    // Plugins are compiled for the processor that valgrind emulates, by the first run that needs them, which would count towards the
    // first file. The tool that does not count is ten times as fast at it.
    let (case, pack, [(input, _), _]) = &inputs[0];
    shell::output_of(&mut program("none", *case, pack, input))?;
    let count_one = |(case, pack, files): &(Case, PathBuf, [(PathBuf, u64); 2])| {
        let [(input, small), (longer, large)] = files;
        let few = collected(&mut program(COUNTER, *case, pack, input))?;
        let many = collected(&mut program(COUNTER, *case, pack, longer))?;
        let (name, ..) = case;
        let more = many.checked_sub(few).with_context(|| {
            format!("`{name}`: {many} instructions for {large} bytes and {few} for {small}; expected more for more")
        })?;
        Ok::<_, anyhow::Error>(((*name).to_owned(), ratio(more, large - small)))
    };
    // The counts do not depend on other load.
    let counted = std::thread::scope(|scope| {
        let running: Vec<_> = inputs.iter().map(|input| scope.spawn(|| count_one(input))).collect();
        running
            .into_iter()
            .map(|one| one.join().expect("counting does not panic"))
            .collect::<Vec<_>>()
    });
    let counts: Counts = counted.into_iter().collect::<Result<_>>()?;
    for (name, ..) in CASES {
        println!("{name:<10} {:>8.2} instructions a byte", counts[name]);
    }
    Ok(Some(counts))
}

/// The number of instructions that valgrind reports.
fn collected(program: &mut Command) -> Result<u64> {
    let output = program.output().with_context(|| format!("cannot start {program:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let count =
        said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    count.filter(|_| output.status.success()).with_context(|| format!("{program:?} said\n{said}"))
}

fn ratio(count: u64, bytes: u64) -> f64 {
    // Files of a few megabytes take fewer than 2^32 instructions.
    let small = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    small(count) / small(bytes)
}

/// Cases that are over their budget or have none.
fn compare(counted: &Counts, budgets: &Counts) -> Vec<String> {
    let over = counted.iter().filter_map(|(name, count)| match budgets.get(name) {
        None => Some(format!("{name}: {count:.2} counted, no budget")),
        Some(budget) if *count > budget * (1.0 + TOLERANCE / 100.0) => {
            let percent = (count / budget - 1.0) * 100.0;
            Some(format!("{name}: {count:.2} counted, {budget:.2} budgeted, {percent:+.1} %"))
        }
        Some(_) => None,
    });
    let gone = budgets.keys().filter(|name| !counted.contains_key(*name));
    over.chain(gone.map(|name| format!("{name}: a budget for nothing that is counted"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(entries: &[(&str, f64)]) -> Counts {
        entries.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn what_exceeds_its_budget_is_named() {
        let check = |counted: &[(&str, f64)], expected: &[&str]| {
            let budgets = counts(&[("check", 30.0), ("run", 50.0)]);
            assert_eq!(compare(&counts(counted), &budgets), expected, "{counted:?}");
        };
        check(&[("check", 30.8), ("run", 20.0)], &[]);
        check(
            &[("check", 33.0), ("run", 50.0)],
            &["check: 33.00 counted, 30.00 budgeted, +10.0 %"],
        );
        check(&[("check", 30.0)], &["run: a budget for nothing that is counted"]);
        check(&[("check", 30.0), ("run", 1.0), ("new", 2.0)], &["new: 2.00 counted, no budget"]);
    }

    #[test]
    fn budgets_are_read_as_they_are_written() {
        let written = counts(&[("check", 30.25), ("run", 50.5)]);
        assert_eq!(toml::from_str::<Counts>(&render(&written)).expect("it parses"), written);
    }
}
