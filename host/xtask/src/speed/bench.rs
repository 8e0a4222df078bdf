//! The program to measure, and its files.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::measure::{self, Cost};

/// The program to measure, and the locations of its files.
pub(super) struct Bench {
    pub(super) assay: PathBuf,
    pub(super) root: PathBuf,
    pub(super) folder: PathBuf,
}

impl Bench {
    /// One run into a fresh root.
    pub(super) fn run(&self, pack: &Path, file: &Path, more: &[&str]) -> Result<Cost> {
        let lake = self.folder.join("lake");
        if lake.exists() {
            std::fs::remove_dir_all(&lake)?;
        }
        let mut command = self.command(&["run"], pack, file);
        command.arg("--root").arg(&lake).args(more);
        measure::run(&mut command, &self.log())
    }

    pub(super) fn command(&self, words: &[&str], pack: &Path, file: &Path) -> Command {
        let mut command = Command::new(&self.assay);
        command.current_dir(&self.root).args(words).arg("--pack").arg(pack).arg(file);
        command
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("log.txt")
    }
}
