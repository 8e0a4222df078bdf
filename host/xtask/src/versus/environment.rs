//! The prerequisites of measuring: the Python environment, qsv, and `assay` itself; and the command line of each engine.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::agreement::Found;
use super::options::Options;
use super::peers::{Job, Peer};
use crate::checkout::Checkout;
use crate::measure;
use crate::python::Place;
use crate::{plugins, python, shell};

/// The release of qsv to build, and the name of its binary with few features.
const QSV: (&str, &str) = ("16.1.0", "qsvlite");

/// `pyspark` is only published as source, but contains nothing except Python and jars.
const PLACE: Place = Place {
    folder: "versus/venv",
    requirements: "tests/versus/requirements.txt",
    from_source: &["pyspark"],
};

/// The engines, as far as they are installed.
#[derive(Debug)]
pub(super) struct Environment {
    root: PathBuf,
    /// `target/versus`.
    folder: PathBuf,
    assay: PathBuf,
    plugins: PathBuf,
    interpreter: PathBuf,
    /// Why qsv is missing, if it is.
    without_qsv: Option<String>,
    machine: Value,
}

/// Whether the engines' Python environment exists and is up to date.
pub(super) fn is_ready(checkout: &Checkout) -> Result<bool> {
    Ok(python::ready(checkout, &PLACE)?.is_some())
}

/// The engines' Python, installed if missing.
pub(crate) fn interpreter(checkout: &Checkout) -> Result<PathBuf> {
    python::make(checkout, &PLACE)
}

impl Environment {
    pub(super) fn set_up(checkout: &Checkout, options: &Options) -> Result<Self> {
        let folder = checkout.output().join("versus");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        let interpreter = if options.installed {
            python::ready(checkout, &PLACE)?.context(
                "the engines' Python environment is not there, and `--installed` asks to set nothing up\n  help: leave `--installed` out",
            )?
        } else {
            python::make(checkout, &PLACE)?
        };
        let mut environment = Self {
            root: checkout.root().to_owned(),
            assay: crate::speed::binary(checkout)?,
            plugins: checkout.plugins_dir(),
            without_qsv: None,
            machine: Value::Null,
            interpreter,
            folder,
        };
        if !environment.plugins.is_dir() {
            plugins::check(checkout)?;
        }
        let said = shell::output_of(&mut environment.python("describe.py"))?;
        environment.machine = serde_json::from_str(&said).context("`describe.py` prints JSON")?;
        if options.peers.iter().any(|peer| peer.job == Job::Qsv) && !environment.qsv().exists() {
            environment.without_qsv = environment.build_qsv(checkout, options);
        }
        Ok(environment)
    }

