//! The Python packages around the host: linted, type-checked and tested, each in its own environment with exactly the packages
//! that it pins.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::platform::{self, trino};
use crate::python::{self, Place};
use crate::{java, postgresql, shell, terraform};

/// A package, and what its tests need besides Python.
struct Package {
    folder: &'static str,
    place: Place,
    /// The folders that are type-checked; everything in the package's folder is linted.
    typed: &'static [&'static str],
    needs: &'static [Need],
}

/// Prerequisites that a machine may not have.
#[derive(Debug, Clone, Copy)]
enum Need {
    /// Java 17, which Spark 3.5 runs on, and Iceberg's jar.
    Spark,
    /// `initdb` and the other programs.
    PostgreSql,
}

/// A package's own sources and tests.
const OWN: &[&str] = &["src", "tests"];

const PACKAGES: [Package; 6] = [
    Package {
        folder: "glue/platform",
        place: Place {
            folder: "packages/platform",
            requirements: "glue/platform/requirements.txt",
            from_source: &[],
        },
        typed: OWN,
        needs: &[],
    },
    Package { folder: "glue/catalog", place: terraform::CATALOG, typed: OWN, needs: &[] },
    Package {
        folder: "glue/curated",
        place: terraform::CURATED,
        typed: OWN,
        needs: &[Need::Spark],
    },
    Package {
        folder: "glue/warehouse",
        place: Place {
            folder: "packages/warehouse",
            requirements: "glue/warehouse/requirements.txt",
            from_source: &[],
        },
        typed: OWN,
        needs: &[Need::PostgreSql],
    },
    Package {
        folder: "airflow/provider",
        place: platform::AIRFLOW,
        // The DAGs are files that Airflow reads, not a package.
        typed: &["src", "tests", "../dags"],
        needs: &[],
    },
    Package { folder: "tests/platform", place: platform::PLACE, typed: OWN, needs: &[] },
];

pub(super) fn run(checkout: &Checkout) -> Result<()> {
    if !checkout.binary().exists() {
        checkout.build_assay()?;
    }
    let trino = trino::find(checkout);
    if let Err(error) = &trino {
        println!("SKIPPED: Athena's SQL did not run on Trino: {error:#}");
    }
    let mut failed = Vec::new();
    for package in &PACKAGES {
        println!("{}", package.folder);
        if let Err(error) = package.check(checkout, trino.as_ref().ok()) {
            eprintln!("error: {error:#}");
            failed.push(package.folder);
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

impl Package {
    fn check(&self, checkout: &Checkout, trino: Option<&(PathBuf, PathBuf)>) -> Result<()> {
        // One linter for all packages.
        let linter = python::make(checkout, &PACKAGES[0].place)?;
        let python = python::make(checkout, &self.place)?;
        let folder = checkout.root().join(self.folder);
        let run_by = |python: &Path, words: &[&str]| {
            let mut command = Command::new(python);
            // -B: no `__pycache__` folders in the checkout.
            command.current_dir(&folder).args(["-B", "-m"]).args(words);
            command
                .env("PYTHONPATH", python::sources(checkout))
                .env("ASSAY_BIN", checkout.binary());
            command.env("RUFF_NO_CACHE", "true").env("ASSAY", checkout.binary());
            if let Some((server, java)) = trino {
                command.env("ASSAY_TRINO", server).env("JAVA24_HOME", java);
            }
            shell::run(&mut command)
        };
        run_by(&linter, &[&["ruff", "check", "--quiet", "."], self.typed].concat())?;
        run_by(&linter, &[&["ruff", "format", "--check", "--quiet", "."], self.typed].concat())?;
        let run = |words: &[&str]| run_by(&python, words);
        for need in self.needs {
            if let Some(missing) = need.missing() {
                println!("SKIPPED: tests of `{}`: {missing}", self.folder);
                return Ok(());
            }
        }
        let cache = python::types(checkout, &self.place);
        let mypy = ["mypy", "--config-file", "../mypy.ini", "--cache-dir", &cache];
        run(&[&mypy, self.typed].concat())?;
        run(&["pytest", "-q", "-p", "no:cacheprovider", "tests"])
    }
}

impl Need {
    /// The missing prerequisite, if one is missing; fetches what can be fetched.
    fn missing(self) -> Option<String> {
        match self {
            Self::Spark => spark(),
            Self::PostgreSql => {
                postgresql::programs().is_none().then(|| postgresql::MISSING.to_owned())
            }
        }
    }
}

fn spark() -> Option<String> {
    if java::home("JAVA_HOME", |version| version == 17).is_none() {
        return Some(java::MISSING_17.to_owned());
    }
    java::ICEBERG.file().err().map(|error| format!("{error:#}"))
}
