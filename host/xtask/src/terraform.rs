//! `terraform`: checks the modules as far as possible without an AWS account. `terraform/checks` says what is checked, and
//! what could not be checked here.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::python::{self, Place};
use crate::{java, platform, shell};

const CHECKS: &str = "terraform/checks";

/// The environment of the checks, including moto.
pub(crate) const PLACE: Place = Place {
    folder: "packages/terraform",
    requirements: "terraform/checks/requirements.txt",
    from_source: &[],
};

/// The environment of `register`, beside that of the checks.
pub(crate) const CATALOG: Place = Place {
    folder: "packages/catalog",
    requirements: "glue/catalog/requirements.txt",
    from_source: &[],
};

/// The environment of Spark's jobs.
pub(crate) const CURATED: Place = Place {
    folder: "packages/curated",
    requirements: "glue/curated/requirements.txt",
    from_source: &["pyspark"],
};

/// The check that runs Airflow and the catalog's commands, each with its own interpreter.
const APPLIED: &str = "applied";

/// Runs all checks, or those that are named.
pub(crate) fn run(checkout: &Checkout, options: &[&str]) -> Result<()> {
    let python = python::make(checkout, &PLACE)?;
    let named = options.iter().any(|option| !option.starts_with('-'));
    let programs =
        if !named || options.contains(&APPLIED) { programs(checkout)? } else { Vec::new() };
    let cache = python::types(checkout, &PLACE);
    let run = |folder: &str, words: &[&str]| {
        let mut command = Command::new(&python);
        command
            .current_dir(checkout.root().join(folder))
            .env("PYTHONPATH", python::sources(checkout));
        command.env("ASSAY", checkout.binary()).env("RUFF_NO_CACHE", "true");
        command.envs(programs.iter().map(|(name, program)| (name, program)));
        command.args(["-B", "-m"]).args(words);
        shell::run(&mut command)
    };
    run(CHECKS, &["ruff", "check", "--quiet", ".", "../image"])?;
    run(CHECKS, &["ruff", "format", "--check", "--quiet", ".", "../image"])?;
    run(CHECKS, &["mypy", "--config-file", "mypy.ini", "--cache-dir", &cache, "src", "tests"])?;
    run("", &[&["assay_terraform", "check"], options].concat())
}

/// The programs for a year under the applied roles, in the variables that its test reads. Prints what is missing for
/// Spark.
fn programs(checkout: &Checkout) -> Result<Vec<(&'static str, PathBuf)>> {
    let mut found = vec![
        ("ASSAY_AIRFLOW_PYTHON", python::make(checkout, &platform::AIRFLOW)?),
        ("ASSAY_PYTHON", python::make(checkout, &CATALOG)?),
    ];
    let jars: Result<Vec<_>> =
        [&java::ICEBERG].into_iter().chain(&java::BUCKETS).map(java::Artifact::file).collect();
    match (java::home("JAVA_HOME", |version| version == 17), jars) {
        (Some(home), Ok(jars)) => {
            let jars: Vec<_> = jars.iter().map(|jar| jar.to_string_lossy()).collect();
            found.push(("JAVA_HOME", home));
            found.push(("ASSAY_SPARK_JARS", PathBuf::from(jars.join(","))));
            found.push(("ASSAY_SPARK_PYTHON", python::make(checkout, &CURATED)?));
        }
        (None, _) => println!("SKIPPED: Spark under its roles: {}", java::MISSING_17),
        (_, Err(error)) => println!("SKIPPED: Spark under its roles: {error:#}"),
    }
    Ok(found)
}
