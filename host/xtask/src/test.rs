//! `test`: everything that CI checks, followed by a table of the cost of each step.
//!
//! What builds runs first, step by step. The other steps then run at the same time, each as a process of its own. A failing step does not
//! stop the others, so that one run shows everything that needs fixing. Only a machine that cannot build stops it.

mod beside;
mod budgets;
mod harness;
mod options;
mod packages;
pub(crate) mod readers;
mod table;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{
    complexity, instructions, layout, measure, outside, platform, plugins, python, setup, shell,
    terraform, tidy, versus,
};
use beside::{Event, Job};
use options::Options;
use table::{Row, Table};

/// A step of the test.
struct Step {
    name: &'static str,
    about: &'static str,
    when: When,
    run: fn(&Checkout) -> Result<()>,
}

/// Which other steps run at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// None: it builds with all cores what others use, or takes no time.
    Alone,
    /// All that are [`When::Beside`]: it changes nothing that another one reads.
    Beside,
}
use When::{Alone, Beside};

/// Cheap steps come first. All native code is built with libraries of a single profile, because each further one compiles four hundred
/// crates again: `slim` and `assay` build the binary, and `compile` builds the tests on top, with Clippy as the compiler.
const STEPS: &[Step] = &[
    Step {
        name: "setup",
        about: "what builds and tests need is there",
        when: Alone,
        run: run_setup,
    },
    Step { name: "fmt", about: "the code is formatted", when: Alone, run: run_fmt },
    Step {
        name: "layout",
        about: "crates and modules use only what they may",
        when: Alone,
        run: layout::run,
    },
    Step { name: "tidy", about: "READMEs, file heads, paths, sizes", when: Alone, run: tidy::run },
    Step {
        name: "plugins",
        about: "the lock pins what is built",
        when: Alone,
        run: plugins::check,
    },
    Step {
        name: "slim",
        about: "`assay` without what a run does not need",
        when: Alone,
        run: run_slim,
    },
    Step {
        name: "assay",
        about: "`assay` with everything",
        when: Alone,
        run: Checkout::build_assay,
    },
    Step {
        name: "compile",
        about: "tests and benchmarks compile, and no lint fires",
        when: Alone,
        run: run_compile,
    },
    Step {
        name: "harness",
        about: "each plugin keeps its pages, laws and costs",
        when: Beside,
        run: harness::run,
    },
    Step {
        name: "instructions",
        about: "a byte of CSV takes no more than budgeted",
        when: Beside,
        run: |checkout| instructions::run(checkout, &[]),
    },
    Step {
        name: "complexity",
        about: "what was quadratic once grows as its input does",
        when: Beside,
        run: complexity::test,
    },
    Step {
        name: "tests",
        about: "unit, property and end-to-end tests",
        when: Beside,
        run: run_tests,
    },
    Step {
        name: "doctests",
        about: "examples in the documentation",
        when: Beside,
        run: run_doctests,
    },
    Step {
        name: "python",
        about: "readers that are not ours agree",
        when: Beside,
        run: readers::run,
    },
    Step {
        name: "packages",
        about: "the small Python packages around the host are sound",
        when: Beside,
        run: packages::small,
    },
    Step {
        name: "curated",
        about: "Spark builds the curated tables",
        when: Beside,
        run: |checkout| packages::large(checkout, "glue/curated"),
    },
    Step {
        name: "warehouse",
        about: "the warehouse is loaded, verified and queried",
        when: Beside,
        run: |checkout| packages::large(checkout, "glue/warehouse"),
    },
    Step {
        name: "airflow",
        about: "operators and DAGs run under the real Airflow",
        when: Beside,
        run: |checkout| packages::large(checkout, "airflow/provider"),
    },
    Step {
        name: "terraform",
        about: "modules and roles keep what they promise, as far as no account is needed",
        when: Beside,
        run: |checkout| terraform::run(checkout, &[]),
    },
    Step {
        name: "platform",
        about: "three years through all of the platform on this machine",
        when: Beside,
        run: platform::test,
    },
    Step {
        name: "versus",
        about: "other engines find the same records",
        when: Beside,
        run: versus::self_test,
    },
];

/// If this step fails, no other can be expected to work.
const FIRST: &str = "setup";

