//! `versus`: compares Assay with the tools that people use today, with the same rules on the same file, in interleaved rounds.
//!
//! An engine counts only if it finds the same records as the others, so the table compares like with like. It compares CPU seconds,
//! because wall time depends as much on other load on the machine as on the engine.

mod agreement;
mod environment;
mod input;
mod options;
mod page;
mod peers;
mod report;
mod table;

pub(crate) use environment::interpreter;
pub(crate) use input::Input;
pub(crate) use page::machine;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{measure, rarely};
use environment::Environment;
use options::{Format, Options};
use peers::{Job, Peer};
use report::{Measured, Report, Row};

/// Runs with these options; `versus --help` explains them.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    if words.contains(&"--help") {
        print!("{}", options::help());
        return Ok(());
    }
    let options = Options::parse(words)?;
    let bench = Bench::set_up(checkout, options)?;
    let report = bench.compete()?;
    match bench.options.format {
        Format::Text => print!("{}", table::text(&report)),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report.to_json())?),
    }
    if !report.disagreements.is_empty() {
        bail!(
            "the engines do not find the same records\n  {}\n  help: what each found is in `{}`",
            report.disagreements.join("\n  "),
            checkout.relative(&bench.outputs().join("<engine>").join("verdicts.tsv"))
        );
    }
    if bench.options.write {
        let page = checkout.root().join("docs").join("versus.md");
        fs::write(&page, page::render(&report))
            .with_context(|| format!("cannot write `{}`", page.display()))?;
        eprintln!("wrote `{}`", checkout.relative(&page));
        rarely::note(checkout, "cargo xtask versus", "all engines found the same records")?;
    }
    Ok(())
}

/// Runs the engines that start fast on a small file, if they are installed, to check that all find the same; costs do not matter.
pub(crate) fn self_test(checkout: &Checkout) -> Result<()> {
    if !environment::is_ready(checkout)? {
        println!("skipped: the engines are not set up; `cargo xtask versus` does it");
        return Ok(());
    }
    run(
        checkout,
        &[
            "--installed",
            // About a hundred defective records: several of each kind.
            "--megabytes",
            "15",
            "--rounds",
            "1",
            "--peers",
            "duckdb,polars,pandera,dataframely",
        ],
    )
}

/// A machine prepared for measuring.
#[derive(Debug)]
struct Bench<'a> {
    checkout: &'a Checkout,
    options: Options,
    environment: Environment,
    input: Input,
}

impl<'a> Bench<'a> {
    fn set_up(checkout: &'a Checkout, options: Options) -> Result<Self> {
        let environment = Environment::set_up(checkout, &options)?;
        let folder = checkout.output().join("versus");
        let input = Input::generate(
            environment.python("generate.py"),
            &folder,
            options.megabytes,
            options.seed,
        )?;
        Ok(Self { checkout, options, environment, input })
    }

    /// The folder for output, with a subfolder for each engine.
    fn outputs(&self) -> PathBuf {
        self.checkout.output().join("versus").join("out")
    }

    /// Measures all engines round by round, so that other load on the machine affects all of them alike.
    fn compete(&self) -> Result<Report> {
        let mut rows: Vec<Row> = Vec::new();
        for &peer in &self.options.peers {
            let ready = self.environment.lacks(peer).map_or_else(
                || Ok(Measured::default()),
                |reason| {
                    eprintln!("{}: not measured: {reason}", peer.name);
                    Err(reason)
                },
            );
            rows.push(Row { peer, result: ready });
        }
        self.warm_up()?;
        for round in 0..self.options.rounds {
            for row in rows.iter_mut().filter(|row| round < row.peer.most_rounds) {
                let Ok(measured) = &mut row.result else { continue };
                if let Err(error) = self.round(row.peer, round, measured) {
                    eprintln!("{}: {error:#}", row.peer.name);
                    row.result = Err(format!("{error:#}"));
                }
            }
        }
        let disagreements = self.agree(&rows)?;
        Ok(Report {
            rows,
            disagreements,
            machine: self.environment.describe()?,
            input: self.input.clone(),
            command: self.options.command(),
        })
    }

    /// Compiles the plugins and brings the file into the page cache, without measuring.
    fn warm_up(&self) -> Result<()> {
        let out = self.fresh("warm-up")?;
        measure::run(&mut self.command(&peers::CHECK, &out), &out.join("log.txt"))?;
        Ok(())
    }

    fn round(&self, peer: &Peer, round: usize, measured: &mut Measured) -> Result<()> {
        let out = self.fresh(peer.name)?;
        let cost = measure::run(&mut self.command(peer, &out), &out.join("log.txt"))?;
        eprintln!(
            "round {}: {:<18} {:>7.2} s CPU {:>7.2} s wall",
            round + 1,
            peer.name,
            cost.cpu,
            cost.wall
        );
        measured.costs.push(cost);
        // The same program wrote the earlier output, so checking once is enough.
        if measured.found.is_none() && peer.job != Job::Check {
            measured.found = Some(self.environment.verdicts(peer.reader(), &out)?);
        }
        Ok(())
    }

    fn agree(&self, rows: &[Row]) -> Result<Vec<String>> {
        let Some(assay) = rows.iter().find(|row| row.peer.job == Job::Run) else {
            bail!("Assay itself is not among those measured, so there is nothing to compare with");
        };
        let expected = match &assay.result {
            Ok(measured) => measured.found.as_ref(),
            Err(reason) => bail!("Assay itself could not be measured: {reason}"),
        };
        let expected = expected.context("Assay's verdicts were read in its first round")?;
        let mut first_kept = None;
        let mut disagreements = Vec::new();
        for row in rows {
            let Ok(Measured { found: Some(found), .. }) = &row.result else { continue };
            if !row.peer.keeps_first {
                disagreements.extend(agreement::compare(row.peer, expected, found));
                continue;
            }
            if first_kept.is_none() {
                let out = self.fresh(peers::KEEP_FIRST.name)?;
                measure::run(&mut self.command(&peers::KEEP_FIRST, &out), &out.join("log.txt"))?;
                first_kept = Some(self.environment.verdicts(peers::KEEP_FIRST.reader(), &out)?);
            }
            if let Some(expected) = &first_kept {
                disagreements.extend(agreement::compare(row.peer, expected, found));
            }
        }
        Ok(disagreements)
    }

    fn command(&self, peer: &Peer, out: &Path) -> std::process::Command {
        self.environment.command(peer, &self.input.path, out)
    }

    /// An empty folder for an engine's output, so that removing the output of an earlier round is not measured.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let out = self.outputs().join(name);
        if out.exists() {
            fs::remove_dir_all(&out)
                .with_context(|| format!("cannot remove `{}`", out.display()))?;
        }
        fs::create_dir_all(&out).with_context(|| format!("cannot create `{}`", out.display()))?;
        Ok(out)
    }
}
