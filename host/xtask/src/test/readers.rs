//! What `assay` writes, read by others: a lake is made, and every script in `tests/python` has a look at it.
//!
//! A script is called with the lake's folder and the file that holds what `assay run --format json` printed. One whose name begins with
//! an underscore is imported by the others, and not called.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{archive, plugins, python, shell};

/// Named as the publisher names its files, so that the pack is found.
const FILE: &str = "OP_DTL_GNRL_PGYR2023_P06282024.csv";

/// Records of the file: several slabs, and some of each defect.
const RECORDS: &str = "20000";

pub(super) fn run(checkout: &Checkout) -> Result<()> {
    let scripts = scripts(checkout)?;
    if scripts.is_empty() {
        bail!("there is no script in `tests/python`, so nobody else reads what `assay` writes");
    }
    let interpreter = python::environment(checkout)?;
    if !checkout.binary().exists() {
        checkout.build_assay()?;
    }
    if !checkout.plugins_dir().is_dir() {
        plugins::check(checkout)?;
    }

    let folder = checkout.output().join("readers");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    let [file, lake, summary] = [FILE, "lake", "summary.json"].map(|name| folder.join(name));
    shell::run(
        checkout
            .assay()
            .args(["sample", "open-payments", "general", "--year", "2023", "--rows", RECORDS])
            .args(["--seed", "7", "--defects", "0.5%", "-o"])
            .arg(checkout.relative(&file)),
    )?;
    let printed =
        File::create(&summary).with_context(|| format!("cannot create `{}`", summary.display()))?;
    shell::run(
        checkout
            .assay()
            .args(["run", &checkout.relative(&file), "--root", &checkout.relative(&lake)])
            .args(["--format", "json"])
            .stdout(printed),
    )?;

    let mut failed = Vec::new();
    for script in &scripts {
        let name = checkout.relative(script);
        let mut command = Command::new(&interpreter);
        // -B: no `__pycache__` folders in the checkout.
        command.current_dir(checkout.root()).args(["-B", &name]);
        command.arg(checkout.relative(&lake)).arg(checkout.relative(&summary));
        if let Err(error) = shell::run(&mut command) {
            eprintln!("error: {error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn scripts(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    let folder = checkout.root().join("tests").join("python");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut scripts = archive::files_below(&folder)?;
    scripts.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.extension() == Some(OsStr::new("py")) && !name.starts_with('_')
    });
    Ok(scripts)
}
