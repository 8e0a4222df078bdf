//! Faults of a plugin, at a line of a file.

use std::path::{Path, PathBuf};

/// A fault of a plugin or of its pages and cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Kind of fault, in words joined by hyphens.
    pub code: &'static str,
    /// The file to look at.
    pub path: PathBuf,
    /// The line in the file, counting from 1.
    pub line: usize,
    /// What was found and what was expected, on one line.
    pub message: String,
    /// More lines of detail: a difference, a table.
    pub detail: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Fault {
    /// Creates a fault at a line of a file.
    pub fn new(code: &'static str, path: &Path, line: usize, message: impl Into<String>) -> Self {
        Self {
            code,
            path: path.to_owned(),
            line,
            message: message.into(),
            detail: Vec::new(),
            help: None,
        }
    }

    /// Adds lines of detail.
    #[must_use]
    pub fn with(mut self, detail: impl IntoIterator<Item = String>) -> Self {
        self.detail.extend(detail);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
