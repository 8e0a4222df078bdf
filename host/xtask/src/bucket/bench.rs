//! Preparation of the machine, and the rounds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use assay_standins::{Link, Server, Traffic};
use serde_json::Value;

use super::case::{self, Case, Program, Way};
use super::options::Options;
use super::report::{Report, Row, Sample};
use super::requests::Requests;
use super::same;
use crate::checkout::Checkout;
use crate::python::{self, Place};
use crate::versus::Input;
use crate::{measure, outside, plugins, shell, speed};

/// Separate from `target/versus`: the index has `DuckDB`'s extension for buckets only for an older release than the one measured there.
const PLACE: Place = Place {
    folder: "speed-s3/venv",
    requirements: "tests/versus/s3-requirements.txt",
    from_source: &[],
};

/// The packages whose versions are reported.
const PACKAGES: [&str; 3] = ["awscli", "duckdb", "polars"];

/// The bucket of the input.
const BUCKET: &str = "raw";

/// The same seed as elsewhere: that of the file that the tests know.
const SEED: u32 = 42;

/// Everything that the programs need.
#[derive(Debug)]
pub(super) struct Bench {
    root: PathBuf,
    plugins: PathBuf,
    /// `target/speed-s3`.
    folder: PathBuf,
    assay: PathBuf,
    interpreter: PathBuf,
    input: Input,
    server: Server,
    link: Link,
    machine: Value,
}

impl Bench {
    pub(super) fn set_up(checkout: &Checkout, options: &Options) -> Result<Self> {
        outside::prepare(checkout);
        let program = assay_standins::versitygw().context(
            "versitygw is what is asked for objects, and this machine has none; why is said above",
        )?;
        let folder = checkout.output().join("speed-s3");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        let interpreter = python::make(checkout, &PLACE)?;
        let script = |name: &str| {
            let mut command = Command::new(&interpreter);
            // -B: no `__pycache__` folders in the checkout.
            command.arg("-B").arg(checkout.root().join("tests/versus").join(name));
            command
        };
        let input = Input::generate(script("generate.py"), &folder, options.megabytes, SEED)?;
        let said = shell::output_of(script("describe.py").args(PACKAGES))?;
        let mut machine: Value =
            serde_json::from_str(&said).context("`describe.py` prints JSON")?;
        machine["engines"]["versitygw"] = assay_standins::VERSITYGW.into();
        let assay = speed::binary(checkout)?;
        let version = shell::output_of(Command::new(&assay).arg("--version"))?;
        machine["engines"]["assay"] = version.trim().trim_start_matches("assay ").into();
        let plugins = checkout.plugins_dir();
        if !plugins.is_dir() {
            plugins::check(checkout)?;
        }
        let server = Server::start_versity(&program)?;
        let link = Link::to(server.address(), options.conditions())?;
        server.bucket(BUCKET)?;
        server.upload(BUCKET, &object(&input)?, &input.path)?;
        let root = checkout.root().to_owned();
        Ok(Self { root, plugins, folder, assay, interpreter, input, server, link, machine })
    }

    /// Measures all cases round by round, so that disturbances on the machine affect all of them alike.
    pub(super) fn measure(self, options: &Options) -> Result<Report> {
        let mut rows: Vec<Row> = case::all(options.alone)
            .into_iter()
            .map(|case| Row { case, samples: Vec::new() })
            .collect();
        // Compiles the plugins and brings the file into the page cache.
        self.sample(Case { program: Program::Check, way: Way::Disk }, "warm-up")?;
        for round in 0..options.rounds {
            for row in &mut rows {
                let name =
                    format!("{round}-{:?}-{:?}", row.case.program, row.case.way).to_lowercase();
                let sample = self.sample(row.case, &name).with_context(|| {
                    format!("{} failed ({:?})", row.case.program.title(), row.case.way)
                })?;
                eprintln!(
                    "round {}: {:<20} {:<9} {:>7.2} s CPU {:>7.2} s wall {:>6} requests",
                    round + 1,
                    row.case.program.title(),
                    format!("{:?}", row.case.way),
                    sample.cost.cpu,
                    sample.cost.wall,
                    sample.requests.count()
                );
                row.samples.push(sample);
            }
        }
        Ok(Report {
            rows,
            megabytes: self.input.megabytes,
            link: options.all,
            machine: self.machine,
        })
    }