    /// Why a peer cannot be measured here; `None` if it can.
    pub(super) fn lacks(&self, peer: &Peer) -> Option<String> {
        match peer.job {
            Job::Qsv => self.without_qsv.clone(),
            Job::Script("peer_pyspark.py", _) if self.machine["java"].is_null() => Some(
                "it needs Java 8, 11 or 17, and no `java` was found; on Debian and Ubuntu `apt-get install openjdk-17-jre-headless`"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// The command line for a peer to process a file and write to a folder.
    pub(super) fn command(&self, peer: &Peer, file: &Path, out: &Path) -> Command {
        match peer.job {
            Job::Script(script, more) => {
                let mut command = self.python(script);
                command.arg(file).arg(out).args(more);
                command
            }
            Job::Qsv => {
                let mut command = self.python("peer_qsv.py");
                command.arg(file).arg(out).arg(self.qsv());
                command
            }
            Job::Run => self.run("rules/versus/pack.toml", file, out),
            Job::RunKeepFirst => self.run("rules/versus/keep-first.toml", file, out),
            Job::Check => {
                let mut command = self.assay("check", "rules/versus/pack.toml");
                command.arg(file);
                command
            }
        }
    }

    fn run(&self, pack: &str, file: &Path, out: &Path) -> Command {
        let mut command = self.assay("run", pack);
        command.arg("--root").arg(out).arg(file);
        command
    }

    fn assay(&self, what: &str, pack: &str) -> Command {
        let mut command = Command::new(&self.assay);
        command.current_dir(&self.root).args([what, "--progress", "never", "--pack", pack]);
        command.arg("--rules").arg(self.root.join("rules")).arg("--plugins").arg(&self.plugins);
        command.arg("--cache").arg(self.folder.join("cache"));
        command
    }

    /// A script of `tests/versus`.
    pub(super) fn python(&self, script: &str) -> Command {
        let mut command = Command::new(&self.interpreter);
        // -B: no `__pycache__` folders in the checkout.
        command.arg("-B").arg(self.root.join("tests").join("versus").join(script));
        command
    }

    /// Reads an engine's findings from its output.
    pub(super) fn verdicts(&self, reader: &str, out: &Path) -> Result<Found> {
        let said = shell::output_of(self.python("verdicts.py").arg(reader).arg(out))?;
        let said: Value = serde_json::from_str(&said).context("`verdicts.py` prints JSON")?;
        let number = |name: &str| {
            said[name].as_u64().with_context(|| format!("`verdicts.py` printed no count `{name}`"))
        };
        let path = out.join("verdicts.tsv");
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut bad = Vec::new();
        for line in text.lines() {
            let (id, rules) = line.split_once('\t').context("a line of verdicts has a tab")?;
            bad.push((id.to_owned(), rules.split(',').map(str::to_owned).collect::<BTreeSet<_>>()));
        }
        let counts = said["rules"].as_object().context("`verdicts.py` printed no rules")?;
        let rules = counts.iter().map(|(rule, n)| (rule.clone(), n.as_u64().unwrap_or_default()));
        Ok(Found {
            good: number("good")?,
            content: said["content"].as_str().unwrap_or_default().to_owned(),
            columns: number("columns")?,
            output: measure::megabytes(number("bytes")?),
            rules: rules.collect(),
            bad,
        })
    }

    /// Describes the machine and all versions.
    pub(super) fn describe(&self) -> Result<Value> {
        let mut machine = self.machine.clone();
        let assay = shell::output_of(Command::new(&self.assay).arg("--version"))?;
        machine["engines"]["assay"] = assay.trim().trim_start_matches("assay ").into();
        if self.qsv().exists() {
            machine["engines"]["qsv"] = QSV.0.into();
        }
        Ok(machine)
    }

    fn qsv(&self) -> PathBuf {
        let name = format!("{}{}", QSV.1, std::env::consts::EXE_SUFFIX);
        self.folder.join("qsv").join("bin").join(name)
    }

    /// Builds qsv if the user asked for it by name. Returns the reason if it is not available.
    fn build_qsv(&self, checkout: &Checkout, options: &Options) -> Option<String> {
        if options.installed || !options.named {
            return Some(
                "it is not built; `--peers qsv` builds it, which takes some ten minutes".to_owned(),
            );
        }
        eprintln!("building qsv {}, which takes some ten minutes", QSV.0);
        self.try_to_build_qsv(checkout)
            .err()
            .map(|error| format!("it could not be built: {error:#}"))
    }

    /// The published release's command `json` calls a method that exists only in an unpublished fork of one of its dependencies. Without
    /// that line it builds, and `validate` is the same as in the release.
    fn try_to_build_qsv(&self, checkout: &Checkout) -> Result<()> {
        let folder = self.folder.join("qsv");
        let source = folder.join("source");
        if source.exists() {
            fs::remove_dir_all(&source)?;
        }
        // Cargo unpacks a crate's source if something depends on it.
        let stub = folder.join("stub");
        fs::create_dir_all(stub.join("src"))?;
        fs::write(stub.join("src").join("lib.rs"), "")?;
        fs::write(
            stub.join("Cargo.toml"),
            format!(
                "[package]\nname = \"stub\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nqsv = \"={}\"\n\n[workspace]\n",
                QSV.0
            ),
        )?;
        shell::run_on_stderr(
            checkout
                .cargo()
                .current_dir(&stub)
                .args(["vendor", "--quiet", "--versioned-dirs"])
                .arg(folder.join("vendor")),
        )?;
        fs::rename(folder.join("vendor").join(format!("qsv-{}", QSV.0)), &source)
            .context("cargo did not unpack qsv")?;
        fs::remove_dir_all(folder.join("vendor"))?;
        let json = source.join("src").join("cmd").join("json.rs");
        let text = fs::read_to_string(&json)?;
        let line = "            .preserve_key_order(true)\n";
        if !text.contains(line) {
            bail!("`src/cmd/json.rs` of qsv {} is not as expected", QSV.0);
        }
        fs::write(&json, text.replace(line, ""))?;
        // Makes it a workspace of its own, not a member of the enclosing one; its files no longer have the published checksums.
        let manifest = source.join("Cargo.toml");
        fs::write(&manifest, fs::read_to_string(&manifest)? + "\n[workspace]\n")?;
        let mut install = checkout.cargo();
        install
            .env("CARGO_TARGET_DIR", folder.join("build"))
            .arg("install")
            .arg("--path")
            .arg(&source);
        install.args(["--locked", "--no-default-features", "--features", "lite", "--bin", QSV.1]);
        shell::run_on_stderr(install.arg("--root").arg(&folder))?;
        // The build's intermediate files take ten times the space of the result.
        fs::remove_dir_all(folder.join("build"))?;
        Ok(())
    }
}
