//! `cargo xtask <command>`: all tasks on this checkout, from setting it up to packing a release.
//!
//! Each command is one file. They share `checkout` (where things are) and `shell` (how other programs are run).

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a build tool talks to a person")]

mod account;
mod archive;
mod bucket;
mod checkout;
mod complexity;
mod demo;
mod dist;
mod fuzz;
mod image;
mod instructions;
mod java;
mod layout;
mod lock;
mod measure;
mod outside;
mod platform;
mod plugins;
mod postgresql;
mod python;
mod rarely;
mod readers;
mod setup;
mod shell;
mod speed;
mod standins;
mod target;
mod terraform;
mod test;
mod tidy;
mod turn;
mod versus;

use std::process::ExitCode;

use anyhow::{Result, bail};

use checkout::Checkout;

const HELP: &str = "\
Builds, tests and packs Assay. Everything it needs it sets up itself, or says what is missing.

usage: cargo xtask <command>

commands:
  demo              build all, generate a sample file, run the main job on it, say where to look
  platform [--keep] the whole platform on this machine: three years through Airflow, Spark, catalog and warehouse, and a page
                    about it (`platform --help`)
  test [STEP]…      everything that CI checks; with names, only these steps (`test --list` names them)
  test --bless      the same, and write what each step took to tests/steps.toml as its budget
  test --jobs N     at most N steps at the same time (default: one more than there are cores; 1: one after the other)

  setup             WebAssembly target, C compiler, and for the tests Python, componentize-py and -js, a registry
  plugins           build the plugins into target/plugins and pin them in rules/assay.lock
  plugins --check   the same, and fail if the lock would change
  dist              folder and archive of binary, rules and plugins, tested from elsewhere
  terraform [STEP]… what can be checked of terraform/ without an account; says what ran and what could not
  image             container image of the same, linked statically, by buildah or docker; tested without a network
  image --context   lay its files out for another builder, and print docker's command
  image --measure   what its program costs beside one that is linked as usual, and beside one with musl's own allocator
  layout            check which crate and module uses which, and what a crate may know
  tidy              check what no compiler checks: READMEs, file heads, paths, sizes
  fuzz [TARGET] [SECONDS]
                    run the fuzz targets (all of them, 60 seconds each, if not said otherwise)
  complexity [SECONDS] [--seed SEED]
                    search for inputs that cost more than twice as much at twice the size (`complexity --help`)
  stand-ins         two servers of S3 on this machine until Ctrl-C, with what to set to talk to them
  account s3://BUCKET/PREFIX
                    what is promised about buckets, held against one of yours; removes what it wrote there
  readers           Spark reads what `assay` wrote, by the commands of docs/how-to/read.md
  versus [OPTION]…  the same rules in DuckDB, Polars, Spark and others: a table of what each takes (`versus --help`)
  speed [--large]   what a run costs by size, width and cores, and how fast it starts, beside what is aimed at
  speed s3 [OPTION]…
                    a bucket beside the disk: CPU, memory, requests, share of a slow link (`speed s3 --help`)
  instructions      instructions for each byte of CSV, against the budgets in tests/ (`--bless` writes them)
  help              this text

examples:
  cargo xtask demo
  cargo xtask test
  cargo xtask test layout tidy
  cargo xtask platform --keep
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  cause: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let for_help = words.contains(&"--help")
        && !["versus", "speed", "instructions", "platform", "complexity"].contains(&words[0]);
    if matches!(words, [] | ["help" | "-h" | "--help", ..]) || for_help {
        print!("{HELP}");
        return Ok(());
    }
    let checkout = Checkout::open()?;
    match words {
        ["setup"] => setup::run(&checkout),
        ["plugins"] => plugins::build_and_pin(&checkout),
        ["plugins", "--check"] => plugins::check(&checkout),
        ["demo"] => demo::run(&checkout),
        ["platform", options @ ..] => platform::run(&checkout, options),
        ["test", "--list"] => {
            test::list();
            Ok(())
        }
        ["test", steps @ ..] => test::run(&checkout, steps),
        ["layout"] => layout::run(&checkout),
        ["tidy"] => tidy::run(&checkout),
        ["dist"] => dist::run(&checkout),
        ["terraform", options @ ..] => terraform::run(&checkout, options),
        ["image", options @ ..] => image::run(&checkout, options),
        ["instructions", options @ ..] => instructions::run(&checkout, options),
        ["speed", "s3", options @ ..] => bucket::run(&checkout, options),
        ["speed", options @ ..] => speed::run(&checkout, options),
        ["account", address] => account::run(&checkout, address),
        ["stand-ins"] => standins::run(&checkout),
        ["readers"] => readers::run(&checkout),
        ["versus", options @ ..] => versus::run(&checkout, options),
        ["complexity", options @ ..] => complexity::run(&checkout, options),
        ["fuzz", rest @ ..] => fuzz::run(&checkout, rest),
        other => bail!(
            "`cargo xtask {}` is not a command; `cargo xtask help` lists those that are",
            other.join(" ")
        ),
    }
}
