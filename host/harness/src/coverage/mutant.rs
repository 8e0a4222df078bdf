//! Changes of a plugin, and whether pages and cases would notice them.

use std::path::PathBuf;

/// What changes were tried, and which of them were noticed.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// The changes, by rule.
    pub mutants: Vec<Mutant>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The rule or kind of rule.
    pub rule: String,
    /// What was changed, such as "never fires".
    pub change: String,
    /// Whether a page or a case would fail.
    pub noticed: bool,
    /// The page to look at.
    pub path: PathBuf,
    /// The line in it.
    pub line: usize,
    /// What would make it noticed.
    pub help: String,
}

impl Coverage {
    /// How many changes were noticed.
    pub fn noticed(&self) -> usize {
        self.mutants.iter().filter(|mutant| mutant.noticed).count()
    }

    /// The share of changes that were noticed, in hundredths of a percent, rounded down: 100 % means all.
    pub fn basis_points(&self) -> u64 {
        match self.mutants.len() as u64 {
            0 => 10_000,
            all => self.noticed() as u64 * 10_000 / all,
        }
    }

    /// The changes nobody noticed.
    pub fn unnoticed(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| !mutant.noticed)
    }
}
