//! `test`: everything that CI checks, in one order on every machine, with a table at the end.
//!
//! A step that fails does not stop the others, so one run tells all there is to mend. Only a machine that cannot build stops it.

mod harness;
mod readers;

use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cargo_metadata::TargetKind;

use crate::checkout::Checkout;
use crate::{instructions, layout, outside, plugins, python, setup, shell, tidy, versus};

/// One thing that is checked.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Checkout) -> Result<()>,
}

/// Cheap ones first. There are two cargo profiles in all, `dev` for tests and `release` for what must be fast, because
/// each further one compiles all dependencies once more.
const STEPS: &[Step] = &[
    Step { name: "setup", about: "what builds and tests need is there", run: run_setup },
    Step { name: "fmt", about: "the code is formatted", run: run_fmt },
    Step { name: "clippy", about: "no lint fires, anywhere", run: run_clippy },
    Step { name: "layout", about: "crates use only what they may", run: run_layout },
    Step { name: "tidy", about: "READMEs, file heads, paths, sizes", run: run_tidy },
    Step { name: "plugins", about: "the lock pins what is built", run: run_plugins },
    Step { name: "release", about: "`assay` and the benchmarks, optimised", run: run_release },
    Step {
        name: "harness",
        about: "each plugin keeps its pages, laws and costs",
        run: run_harness,
    },
    Step {
        name: "instructions",
        about: "a byte of CSV takes no more than budgeted",
        run: |checkout| instructions::run(checkout, &[]),
    },
    Step { name: "tests", about: "unit, property and end-to-end tests", run: run_tests },
    Step { name: "doctests", about: "examples in the documentation", run: run_doctests },
    Step { name: "python", about: "readers that are not ours agree", run: run_python },
    Step { name: "versus", about: "other engines find the same records", run: run_versus },
];

/// The step without which none of the others can be expected to work.
const FIRST: &str = "setup";

/// Prints the steps' names.
pub(crate) fn list() {
    for Step { name, about, .. } in STEPS {
        println!("{name:<12} {about}");
    }
}

/// Runs the named steps, in our order; all of them if none is named.
pub(crate) fn run(checkout: &Checkout, names: &[&str]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("there is no step `{unknown}`; `cargo xtask test --list` names them");
    }
    let begin = Instant::now();
    let mut rows = Vec::new();
    for step in STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)) {
        println!("\n── {}: {} ──", step.name, step.about);
        std::io::stdout().flush().context("cannot write to standard output")?;
        let start = Instant::now();
        let result = (step.run)(checkout);
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        let stop = result.is_err() && step.name == FIRST && setup::for_building(checkout).is_err();
        rows.push((step.name, result, start.elapsed()));
        if stop {
            eprintln!("nothing else is tried, because nothing can be built");
            break;
        }
    }
    summarise(checkout, &rows, begin.elapsed())
}

fn summarise(
    checkout: &Checkout,
    rows: &[(&str, Result<()>, Duration)],
    total: Duration,
) -> Result<()> {
    println!("\nstep       time      result");
    for (name, result, time) in rows {
        let result = match result {
            Ok(()) => "passed",
            Err(_) => "FAILED",
        };
        println!("{name:<9} {:>8}  {result}", in_words(*time));
    }
    println!("{:<9} {:>8}", "total", in_words(total));
    if !checkout.samples().is_dir() {
        println!(
            "real samples skipped: `../shared/open-payments/samples` is not on this machine, so generated files stood in for them"
        );
    }
    if rows.iter().any(|(name, ..)| *name == "tests") {
        for untested in outside::untested(checkout) {
            println!("SKIPPED: {untested}; `cargo xtask setup` says what is missing");
        }
    }
    let failed: Vec<&str> =
        rows.iter().filter(|(_, result, _)| result.is_err()).map(|(name, ..)| *name).collect();
    if !failed.is_empty() {
        bail!(
            "failed: {}\n  help: look for `error:` above; one step alone runs with `cargo xtask test {}`",
            failed.join(", "),
            failed[0]
        );
    }
    Ok(())
}

fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn run_setup(checkout: &Checkout) -> Result<()> {
    setup::run(checkout)?;
    Ok(())
}

fn run_fmt(checkout: &Checkout) -> Result<()> {
    // Names the files only: the differences of a whole checkout would hide everything else.
    shell::run(checkout.cargo().args(["fmt", "--all", "--", "--check", "-l"]))
        .context("the files above are not formatted; `cargo fmt --all` puts them right")?;
    Ok(())
}

fn run_clippy(checkout: &Checkout) -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    shell::run(checkout.cargo().args(arguments))?;
    Ok(())
}

fn run_layout(checkout: &Checkout) -> Result<()> {
    layout::run(checkout)?;
    Ok(())
}

fn run_tidy(checkout: &Checkout) -> Result<()> {
    tidy::run(checkout)?;
    Ok(())
}

fn run_plugins(checkout: &Checkout) -> Result<()> {
    plugins::check(checkout)?;
    Ok(())
}

fn run_tests(checkout: &Checkout) -> Result<()> {
    let nextest = shell::succeeds(checkout.cargo().args(["nextest", "--version"]));
    let mut command = checkout.cargo();
    if nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
    }
    tell_where_things_are(checkout, &mut command);
    shell::run(&mut command)?;
    Ok(())
}

fn run_doctests(checkout: &Checkout) -> Result<()> {
    shell::run(checkout.cargo().args(["test", "--workspace", "--doc"]))?;
    Ok(())
}

fn run_harness(checkout: &Checkout) -> Result<()> {
    harness::run(checkout)?;
    Ok(())
}

fn run_python(checkout: &Checkout) -> Result<()> {
    readers::run(checkout)?;
    Ok(())
}

fn run_versus(checkout: &Checkout) -> Result<()> {
    versus::self_test(checkout)
}

/// Both in one call: built apart, they ask their dependencies for different features, which would compile these twice.
fn run_release(checkout: &Checkout) -> Result<()> {
    let mut command = checkout.cargo();
    command.args(["build", "--release", "--package", "assay", "--bin", "assay"]);
    for package in checkout.packages() {
        // By name, because otherwise each library would be compiled as a benchmark of its own as well.
        for bench in package.targets.iter().filter(|target| target.is_kind(TargetKind::Bench)) {
            command.args(["--package", package.name.as_str(), "--bench", &bench.name]);
        }
    }
    shell::run(&mut command)?;
    Ok(())
}

/// Sets the variables that `tests/README.md` promises to tests.
fn tell_where_things_are(checkout: &Checkout, command: &mut Command) {
    command.env("ASSAY_GUESTS_DIR", checkout.guests());
    // A test must say that its snapshot differs, not leave a new one in the checkout.
    command.env("INSTA_UPDATE", "no");
    let binary = checkout.release_binary();
    if binary.exists() {
        command.env("ASSAY_BIN", binary);
    }
    outside::hand_over(checkout, command);
    match python::environment(checkout) {
        Ok(interpreter) => {
            command.env("ASSAY_PYTHON", interpreter);
        }
        Err(error) => eprintln!("tests that read with Python will say that they cannot: {error:#}"),
    }
}
