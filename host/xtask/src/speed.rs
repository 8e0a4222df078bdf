//! `speed`: the cost of a run by size, width and cores, and its start-up time, compared with the targets.
//!
//! CPU seconds are compared if possible, because wall time depends as much on other load as on the program; all figures of a table
//! come from one run of this command, each the median of interleaved rounds.

mod bench;
mod cases;
pub(crate) mod file;
mod start;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{rarely, shell};
use bench::Bench;

const HELP: &str = "\
What a run costs, beside what is aimed at.

usage: cargo xtask speed [--large] [sizes] [widths] [check] [cores] [rules] [start]

  sizes    10 MB to 1 GB, with --large to 10 GB: CPU for each byte, peak memory
  widths   27, 91 and 252 columns: CPU for each byte
  check    `assay check` with each kernel of the index that this processor has
  cores    wall time on one core and on two
  rules    the share of the rules and of everything that lets them in and out of the sandbox
  start    a file of ten records and a pack of five plugins, compiled before and not

`ASSAY_BIN` names the binary to measure; otherwise the release build is made.
";

/// Runs with these arguments.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    if words.contains(&"--help") {
        print!("{HELP}");
        return Ok(());
    }
    let large = words.contains(&"--large");
    let parts: Vec<&str> = words.iter().copied().filter(|word| *word != "--large").collect();
    if let Some(unknown) = parts.iter().find(|part| !cases::PARTS.contains(part)) {
        bail!("there is no part `{unknown}`; there are: {}", cases::PARTS.join(", "));
    }
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let bench = Bench {
        assay: binary(checkout)?,
        root: checkout.root().to_owned(),
        folder: folder.path().to_owned(),
    };
    for part in cases::PARTS {
        if parts.is_empty() || parts.contains(&part) {
            cases::part(&bench, part, large)?;
        }
    }
    if large && parts.is_empty() {
        rarely::note(
            checkout,
            "cargo xtask speed --large",
            "to be written into `docs/performance.md`",
        )?;
    }
    Ok(())
}

/// The binary to measure: the one that `ASSAY_BIN` names, or the release build.
pub(crate) fn binary(checkout: &Checkout) -> Result<PathBuf> {
    if let Some(named) = named_binary(checkout)? {
        return Ok(named);
    }
    shell::run_on_stderr(checkout.cargo().args(["build", "--release", "--package", "assay"]))?;
    Ok(checkout.release_binary())
}

/// `assay`: the binary that `ASSAY_BIN` names, otherwise one built now.
pub(crate) fn named_or_built(checkout: &Checkout) -> Result<PathBuf> {
    if let Some(named) = named_binary(checkout)? {
        return Ok(named);
    }
    checkout.build_assay()?;
    Ok(checkout.binary())
}

/// The binary that `ASSAY_BIN` names, if it is set.
pub(crate) fn named_binary(checkout: &Checkout) -> Result<Option<PathBuf>> {
    let Some(named) = std::env::var_os("ASSAY_BIN") else { return Ok(None) };
    let path = checkout.root().join(named);
    if !path.is_file() {
        bail!("`ASSAY_BIN` names `{}`, and there is no such file", path.display());
    }
    Ok(Some(path))
}