    fn sample(&self, case: Case, name: &str) -> Result<Sample> {
        let out = self.folder.join("out").join(format!("{:?}", case.program));
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        fs::create_dir_all(&out)?;
        // A bucket for each root, so that nothing is already published from an earlier round.
        if case.program.publishes() && case.way != Way::Disk {
            self.server.bucket(name)?;
        }
        let before = (self.server.operations()?.len(), self.link.traffic());
        let mut command = self.command(case, &out, name)?;
        let cost = measure::run(&mut command, &self.folder.join("log.txt"))?;
        let operations = self.server.operations()?;
        let traffic = self.link.traffic();
        if case.program == Program::Run {
            self.compare(case.way, &out, name)?;
        }
        Ok(Sample {
            cost,
            requests: Requests::new(&operations[before.0..]),
            traffic: Traffic {
                up: traffic.up - before.1.up,
                down: traffic.down - before.1.down,
                connections: traffic.connections - before.1.connections,
            },
        })
    }

    /// Compares a lake in the bucket with the latest one on the disk.
    fn compare(&self, way: Way, lake: &Path, bucket: &str) -> Result<()> {
        let kept = self.folder.join("out/disk");
        if way != Way::Disk {
            return same::check(&kept, &self.server.objects(bucket));
        }
        if kept.exists() {
            fs::remove_dir_all(&kept)?;
        }
        Ok(fs::rename(lake, kept)?)
    }

    fn command(&self, case: Case, out: &Path, bucket: &str) -> Result<Command> {
        let file = match case.way {
            Way::Disk => self.input.path.display().to_string(),
            Way::Loopback | Way::Link => format!("s3://{BUCKET}/{}", object(&self.input)?),
        };
        let root = match case.way {
            Way::Disk => out.display().to_string(),
            Way::Loopback | Way::Link => format!("s3://{bucket}/lake"),
        };
        let mut command = match case.program {
            Program::Check => self.assay(&["check", &file]),
            Program::Run => self.assay(&["run", &file, "--root", &root]),
            Program::RunSpooled => self.assay(&["run", &file, "--root", &root, "--spool"]),
            Program::Duckdb => self.script("peer_duckdb.py", &file, out, &[]),
            Program::Polars => self.script("peer_polars.py", &file, out, &["streaming"]),
            Program::Copy => {
                let mut command = Command::new(self.interpreter.with_file_name("aws"));
                command.args(["s3", "cp", "--only-show-errors", &file]).arg(out);
                command
            }
        };
        self.connect(&mut command, case.way);
        Ok(command)
    }

    fn assay(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.assay);
        command.args(words).args(["--progress", "never", "--pack"]);
        command.arg(self.root.join("rules/versus/pack.toml"));
        command.arg("--rules").arg(self.root.join("rules")).arg("--plugins").arg(&self.plugins);
        command.arg("--cache").arg(self.folder.join("cache")).current_dir(&self.root);
        command
    }

    fn script(&self, name: &str, file: &str, out: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.arg("-B").arg(self.root.join("tests/versus").join(name));
        command.arg(file).arg(out).args(more);
        command
    }

    /// Configures only the server's address: the user's own AWS configuration must not have any effect.
    fn connect(&self, command: &mut Command, way: Way) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command.envs(self.server.environment());
        let nowhere = self.folder.join("no-such-file");
        command.env("AWS_CONFIG_FILE", &nowhere).env("AWS_SHARED_CREDENTIALS_FILE", &nowhere);
        if way == Way::Link {
            command.env("AWS_ENDPOINT_URL_S3", self.link.endpoint());
        }
    }
}

/// The object's key: the file's name.
fn object(input: &Input) -> Result<String> {
    let name = input.path.file_name().and_then(|name| name.to_str());
    let Some(name) = name else { bail!("`{}` has no name", input.path.display()) };
    Ok(name.to_owned())
}
