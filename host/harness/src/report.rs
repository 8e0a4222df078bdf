//! What a test run came to: typed, for whoever shows it.

use std::path::{Path, PathBuf};

use crate::coverage::Coverage;

/// What testing a plugin came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// The plugin's name.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// What generated tables were made from; the same seed makes the same ones.
    pub seed: u64,
    /// Everything that was tried, in order.
    pub tests: Vec<Test>,
    /// How much of the plugin the pages and cases notice.
    pub coverage: Option<Coverage>,
    /// What was not tried, and why; what was written.
    pub notes: Vec<String>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What kind of thing.
    pub group: Group,
    /// Its name, unique within the group.
    pub name: String,
    /// The file it stands in.
    pub path: PathBuf,
    /// What is wrong. Empty: it passed.
    pub faults: Vec<Fault>,
    /// How long it took.
    pub nanos: u64,
}

/// Kinds of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A rule's page.
    Page,
    /// A folder under `cases/`.
    Case,
    /// What must hold of every plugin.
    Law,
    /// Whether pages and cases would notice a change of the plugin.
    Coverage,
}

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

impl Report {
    /// Tests that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| !test.faults.is_empty())
    }

    /// How many faults there are in all.
    pub fn faults(&self) -> usize {
        self.tests.iter().map(|test| test.faults.len()).sum()
    }
}

impl Group {
    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Case => "case",
            Self::Law => "law",
            Self::Coverage => "coverage",
        }
    }
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
