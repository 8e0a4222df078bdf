//! The Python packages around the host: linted, type-checked and tested, each in an environment of its own with just what it pins.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::python::{self, Place};
use crate::shell;

/// A package, and what its tests need beside Python.
struct Package {
    folder: &'static str,
    place: Place,
    /// What is linted, with all else in the folder, and what its types are checked in.
    typed: &'static [&'static str],
    needs: &'static [Need],
}

/// What a machine may not have.
#[derive(Debug, Clone, Copy)]
enum Need {
    /// Java 17, on which Spark 3.5 runs, and Iceberg's jar.
    Spark,
    /// `initdb` and its like.
    PostgreSql,
}

/// What Spark writes Iceberg with; where Maven keeps it, it is found again.
const ICEBERG: &str = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0";
const ICEBERG_JAR: &str = ".m2/repository/org/apache/iceberg/iceberg-spark-runtime-3.5_2.12/1.10.0/iceberg-spark-runtime-3.5_2.12-1.10.0.jar";

/// A package's own sources and tests.
const OWN: &[&str] = &["src", "tests"];

const PACKAGES: [Package; 5] = [
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
    Package {
        folder: "glue/catalog",
        place: Place {
            folder: "packages/catalog",
            requirements: "glue/catalog/requirements.txt",
            from_source: &[],
        },
        typed: OWN,
        needs: &[],
    },
    Package {
        folder: "glue/curated",
        place: Place {
            folder: "packages/curated",
            requirements: "glue/curated/requirements.txt",
            from_source: &["pyspark"],
        },
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
        place: Place {
            folder: "packages/airflow",
            requirements: "airflow/provider/requirements.txt",
            from_source: &[],
        },
        // The DAGs are files that Airflow reads, and no package.
        typed: &["src", "tests", "../dags"],
        needs: &[],
    },
];

pub(super) fn run(checkout: &Checkout) -> Result<()> {
    if !checkout.binary().exists() {
        checkout.build_assay()?;
    }
    let mut failed = Vec::new();
    for package in &PACKAGES {
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
        // One linter for all.
        let linter = python::make(checkout, &PACKAGES[0].place)?;
        let python = python::make(checkout, &self.place)?;
        let folder = checkout.root().join(self.folder);
        let run_by = |python: &Path, words: &[&str]| {
            let mut command = Command::new(python);
            // -B: no `__pycache__` folders in the checkout.
            command.current_dir(&folder).args(["-B", "-m"]).args(words);
            command.env("PYTHONPATH", sources(checkout)).env("ASSAY_BIN", checkout.binary());
            command.env("RUFF_NO_CACHE", "true").env("ASSAY", checkout.binary());
            shell::run(&mut command)
        };
        run_by(&linter, &[&["ruff", "check", "--quiet", "."], self.typed].concat())?;
        run_by(&linter, &[&["ruff", "format", "--check", "--quiet", "."], self.typed].concat())?;
        let run = |words: &[&str]| run_by(&python, words);
        for need in self.needs {
            if let Some(missing) = need.missing()? {
                println!("SKIPPED: tests of `{}`: {missing}", self.folder);
                return Ok(());
            }
        }
        let cache = checkout.output().join("packages/mypy");
        let cache = cache.to_string_lossy();
        let mypy = ["mypy", "--config-file", "../mypy.ini", "--cache-dir", &cache];
        run(&[&mypy, self.typed].concat())?;
        run(&["pytest", "-q", "-p", "no:cacheprovider", "tests"])
    }
}

/// Where all packages' sources are, as each uses some of the others.
fn sources(checkout: &Checkout) -> String {
    let sources = PACKAGES.iter().map(|it| checkout.root().join(it.folder).join("src"));
    let sources: Vec<String> = sources.map(|path| path.to_string_lossy().into_owned()).collect();
    sources.join(":")
}

impl Need {
    /// What is missing, if something is; fetches what can be fetched.
    fn missing(self) -> Result<Option<String>> {
        match self {
            Self::Spark => spark(),
            Self::PostgreSql => Ok((!postgresql()).then(|| {
                "PostgreSQL's programs are not on this machine\n  help: `apt-get install postgresql`".to_owned()
            })),
        }
    }
}

fn spark() -> Result<Option<String>> {
    let found = Command::new("java").arg("-version").output();
    let is_17 = found.is_ok_and(|it| String::from_utf8_lossy(&it.stderr).contains("\"17."));
    if !is_17 {
        return Ok(Some(
            "Java 17 is not on this machine\n  help: `apt-get install openjdk-17-jre-headless`"
                .to_owned(),
        ));
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).context("HOME is not set")?;
    if home.join(ICEBERG_JAR).is_file() {
        return Ok(None);
    }
    println!("fetching `{ICEBERG}` by Maven");
    let mut maven = Command::new("mvn");
    maven.args(["--batch-mode", "--quiet", "dependency:get", "-Dtransitive=false"]);
    maven.arg(format!("-Dartifact={ICEBERG}"));
    if shell::run_on_stderr(&mut maven).is_err() {
        return Ok(Some(format!(
            "`{ICEBERG}` could not be fetched\n  help: `apt-get install maven`"
        )));
    }
    Ok(None)
}

fn postgresql() -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&folders).any(|folder| folder.join("initdb").is_file());
    let installed = std::fs::read_dir(Path::new("/usr/lib/postgresql"));
    on_path || installed.is_ok_and(|mut versions| versions.next().is_some())
}
