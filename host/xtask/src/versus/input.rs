//! The input file, generated once for each size and seed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::measure;
use crate::shell;

#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    /// Size in megabytes of 1,000,000 bytes.
    pub(crate) megabytes: f64,
    pub(crate) seed: u32,
}

impl Input {
    /// Generates it with `generate.py`, whose command is `generator`, unless it exists.
    pub(crate) fn generate(
        mut generator: Command,
        folder: &Path,
        megabytes: u32,
        seed: u32,
    ) -> Result<Self> {
        let path = folder.join(format!("general-{megabytes}-{seed}.csv"));
        if !path.exists() {
            // Under another name until it is complete.
            let unfinished = folder.join("generating.csv");
            generator.arg(&unfinished).args([megabytes.to_string(), seed.to_string()]);
            shell::run_on_stderr(&mut generator)?;
            fs::rename(&unfinished, &path)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        let size =
            fs::metadata(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(Self { path, megabytes: measure::megabytes(size.len()), seed })
    }
}
