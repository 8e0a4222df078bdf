//! Reads `assay`'s output with other readers: creates a lake and runs every script in `tests/python` on it.
//!
//! A script gets the lake's folder and a file with the output of `assay run --format json`. Scripts whose names begin with an
//! underscore are imported by others, and not run.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{archive, plugins, python, shell};

/// Named as the publisher names its files, so that the pack is found.
const FILE: &str = "OP_DTL_GNRL_PGYR2023_P06282024.csv";

/// Records in the file: several slabs, and some of each defect.
const RECORDS: &str = "20000";

/// A file of the previous layout, to test dates with.
const OLD: &str = "OP_DTL_GNRL_PGYR2016_P06302017.csv";

/// The first date, one that was published, and the last: readers differ in which ones they accept.
const DATES: [&str; 3] = ["01/01/0001", "11/30/0002", "12/31/9999"];

pub(super) fn run(checkout: &Checkout) -> Result<()> {
    let scripts = scripts(checkout)?;
    if scripts.is_empty() {
        bail!("there is no script in `tests/python`, so nobody else reads what `assay` writes");
    }
    let interpreter = python::environment(checkout)?;
    let (lake, summary) = make_lake(checkout)?;
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

/// Publishes a file of each layout; returns the lake's folder and the output of the newer layout's run.
pub(crate) fn make_lake(checkout: &Checkout) -> Result<(PathBuf, PathBuf)> {
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
    let [file, old, lake] = [FILE, OLD, "lake"].map(|name| folder.join(name));
    let [summary, of_old] = ["summary.json", "summary-old.json"].map(|name| folder.join(name));
    sample(checkout, &file, &["--year", "2023", "--rows", RECORDS, "--defects", "0.5%"])?;
    sample(checkout, &old, &["--year", "2016", "--layout", "general-75", "--rows", "2000"])?;
    let text = fs::read_to_string(&old).context("what was just written can be read")?;
    fs::write(&old, with_dates(&text)).context("and written")?;
    let rules = milder_rules(checkout, &folder.join("rules"))?;
    publish(checkout, &rules, &old, &lake, &of_old)?;
    publish(checkout, &rules, &file, &lake, &summary)?;
    Ok((lake, summary))
}

fn sample(checkout: &Checkout, file: &Path, more: &[&str]) -> Result<()> {
    let mut command = checkout.assay();
    command.args(["sample", "open-payments", "general", "--seed", "7"]).args(more).arg("-o");
    shell::run(command.arg(checkout.relative(file)))
}

/// The rules without the one that quarantines such dates.
fn milder_rules(checkout: &Checkout, folder: &Path) -> Result<PathBuf> {
    let rules = checkout.root().join("rules");
    for from in archive::files_below(&rules)? {
        let to = folder.join(from.strip_prefix(&rules).context("it lies below")?);
        fs::create_dir_all(to.parent().context("files lie in folders")?)?;
        fs::copy(&from, &to).with_context(|| format!("cannot copy `{}`", from.display()))?;
    }
    let shared = folder.join("open-payments/general/shared.toml");
    let text = fs::read_to_string(&shared)?;
    let milder = text.replacen("[levels]\n", "[levels]\ndate-plausible = \"warn\"\n", 1);
    if milder == text {
        bail!("`shared.toml` has no `[levels]`");
    }
    fs::write(&shared, milder)?;
    Ok(folder.to_owned())
}

fn publish(
    checkout: &Checkout,
    rules: &Path,
    file: &Path,
    lake: &Path,
    summary: &Path,
) -> Result<()> {
    let printed =
        File::create(summary).with_context(|| format!("cannot create `{}`", summary.display()))?;
    shell::run(
        checkout
            .assay()
            .args(["run", &checkout.relative(file), "--root", &checkout.relative(lake)])
            .args(["--rules", &checkout.relative(rules), "--format", "json", "--plugins"])
            .arg(checkout.plugins_dir())
            .stdout(printed),
    )
}

/// The file with other payment dates in its first records. In the previous layout, no other cell ends in the year.
fn with_dates(text: &str) -> String {
    let mut rest = text;
    let mut changed = String::with_capacity(text.len());
    for date in DATES {
        let at = rest.find("/2016\"").expect("each record has a date of the year");
        changed.push_str(&rest[..at - "MM/DD".len()]);
        changed.push_str(date);
        rest = &rest[at + "/2016".len()..];
    }
    changed + rest
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
