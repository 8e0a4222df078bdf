//! Rules about the file: each batch contributes to measures, and at the end the merged measures are judged.

use crate::judge::Look;
use crate::{FileOutcome, Measure, Merge};

/// A rule about the file as a whole. All its measures are sums.
pub trait FileRule: 'static {
    /// Adds what a batch contributes.
    fn measure(&self, look: Look<'_>, sums: &mut Sums);

    /// Judges the sums of the whole file. Also called for a file without records, when there are none.
    fn judge(&self, sums: &Sums) -> FileFinding;
}

/// Sums by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums(Vec<(String, i64)>);

impl Sums {
    /// Adds to the sum of a key, saturating as the host does.
    pub fn add(&mut self, key: &str, value: i64) {
        match self.0.iter_mut().find(|(held, _)| held == key) {
            Some((_, sum)) => *sum = sum.saturating_add(value),
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Adds a count of records.
    pub fn count(&mut self, key: &str, records: usize) {
        self.add(key, i64::try_from(records).unwrap_or(i64::MAX));
    }

    /// The sum of a key; 0 if nothing was added.
    pub fn get(&self, key: &str) -> i64 {
        self.0.iter().find(|(held, _)| held == key).map_or(0, |&(_, sum)| sum)
    }

    pub(crate) fn into_measures(self, code: u16) -> impl Iterator<Item = Measure> {
        self.0.into_iter().map(move |(key, value)| Measure { code, key, merge: Merge::Sum, value })
    }

    pub(crate) fn of_rule(measures: &[Measure], code: u16) -> Self {
        let mut sums = Self::default();
        measures.iter().filter(|m| m.code == code).for_each(|m| sums.add(&m.key, m.value));
        sums
    }
}

/// What a rule says of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFinding {
    /// What it came to.
    pub outcome: FileOutcome,
    /// What was found, for people.
    pub observed: String,
    /// What should have been, for people.
    pub expected: String,
}

impl FileFinding {
    /// There was nothing to judge, and why.
    pub fn skipped(why: impl Into<String>) -> Self {
        Self { outcome: FileOutcome::Skipped, observed: why.into(), expected: String::new() }
    }

    /// Holds or not.
    pub fn new(holds: bool, observed: impl Into<String>, expected: impl Into<String>) -> Self {
        let outcome = if holds { FileOutcome::Passed } else { FileOutcome::Failed };
        Self { outcome, observed: observed.into(), expected: expected.into() }
    }
}
