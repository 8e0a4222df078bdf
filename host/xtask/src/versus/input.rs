//! The file that is judged: generated once for each size and seed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::environment::Environment;
use super::measure;
use crate::shell;

#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    /// Megabytes of 1,000,000.
    pub(super) megabytes: f64,
    pub(super) seed: u32,
}

impl Input {
    pub(super) fn generate(
        environment: &Environment,
        folder: &Path,
        megabytes: u32,
        seed: u32,
    ) -> Result<Self> {
        let path = folder.join(format!("general-{megabytes}-{seed}.csv"));
        if !path.exists() {
            // Under another name until it is whole.
            let unfinished = folder.join("generating.csv");
            let mut command = environment.python("generate.py");
            command.arg(&unfinished).args([megabytes.to_string(), seed.to_string()]);
            shell::run_on_stderr(&mut command)?;
            fs::rename(&unfinished, &path)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        let size =
            fs::metadata(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok(Self { path, megabytes: measure::megabytes(size.len()), seed })
    }
}
