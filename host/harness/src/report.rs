//! The result of a test run, typed, for whoever presents it.

use std::path::PathBuf;

use crate::coverage::Coverage;
use crate::fault::Fault;

/// Result of testing a plugin.
#[derive(Debug, Clone)]
pub struct Report {
    /// Name of the plugin.
    pub plugin: String,
    /// Version of the plugin.
    pub version: String,
    /// Seed of generated tables; the same seed gives the same tables.
    pub seed: u64,
    /// All tests, in order.
    pub tests: Vec<Test>,
    /// The changes of the plugin tried, and whether pages and cases detect them.
    pub coverage: Option<Coverage>,
    /// What was not tested, and why; what was written.
    pub notes: Vec<String>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Kind of test.
    pub group: Group,
    /// Its name, unique within the group.
    pub name: String,
    /// The file that it concerns.
    pub path: PathBuf,
    /// Faults found; empty if it passed.
    pub faults: Vec<Fault>,
    /// Time taken, in nanoseconds.
    pub nanos: u64,
}

/// Kinds of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A rule's page.
    Page,
    /// A folder under `cases/`.
    Case,
    /// A law that must hold for every plugin.
    Law,
    /// Whether pages and cases would detect a change of the plugin.
    Coverage,
}

impl Report {
    /// Returns the tests that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| !test.faults.is_empty())
    }

    /// Returns the total number of faults.
    pub fn faults(&self) -> usize {
        self.tests.iter().map(|test| test.faults.len()).sum()
    }
}

impl Group {
    /// Returns the name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Case => "case",
            Self::Law => "law",
            Self::Coverage => "coverage",
        }
    }
}
