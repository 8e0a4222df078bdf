//! The Python environment of the tests: `target/venv`, with just the packages that `tests/requirements.txt` pins by hash.
//!
//! Only tests use it, to read what was written with readers that are not ours. `assay` needs no Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{digest, shell};

/// The oldest Python for which `tests/requirements.txt` was resolved.
const LEAST: (u32, u32) = (3, 11);

/// Where to look if the variable `PYTHON` names none.
const CANDIDATES: [&str; 6] =
    ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

/// Makes the environment, unless it is there and current, and gives its interpreter.
pub(crate) fn environment(checkout: &Checkout) -> Result<PathBuf> {
    let folder = folder(checkout);
    let interpreter = interpreter(checkout);
    let requirements = checkout.root().join("tests").join("requirements.txt");
    let pinned = fs::read(&requirements)
        .with_context(|| format!("cannot read `{}`", checkout.relative(&requirements)))?;

    // Written last, so an environment that was interrupted half-way is made again.
    let stamp = folder.join("requirements.digest");
    let wanted = digest::of(&pinned);
    if interpreter.exists() && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(interpreter);
    }

    let base = base_interpreter()?;
    println!("making the tests' Python environment in `{}`", checkout.relative(&folder));
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    shell::run(Command::new(&base).args(["-m", "venv"]).arg(&folder)).context(
        "Python is there, but cannot make environments\n  help: on Debian and Ubuntu `apt-get install python3-venv`",
    )?;
    let mut install = Command::new(&interpreter);
    install
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        // Wheels only: building pyarrow from source takes hours and a C++ tool chain.
        .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
        .arg(&requirements);
    shell::run(&mut install).context(
        "the tests' Python packages could not be installed\n  help: pip must reach a package index; a mirror is named with the variable `PIP_INDEX_URL`",
    )?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write `{}`", stamp.display()))?;
    Ok(interpreter)
}

/// The environment's interpreter, whether it exists or not.
pub(crate) fn interpreter(checkout: &Checkout) -> PathBuf {
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    folder(checkout).join(inside)
}

fn folder(checkout: &Checkout) -> PathBuf {
    checkout.output().join("venv")
}

/// A Python that is new enough.
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
        "the tests need Python {major}.{minor} or newer: {found}\n  help: `apt-get install python3 python3-venv` on Debian and \
         Ubuntu; or name yours in the variable `PYTHON`"
    )
}

fn version_of(interpreter: &Path) -> Option<(u32, u32)> {
    let program = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let answer = shell::output_of(Command::new(interpreter).args(["-c", program])).ok()?;
    let mut numbers = answer.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
