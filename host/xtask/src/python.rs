//! Python environments: `target/venv` for the tests, and `target/versus/venv` for the engines that we compare ourselves with. Each has
//! exactly the packages that its `requirements.txt` pins by hash.
//!
//! The tests use theirs to read our output with independent readers. `assay` does not need Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{shell, turn};

/// The oldest Python for which the requirements were resolved.
const LEAST: (u32, u32) = (3, 11);

/// Interpreters to try unless the variable `PYTHON` names one.
const CANDIDATES: [&str; 6] =
    ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

/// The source folders of our packages, from the root folder: some packages use others.
const SOURCES: [&str; 7] = [
    "glue/platform/src",
    "glue/catalog/src",
    "glue/curated/src",
    "glue/warehouse/src",
    "airflow/provider/src",
    "terraform/checks/src",
    "tests/platform/src",
];

/// `PYTHONPATH` for running our packages from the checkout.
pub(crate) fn sources(checkout: &Checkout) -> String {
    SOURCES.map(|folder| checkout.root().join(folder).to_string_lossy().into_owned()).join(":")
}

/// An environment's location and content.
#[derive(Debug)]
pub(crate) struct Place {
    /// Path inside `target`.
    pub(crate) folder: &'static str,
    /// Path from the root folder.
    pub(crate) requirements: &'static str,
    /// Packages that are only published as source.
    pub(crate) from_source: &'static [&'static str],
}

/// The environment of pip, which installs into the others. An interpreter's own is as old as that, and takes twice the CPU.
const PIP: Place = Place { folder: "pip", requirements: "tests/pip.txt", from_source: &[] };

/// The environment of the tests.
const TESTS: Place =
    Place { folder: "venv", requirements: "tests/requirements.txt", from_source: &[] };

/// Creates the tests' environment, unless it is up to date, and returns its interpreter.
pub(crate) fn environment(checkout: &Checkout) -> Result<PathBuf> {
    make(checkout, &TESTS)
}

/// The tests' interpreter, whether or not it exists.
pub(crate) fn interpreter(checkout: &Checkout) -> PathBuf {
    interpreter_of(checkout, &TESTS)
}

/// The interpreter of an environment, if that exists and is up to date.
pub(crate) fn ready(checkout: &Checkout, place: &Place) -> Result<Option<PathBuf>> {
    let interpreter = interpreter_of(checkout, place);
    let wanted = place.digest(checkout)?;
    let found = fs::read_to_string(stamp(checkout, place));
    let current = interpreter.exists() && found.is_ok_and(|found| found == wanted);
    Ok(current.then_some(interpreter))
}

/// Creates an environment, unless it is up to date, and returns its interpreter. Output goes to standard error.
pub(crate) fn make(checkout: &Checkout, place: &Place) -> Result<PathBuf> {
    if let Some(interpreter) = ready(checkout, place)? {
        return Ok(interpreter);
    }
    let own = |base: &Path| install(checkout, &PIP, base, &[], &interpreter_of(checkout, &PIP));
    let pip = made(checkout, &PIP, own)?;
    let target = interpreter_of(checkout, place);
    let given = target.to_string_lossy();
    let from_outside = ["--python", &given];
    made(checkout, place, |base| install(checkout, place, base, &from_outside, &pip))
}

/// Makes an environment with the base interpreter, unless it is up to date, and returns its interpreter.
fn made(checkout: &Checkout, place: &Place, make: impl Fn(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = checkout.output().join(place.folder);
    let _turn = turn::take(&folder.with_extension("lock"))?;
    if let Some(interpreter) = ready(checkout, place)? {
        return Ok(interpreter);
    }
    let base = base_interpreter()?;
    eprintln!("making the Python environment in `{}`", checkout.relative(&folder));
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    make(&base)?;
    // Written last, so that an interrupted installation is repeated.
    let stamp = stamp(checkout, place);
    fs::write(&stamp, place.digest(checkout)?)
        .with_context(|| format!("cannot write `{}`", stamp.display()))?;
    Ok(interpreter_of(checkout, place))
}

/// Makes an environment with `base`, and installs into it with `pip`, which gets `options`: an environment has no pip of its own unless that
/// is the one to use.
fn install(
    checkout: &Checkout,
    place: &Place,
    base: &Path,
    options: &[&str],
    pip: &Path,
) -> Result<()> {
    let mut venv = Command::new(base);
    venv.args(["-m", "venv"]);
    if !options.is_empty() {
        venv.arg("--without-pip");
    }
    shell::run_on_stderr(venv.arg(checkout.output().join(place.folder))).context(
        "Python is there, but cannot make environments\n  help: on Debian and Ubuntu `apt-get install python3-venv`",
    )?;
    let mut install = Command::new(pip);
    install
        .args(["-m", "pip"])
        .args(options)
        .args(["install", "--quiet", "--disable-pip-version-check"])
        // Wheels only: building pyarrow from source takes hours and a C++ toolchain.
        .args(["--require-hashes", "--only-binary", ":all:"]);
    for package in place.from_source {
        install.args(["--no-binary", package]);
    }
    install.arg("--requirement").arg(checkout.root().join(place.requirements));
    shell::run_on_stderr(&mut install).with_context(|| {
        format!(
            "the packages of `{}` could not be installed\n  help: pip must reach a package index; a mirror is named with \
             the variable `PIP_INDEX_URL`",
            place.requirements
        )
    })
}

impl Place {
    /// The content of the stamp of an up-to-date environment.
    fn digest(&self, checkout: &Checkout) -> Result<String> {
        let path = checkout.root().join(self.requirements);
        let pinned =
            fs::read(&path).with_context(|| format!("cannot read `{}`", self.requirements))?;
        Ok(assay_digest::named(&pinned))
    }
}

/// The folder for what mypy remembers of an environment, for its command line. Each has its own, because another environment has other
/// versions, and mypy expects no other mypy in its folder.
pub(crate) fn types(checkout: &Checkout, place: &Place) -> String {
    let folder = checkout.output().join(place.folder).join("mypy");
    folder.to_string_lossy().into_owned()
}

fn interpreter_of(checkout: &Checkout, place: &Place) -> PathBuf {
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    checkout.output().join(place.folder).join(inside)
}

fn stamp(checkout: &Checkout, place: &Place) -> PathBuf {
    checkout.output().join(place.folder).join("requirements.digest")
}

/// A sufficiently new Python.
fn base_interpreter() -> Result<PathBuf> {
    let named = std::env::var_os("PYTHON").map(PathBuf::from);
    let candidates = match named {
        Some(path) => vec![path],
        None => CANDIDATES.iter().map(PathBuf::from).collect(),
    };
    let mut found = Vec::new();
    for candidate in candidates {
        match version_of(&candidate) {
            Some(version) if version >= LEAST => return Ok(candidate),
            Some((major, minor)) => {
                found.push(format!("`{}` is {major}.{minor}", candidate.display()));
            }
            None => {}
        }
    }
    let (major, minor) = LEAST;
    let found = if found.is_empty() { "none was found".to_owned() } else { found.join(", ") };
    bail!(
        "Python {major}.{minor} or newer is needed: {found}\n  help: `apt-get install python3 python3-venv` on Debian and \
         Ubuntu; or name yours in the variable `PYTHON`"
    )
}

fn version_of(interpreter: &Path) -> Option<(u32, u32)> {
    let program = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let answer = shell::output_of(Command::new(interpreter).args(["-c", program])).ok()?;
    let mut numbers = answer.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
