//! `test`: everything that CI checks, in the same order on every machine, followed by a table of the cost of each step.
//!
//! A failing step does not stop the others, so that one run shows everything that needs fixing. Only a machine that cannot build stops
//! it.

mod budgets;
mod harness;
mod packages;
pub(crate) mod readers;
mod table;

use std::io::Write;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{
    complexity, instructions, layout, measure, outside, platform, plugins, python, setup, shell,
    terraform, tidy, versus,
};
use table::{Row, Table};

/// A step of the test.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Checkout) -> Result<()>,
}

/// Cheap steps come first. All native code is built with libraries of a single profile, because each further one compiles four hundred
/// crates again: `slim` and `assay` build the binary, and `compile` builds the tests on top, with Clippy as the compiler.
const STEPS: &[Step] = &[
    Step { name: "setup", about: "what builds and tests need is there", run: run_setup },
    Step { name: "fmt", about: "the code is formatted", run: run_fmt },
    Step { name: "layout", about: "crates and modules use only what they may", run: layout::run },
    Step { name: "tidy", about: "READMEs, file heads, paths, sizes", run: tidy::run },
    Step { name: "plugins", about: "the lock pins what is built", run: plugins::check },
    Step { name: "slim", about: "`assay` without what a run does not need", run: run_slim },
    Step { name: "assay", about: "`assay` with everything", run: Checkout::build_assay },
    Step {
        name: "compile",
        about: "tests and benchmarks compile, and no lint fires",
        run: run_compile,
    },
    Step {
        name: "harness",
        about: "each plugin keeps its pages, laws and costs",
        run: harness::run,
    },
    Step {
        name: "instructions",
        about: "a byte of CSV takes no more than budgeted",
        run: |checkout| instructions::run(checkout, &[]),
    },
    Step {
        name: "complexity",
        about: "what was quadratic once grows as its input does",
        run: complexity::test,
    },
    Step { name: "tests", about: "unit, property and end-to-end tests", run: run_tests },
    Step { name: "doctests", about: "examples in the documentation", run: run_doctests },
    Step { name: "python", about: "readers that are not ours agree", run: readers::run },
    Step {
        name: "packages",
        about: "the Python packages around the host are sound",
        run: packages::run,
    },
    Step {
        name: "terraform",
        about: "modules and roles keep what they promise, as far as no account is needed",
        run: |checkout| terraform::run(checkout, &[]),
    },
    Step {
        name: "platform",
        about: "three years through all of the platform on this machine",
        run: platform::test,
    },
    Step { name: "versus", about: "other engines find the same records", run: versus::self_test },
];

/// If this step fails, no other can be expected to work.
const FIRST: &str = "setup";

/// Writes the cost of each step as its new budget.
const BLESS: &str = "--bless";

/// Prints the names of the steps.
pub(crate) fn list() {
    for Step { name, about, .. } in STEPS {
        println!("{name:<12} {about}");
    }
}

/// Runs the named steps, in the fixed order; all steps if none is named.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    let bless = words.contains(&BLESS);
    let names: Vec<&str> = words.iter().copied().filter(|word| *word != BLESS).collect();
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("there is no step `{unknown}`; `cargo xtask test --list` names them");
    }
    let mut table = Table::begin()?;
    for step in STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)) {
        println!("\n── {}: {} ──", step.name, step.about);
        std::io::stdout().flush().context("cannot write to standard output")?;
        let (start, before) = (Instant::now(), measure::cpu()?);
        let result = (step.run)(checkout);
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        let stop = result.is_err() && step.name == FIRST && setup::for_building(checkout).is_err();
        table.push(Row {
            step: step.name,
            failed: result.is_err(),
            cpu: measure::cpu()? - before,
            wall: start.elapsed().as_secs_f64(),
        });
        if stop {
            eprintln!("nothing else is tried, because nothing can be built");
            break;
        }
    }
    println!("\n{}", table.text());
    budgets::hold(checkout, &table, bless)?;
    tell_what_was_left_out(checkout, &table);
    let failed = table.failed();
    if !failed.is_empty() {
        bail!(
            "failed: {}\n  help: look for `error:` above; one step alone runs with `cargo xtask test {}`",
            failed.join(", "),
            failed[0]
        );
    }
    Ok(())
}

fn tell_what_was_left_out(checkout: &Checkout, table: &Table) {
    if !checkout.samples().is_dir() {
        println!(
            "real samples skipped: `../shared/open-payments/samples` is not on this machine, so generated files stood in for them"
        );
    }
    if table.has("tests") {
        for untested in outside::untested(checkout) {
            println!("SKIPPED: {untested}; `cargo xtask setup` says what is missing");
        }
    }
}

fn run_setup(checkout: &Checkout) -> Result<()> {
    setup::run(checkout)
}

fn run_fmt(checkout: &Checkout) -> Result<()> {
    // Prints only the names of files: the differences of a whole checkout would hide everything else.
    shell::run(checkout.cargo().args(["fmt", "--all", "--", "--check", "-l"]))
        .context("the files above are not formatted; `cargo fmt --all` formats them")
}

/// The build for `demo`. It comes before `assay`, whose binary then replaces this one.
fn run_slim(checkout: &Checkout) -> Result<()> {
    checkout.build_slim()
}

/// Cargo with Clippy in place of the compiler, for our own crates only. `cargo clippy` would check four hundred crates that the tests
/// need compiled anyway; what Clippy compiles runs like any other code.
fn linting(checkout: &Checkout, words: &[&str]) -> Command {
    let mut command = checkout.cargo();
    command.args(["--config", "build.rustc-workspace-wrapper='clippy-driver'"]).args(words);
    // `cargo clippy` passes on its own arguments in this variable.
    command.env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__");
    command
}

fn run_compile(checkout: &Checkout) -> Result<()> {
    if !shell::succeeds(Command::new("clippy-driver").arg("--version")) {
        bail!("`clippy-driver` was not found\n  help: `rustup component add clippy`");
    }
    shell::run(&mut linting(
        checkout,
        &["test", "--workspace", "--all-targets", "--no-run", "--quiet"],
    ))
}

fn run_tests(checkout: &Checkout) -> Result<()> {
    let mut command =
        linting(checkout, &["test", "--workspace", "--all-targets", "--no-fail-fast"]);
    tell_where_things_are(checkout, &mut command);
    shell::run(&mut command)
}

fn run_doctests(checkout: &Checkout) -> Result<()> {
    shell::run(&mut linting(checkout, &["test", "--workspace", "--doc"]))
}

/// Sets the variables that `tests/README.md` promises to tests.
fn tell_where_things_are(checkout: &Checkout, command: &mut Command) {
    command.env("ASSAY_GUESTS_DIR", checkout.guests());
    // If a snapshot differs, a test must fail, not leave a new snapshot in the checkout.
    command.env("INSTA_UPDATE", "no");
    let binary = checkout.binary();
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
