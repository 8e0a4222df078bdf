//! `terraform`: what can be proven of the modules without an account. What is proven, and what could not be here, says
//! `terraform/checks`.

use std::process::Command;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::python::{self, Place};
use crate::{platform, shell};

const CHECKS: &str = "terraform/checks";

/// The checks, moto among them.
pub(crate) const PLACE: Place = Place {
    folder: "packages/terraform",
    requirements: "terraform/checks/requirements.txt",
    from_source: &[],
};

/// What `register` needs, beside the checks.
pub(crate) const CATALOG: Place = Place {
    folder: "packages/catalog",
    requirements: "glue/catalog/requirements.txt",
    from_source: &[],
};

/// The check that runs Airflow and the catalog's commands, each by its own interpreter.
const APPLIED: &str = "applied";

/// Runs all of them, or those that are named.
pub(crate) fn run(checkout: &Checkout, options: &[&str]) -> Result<()> {
    let python = python::make(checkout, &PLACE)?;
    let named = options.iter().any(|option| !option.starts_with('-'));
    let interpreters = if !named || options.contains(&APPLIED) {
        vec![
            ("ASSAY_AIRFLOW_PYTHON", python::make(checkout, &platform::AIRFLOW)?),
            ("ASSAY_PYTHON", python::make(checkout, &CATALOG)?),
        ]
    } else {
        Vec::new()
    };
    let cache = checkout.output().join("packages/mypy").to_string_lossy().into_owned();
    let run = |folder: &str, words: &[&str]| {
        let mut command = Command::new(&python);
        command
            .current_dir(checkout.root().join(folder))
            .env("PYTHONPATH", python::sources(checkout));
        command.env("ASSAY", checkout.binary()).env("RUFF_NO_CACHE", "true");
        command.envs(interpreters.iter().map(|(name, interpreter)| (name, interpreter)));
        command.args(["-B", "-m"]).args(words);
        shell::run(&mut command)
    };
    run(CHECKS, &["ruff", "check", "--quiet", ".", "../image"])?;
    run(CHECKS, &["ruff", "format", "--check", "--quiet", ".", "../image"])?;
    run(CHECKS, &["mypy", "--config-file", "mypy.ini", "--cache-dir", &cache, "src", "tests"])?;
    run("", &[&["assay_terraform", "check"], options].concat())
}
