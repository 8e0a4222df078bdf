//! What a test run came to: typed, for whoever shows it.

use std::path::PathBuf;

use crate::coverage::Coverage;
use crate::fault::Fault;

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