/// The folder in `target` for the output of steps that run at the same time.
const LOGS: &str = "test";

/// Prints the names of the steps.
pub(crate) fn list() {
    for Step { name, about, .. } in STEPS {
        println!("{name:<12} {about}");
    }
}

/// Runs the named steps; all steps if none is named.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    let options = Options::read(words, &STEPS.iter().map(|step| step.name).collect::<Vec<_>>())?;
    if let Some(name) = options.only {
        let step = STEPS.iter().find(|step| step.name == name);
        return (step.context("no such step")?.run)(checkout);
    }
    let mut table = Table::begin()?;
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| options.includes(step.name)).collect();
    let (alone, beside): (Vec<&Step>, Vec<&Step>) =
        chosen.into_iter().partition(|step| step.when == Alone);
    if run_alone(checkout, &alone, &mut table)? {
        // A single step has the terminal for itself.
        if options.at_once == 1 || beside.len() == 1 {
            run_alone(checkout, &beside, &mut table)?;
        } else {
            run_beside(checkout, beside, options.at_once, &mut table)?;
        }
    } else {
        eprintln!("nothing else is tried, because nothing can be built");
    }
    println!("\n{}", table.text());
    budgets::hold(checkout, &table, options.bless)?;
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

/// Runs steps in this process, one after the other. `false` if no other can be expected to work.
fn run_alone(checkout: &Checkout, steps: &[&Step], table: &mut Table) -> Result<bool> {
    for step in steps {
        announce(step.name)?;
        let (start, before) = (Instant::now(), measure::cpu()?);
        let result = (step.run)(checkout);
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        table.push(Row {
            step: step.name,
            failed: result.is_err(),
            cpu: measure::cpu()? - before,
            wall: start.elapsed().as_secs_f64(),
        });
        if result.is_err() && step.name == FIRST && setup::for_building(checkout).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Runs steps at the same time. Each prints into a file, which is repeated when it has ended.
fn run_beside(
    checkout: &Checkout,
    mut steps: Vec<&Step>,
    at_once: usize,
    table: &mut Table,
) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let folder = checkout.output().join(LOGS);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    let own = std::env::current_exe().context("the program of `xtask` is not known")?;
    // The longest first, so that none of them runs alone at the end.
    let usual = budgets::clock(checkout)?;
    let seconds = |step: &Step| usual.get(step.name).copied().unwrap_or(f64::INFINITY);
    steps.sort_by(|one, other| seconds(other).total_cmp(&seconds(one)));
    let jobs = steps.into_iter().map(|step| {
        let mut command = Command::new(&own);
        command.args(["test", options::ONLY, step.name]);
        Job { name: step.name, command, log: folder.join(format!("{}.log", step.name)) }
    });
    println!("\n── at most {at_once} at the same time; each step prints when it has ended ──");
    beside::run(jobs.collect(), at_once, |event| match event {
        Event::Started { name, log } => {
            println!("started {name:<13} until it ends: `tail -f {}`", checkout.relative(log));
            flush()
        }
        Event::Ended { name, log, failed, cost } => {
            announce(name)?;
            repeat(log)?;
            table.push(Row { step: name, failed, cpu: cost.cpu, wall: cost.wall });
            flush()
        }
    })?;
    table.sort(&STEPS.iter().map(|step| step.name).collect::<Vec<_>>());
    Ok(())
}

fn announce(name: &str) -> Result<()> {
    let about = STEPS.iter().find(|step| step.name == name).map_or("", |step| step.about);
    println!("\n── {name}: {about} ──");
    flush()
}

fn repeat(log: &Path) -> Result<()> {
    let unread = || format!("cannot repeat `{}`", log.display());
    let mut file = fs::File::open(log).with_context(unread)?;
    io::copy(&mut file, &mut io::stdout()).with_context(unread)?;
    Ok(())
}

/// Our output and that of programs must appear in the order of events.
fn flush() -> Result<()> {
    io::stdout().flush().context("cannot write to standard output")
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

/// The build for `demo`, but for its optimisation. It comes before `assay`, whose binary then replaces this one.
fn run_slim(checkout: &Checkout) -> Result<()> {
    checkout.build_slim(&[])
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
