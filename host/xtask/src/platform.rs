//! `platform`: the whole platform on one machine, with servers in place of AWS. This module prepares the prerequisites; the steps are
//! in `tests/platform`.

pub(crate) mod trino;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::json;

use crate::checkout::Checkout;
use crate::python::{self, Place};
use crate::{java, outside, plugins, postgresql, rarely, setup, shell};

const HELP: &str = "\
The whole platform on this machine: three years through Airflow, Spark, the catalog and the warehouse, one of them poisoned, one
restated; then a page that holds rows and dollars of every station against each other. Ten minutes on two cores once all is set up.

usage: cargo xtask platform [OPTION]…

options:
  --rows N   approximate records per year (default: 20000)
  --rough    twice: the second time each station's command and each server is killed once, and what comes of it has to be the same
  --keep     leave all servers running until Ctrl-C, with their addresses printed
";

/// Records per year in a test: enough for everything to happen, in the least time.
const TEST_ROWS: &str = "2000";

/// The environment for everything except Airflow: jobs, catalog, warehouse, and moto.
pub(crate) const PLACE: Place = Place {
    folder: "platform/venv",
    requirements: "tests/platform/requirements.txt",
    from_source: &["pyspark"],
};

/// Airflow, in the environment in which the provider is tested.
pub(crate) const AIRFLOW: Place = Place {
    folder: "packages/airflow",
    requirements: "airflow/provider/requirements.txt",
    from_source: &[],
};

/// Runs it on a user's request.
pub(crate) fn run(checkout: &Checkout, options: &[&str]) -> Result<()> {
    let mut passed = Vec::new();
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match *option {
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            "--keep" | "--rough" => passed.push((*option).to_owned()),
            "--rows" => {
                let rows = rest.next().context("`--rows` needs a number after it")?;
                let number: u32 =
                    rows.parse().with_context(|| format!("`{rows}` is not a whole number"))?;
                passed.extend(["--rows".to_owned(), number.to_string()]);
            }
            other => bail!(
                "`{other}` is not an option; `cargo xtask platform --help` lists those that are"
            ),
        }
    }
    println!("── set up: what is compiled or fetched the first time takes longer ──");
    setup::for_building(checkout)?;
    plugins::build_and_pin(checkout)?;
    checkout.build_assay()?;
    let needs = Needs::find().map_err(|missing| anyhow!(missing))?;
    tell(checkout, &needs, &passed)?;
    if options.contains(&"--rough") {
        rarely::note(checkout, "cargo xtask platform --rough", "the same tables to the last cell")?;
    }
    Ok(())
}

/// Runs a smaller one, if the machine has the prerequisites.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    let needs = match Needs::find() {
        Ok(needs) => needs,
        Err(missing) => {
            println!("SKIPPED: the platform did not run: {missing}");
            return Ok(());
        }
    };
    if !checkout.binary().exists() {
        checkout.build_assay()?;
    }
    tell(checkout, &needs, &["--rows".to_owned(), TEST_ROWS.to_owned()])
}

/// Prerequisites that can neither be fetched nor replaced.
struct Needs {
    /// The folder of a Java 17, for Spark.
    java: PathBuf,
    /// The folder of `PostgreSQL`'s programs.
    postgresql: PathBuf,
}

impl Needs {
    /// Finds them, or says what is missing and what to do.
    fn find() -> Result<Self, &'static str> {
        Ok(Self {
            java: java::home("JAVA_HOME", |version| version == 17).ok_or(java::MISSING_17)?,
            postgresql: postgresql::programs().ok_or(postgresql::MISSING)?,
        })
    }
}

fn tell(checkout: &Checkout, needs: &Needs, options: &[String]) -> Result<()> {
    let python = python::make(checkout, &PLACE)?;
    let airflow = python::make(checkout, &AIRFLOW)?;
    let mut jars = vec![java::ICEBERG.file()?];
    for artifact in &java::BUCKETS {
        jars.push(artifact.file()?);
    }
    let versitygw = outside::versitygw(checkout);
    if versitygw.is_none() {
        println!(
            "NO VERSITYGW: the server of our own tests stands in for S3, which is not an independent reading of what S3 promises"
        );
        checkout.build_bucket_server()?;
    }
    let trino = trino::find(checkout);
    if let Err(error) = &trino {
        println!("NO TRINO: {error:#}");
    }
    let tools = json!({
        "root": checkout.root(),
        "assay": checkout.binary(),
        "python": python,
        "airflow": airflow,
        "java": needs.java,
        "postgresql": needs.postgresql,
        "jars": jars,
        "versitygw": versitygw,
        "bucket": checkout.program("bucket-server", "debug"),
        "trino": trino.ok().map(|(folder, java)| json!({ "folder": folder, "java": java })),
    });
    let folder = checkout.output().join("platform");
    let file = folder.join("tools.json");
    std::fs::write(&file, format!("{tools:#}\n"))
        .with_context(|| format!("cannot write `{}`", file.display()))?;
    let mut command = Command::new(&python);
    command.current_dir(checkout.root()).env("PYTHONPATH", python::sources(checkout));
    command.args(["-B", "-m", "one_machine", "--tools"]).arg(&file);
    command.arg("--folder").arg(folder.join("run")).args(options);
    shell::run(&mut command)
}
