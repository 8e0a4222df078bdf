//! A root folder that runs write to, and what a run said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::assay;

/// A folder that `assay run --root` gets.
#[derive(Debug)]
pub struct Lake {
    folder: TempDir,
}

impl Default for Lake {
    fn default() -> Self {
        Self::new()
    }
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if it was killed.
    pub code: Option<i32>,
    /// The object of `--format json`; null if there was none.
    pub summary: Value,
    /// What stood on standard error.
    pub stderr: String,
}

impl Outcome {
    /// A number of the summary, by its path: `records.read`.
    pub fn number(&self, path: &str) -> u64 {
        let value = path.split('.').fold(&self.summary, |value, key| &value[key]);
        value
            .as_u64()
            .unwrap_or_else(|| panic!("no number `{path}` in {:#}\n{}", self.summary, self.stderr))
    }

    /// A text of the summary.
    pub fn text(&self, key: &str) -> &str {
        let value = self.summary[key].as_str();
        value.unwrap_or_else(|| panic!("no text `{key}` in {:#}\n{}", self.summary, self.stderr))
    }
}

impl Lake {
    /// An empty one.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The command `assay run FILE --root LAKE --format json`.
    pub fn command(&self, file: &Path) -> Command {
        let mut command = assay();
        command.arg("run").arg(file).arg("--root").arg(self.path()).args(["--format", "json"]);
        command
    }

    /// Runs `assay run` on a file.
    pub fn run(&self, file: &Path, more: &[&str]) -> Outcome {
        finish(self.command(file).args(more))
    }

    /// All files by path below the root that a reader could follow: content by name, hidden files left out.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        gather(self.path(), self.path(), &mut files);
        files
    }

    /// The Parquet files under `staging/`, without the name of the attempt that wrote them: what must be the same to the byte.
    pub fn staged(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut staged = BTreeMap::new();
        for (path, bytes) in self.files() {
            let is_data = path.extension().is_some_and(|end| end == "parquet");
            if is_data && path.starts_with("staging") {
                let of_attempt = |part: &Path| part.to_string_lossy().starts_with("attempt=");
                let path: PathBuf = path.iter().filter(|it| !of_attempt(Path::new(it))).collect();
                let earlier = staged.insert(path, bytes.clone());
                assert!(earlier.is_none_or(|it| it == bytes), "two attempts, other bytes");
            }
        }
        staged
    }
}

/// Runs a command to its end and takes in what it printed.
pub fn finish(command: &mut Command) -> Outcome {
    let output = command.output().expect("assay runs");
    Outcome {
        code: output.status.code(),
        summary: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            gather(root, &path, files);
        } else if !hidden {
            let name = path.strip_prefix(root).expect("below the root").to_owned();
            files.insert(name, std::fs::read(&path).expect("a readable file"));
        }
    }
}
