//! What is wrong with a plugin, at a line of a file.

use std::path::{Path, PathBuf};

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault, in words joined by hyphens.
    pub code: &'static str,
    /// The file to look at.
    pub path: PathBuf,
    /// The line in it, counting from 1.
    pub line: usize,
    /// What was found and what was expected, on one line.
    pub message: String,
    /// More of it, line by line: a difference, a table.
    pub detail: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    /// A fault at a line of a file.
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

    /// With lines that show more.
    #[must_use]
    pub fn with(mut self, detail: impl IntoIterator<Item = String>) -> Self {
        self.detail.extend(detail);
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
