//! Changes of a plugin, and whether pages and cases detect them.

use std::path::PathBuf;

/// The changes tried, and which of them were detected.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// The changes, ordered by rule.
    pub mutants: Vec<Mutant>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// Name of the rule or kind of rule.
    pub rule: String,
    /// What was changed, such as "never fires".
    pub change: String,
    /// Whether a page or a case fails because of it.
    pub noticed: bool,
    /// The page to look at.
    pub path: PathBuf,
    /// The line in the page, counting from 1.
    pub line: usize,
    /// How to get it detected.
    pub help: String,
}

impl Coverage {
    /// Returns the number of changes detected.
    pub fn noticed(&self) -> usize {
        self.mutants.iter().filter(|mutant| mutant.noticed).count()
    }

    /// Returns the share of changes detected, in hundredths of a percent, rounded down: 10,000 only if all are.
    pub fn basis_points(&self) -> u64 {
        match self.mutants.len() as u64 {
            0 => 10_000,
            all => self.noticed() as u64 * 10_000 / all,
        }
    }

    /// Returns the changes that were not detected.
    pub fn unnoticed(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| !mutant.noticed)
    }
}
