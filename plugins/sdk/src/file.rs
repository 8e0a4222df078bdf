//! Rules about the file: each batch contributes to measures, and at the end the merged measures are judged.

use std::collections::BTreeMap;

use crate::judge::Look;
use crate::{FileOutcome, Measure, Merge};

/// A rule about the file as a whole. All its measures are sums.
pub trait FileRule: 'static {
    /// Adds a batch's contribution to the sums.
    fn measure(&self, look: Look<'_>, sums: &mut Sums);

    /// Judges the sums of the whole file. Also called for a file without records; all sums are then 0.
    fn judge(&self, sums: &Sums) -> FileFinding;
}

/// Sums by key. Exact: the order of additions makes no difference, within a batch or between batches. The sums of a batch or a file must
/// fit in 64 bits, which the host ensures; a single record whose sum exceeds them cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums(BTreeMap<String, i128>);

impl Sums {
    /// Adds to the sum of a key.
    pub fn add(&mut self, key: &str, value: i64) {
        let value = i128::from(value);
        match self.0.get_mut(key) {
            Some(sum) => *sum += value,
            None => drop(self.0.insert(key.to_owned(), value)),
        }
    }

    /// Adds a number of records to the sum of a key.
    pub fn count(&mut self, key: &str, records: usize) {
        self.add(key, i64::try_from(records).unwrap_or(i64::MAX));
    }

    /// The sum of a key; 0 if nothing was added.
    ///
    /// # Panics
    /// If the sum exceeds 64 bits. The sums of a whole file, by which a rule judges, never do.
    pub fn get(&self, key: &str) -> i64 {
        fits(key, self.0.get(key).copied().unwrap_or(0))
    }

    /// The sums as measures of a rule. A sum beyond 64 bits ends the call; the host then judges fewer records at once, so sums are smaller.
    pub(crate) fn into_measures(self, code: u16) -> impl Iterator<Item = Measure> {
        self.0.into_iter().map(move |(key, sum)| {
            let value = fits(&key, sum);
            Measure { code, key, merge: Merge::Sum, value }
        })
    }

    pub(crate) fn of_rule(measures: &[Measure], code: u16) -> Self {
        let mut sums = Self::default();
        measures.iter().filter(|m| m.code == code).for_each(|m| sums.add(&m.key, m.value));
        sums
    }
}

fn fits(key: &str, sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or_else(|_| panic!("the sum of `{key}` is beyond 64 bits: {sum}"))
}

/// A rule's verdict on the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFinding {
    /// Whether the rule passed, failed or was skipped.
    pub outcome: FileOutcome,
    /// What was found, in words.
    pub observed: String,
    /// What was expected, in words.
    pub expected: String,
}

impl FileFinding {
    /// A skipped rule: there was nothing to judge, for the reason given.
    pub fn skipped(why: impl Into<String>) -> Self {
        Self { outcome: FileOutcome::Skipped, observed: why.into(), expected: String::new() }
    }

    /// A rule that passed if `holds` is true, and failed otherwise.
    pub fn new(holds: bool, observed: impl Into<String>, expected: impl Into<String>) -> Self {
        let outcome = if holds { FileOutcome::Passed } else { FileOutcome::Failed };
        Self { outcome, observed: observed.into(), expected: expected.into() }
    }
}
