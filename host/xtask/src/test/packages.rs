//! The Python packages around the host: linted, type-checked and tested, each in its own environment with exactly the packages
//! that it pins.

use std::path::Path;
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
    /// The environments of other packages that the tests start.
    others: &'static [Place],
    /// Whether tests use Trino if the machine has it.
    trino: bool,
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

/// A package that needs nothing else, in the environment with this folder and these requirements.
const fn plain(folder: &'static str, place: Place) -> Package {
    Package { folder, place, typed: OWN, needs: &[], others: &[], trino: false }
}

const PACKAGES: [Package; 6] = [
    plain(
        "glue/platform",
        Place {
            folder: "packages/platform",
            requirements: "glue/platform/requirements.txt",
            from_source: &[],
        },
    ),
    plain("glue/catalog", terraform::CATALOG),
    Package { needs: &[Need::Spark], ..plain("glue/curated", terraform::CURATED) },
    Package {
        needs: &[Need::PostgreSql],
        trino: true,
        ..plain(
            "glue/warehouse",
            Place {
                folder: "packages/warehouse",
                requirements: "glue/warehouse/requirements.txt",
                from_source: &[],
            },
        )
    },
    Package {
        // The DAGs are files that Airflow reads, not a package.
        typed: &["src", "tests", "../dags"],
        // Tasks start the catalog's commands.
        others: &[terraform::CATALOG],
        ..plain("airflow/provider", platform::AIRFLOW)
    },
    plain("tests/platform", platform::PLACE),
];

/// The packages whose tests take minutes: each is a step of its own, so that they run at the same time.
const LARGE: [&str; 3] = ["glue/curated", "glue/warehouse", "airflow/provider"];

/// Checks the other packages.
pub(super) fn small(checkout: &Checkout) -> Result<()> {
    run(checkout, |package| !LARGE.contains(&package.folder))
}

/// Checks one of [`LARGE`].
pub(super) fn large(checkout: &Checkout, folder: &str) -> Result<()> {
    run(checkout, |package| package.folder == folder)
}

fn run(checkout: &Checkout, chosen: impl Fn(&Package) -> bool) -> Result<()> {
    if !checkout.binary().exists() {
        checkout.build_assay()?;
    }
    let mut failed = Vec::new();
    for package in PACKAGES.iter().filter(|package| chosen(package)) {
        println!("{}", package.folder);
        if let Err(error) = package.check(checkout) {
            eprintln!("error: {error:#}");
            failed.push(package.folder);
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

impl Package {
    fn check(&self, checkout: &Checkout) -> Result<()> {
        // One linter for all packages.
        let linter = python::make(checkout, &PACKAGES[0].place)?;
        let python = python::make(checkout, &self.place)?;
        for place in self.others {
            python::make(checkout, place)?;
        }
        let trino = if self.trino { trino::find(checkout).map(Some) } else { Ok(None) };
        let trino = trino.unwrap_or_else(|error| {
            println!("SKIPPED: Athena's SQL did not run on Trino: {error:#}");
            None
        });
        let folder = checkout.root().join(self.folder);
        let run_by = |python: &Path, words: &[&str]| {
            let mut command = Command::new(python);
            // -B: no `__pycache__` folders in the checkout.
            command.current_dir(&folder).args(["-B", "-m"]).args(words);
            command
                .env("PYTHONPATH", python::sources(checkout))
                .env("ASSAY_BIN", checkout.binary());
            command.env("RUFF_NO_CACHE", "true").env("ASSAY", checkout.binary());
            if let Some((server, java)) = &trino {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_checked_by_one_step() {
        for folder in LARGE {
            let named = PACKAGES.iter().filter(|package| package.folder == folder);
            assert_eq!(named.count(), 1, "{folder}");
        }
    }
}
