//! What a plugin reports about a batch, fully checked.

use crate::{Bitmap, Text};

/// A subset of a batch's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordSet {
    /// All of them.
    Every,
    /// These, ascending, without repeats.
    Sparse(Vec<u32>),
    /// Those whose bit is set.
    Bitmap(Bitmap),
}

impl RecordSet {
    /// Calls `visit` with each index, ascending. `records` is the size of the batch.
    pub fn for_each(&self, records: u32, mut visit: impl FnMut(u32)) {
        match self {
            Self::Every => (0..records).for_each(visit),
            Self::Sparse(indexes) => indexes.iter().copied().for_each(visit),
            Self::Bitmap(bits) => bits.ones_iter().for_each(|index| {
                visit(u32::try_from(index).expect("a batch has fewer than 2^32 records"));
            }),
        }
    }

    /// Number of records in the set. `records` is the size of the batch.
    pub fn count(&self, records: u32) -> u32 {
        match self {
            Self::Every => records,
            Self::Sparse(indexes) => {
                u32::try_from(indexes.len()).expect("checked against the batch")
            }
            Self::Bitmap(bits) => {
                u32::try_from(bits.count_ones()).expect("checked against the batch")
            }
        }
    }
}

/// The outcome of applying a rule to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HitOutcome {
    /// The record breaks the rule.
    Failed,
    /// The rule itself could not be evaluated.
    Errored,
}

/// What a quarantine rule wants done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// Not specified.
    Unspecified,
    /// Hold the record until a person decides.
    Hold,
    /// Reject the record for good.
    Reject,
    /// The record belongs to another partition.
    Divert,
}

impl Disposition {
    /// The word used in reports; empty if not specified.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "",
            Self::Hold => "hold",
            Self::Reject => "reject",
            Self::Divert => "divert",
        }
    }
}

/// A rule and the records it hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Whether the rule failed or errored.
    pub outcome: HitOutcome,
    /// Set by quarantine rules only.
    pub disposition: Disposition,
    /// Index of the stage's column that the finding names.
    pub column: Option<u16>,
    /// The records.
    pub records: RecordSet,
}

/// New cells for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// New values for all cells.
    Whole(Text),
    /// New values for the cells of some records.
    Patch {
        /// The records, ascending, without repeats.
        records: Vec<u32>,
        /// One cell for each.
        values: Text,
    },
}

/// The new cells that a normalise rule proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Index of the stage's column.
    pub column: u16,
    /// The new cells.
    pub change: Change,
}

/// Number of records that a rule could not judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Number of records.
    pub skipped: u32,
}

/// Arguments for the message of one hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Index into the batch.
    pub record: u32,
    /// The values of `{0}`, `{1}` … in the message.
    pub arguments: Vec<String>,
}

/// How measures with the same code and key are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Merge {
    /// The sum.
    Sum,
    /// The least value.
    Least,
    /// The greatest value.
    Greatest,
}

impl Merge {
    /// Merges the values of two parts of a file. Wider than a measure's value, so that sums are exact in any order.
    pub fn of(self, one: i128, other: i128) -> i128 {
        match self {
            Self::Sum => one + other,
            Self::Least => one.min(other),
            Self::Greatest => one.max(other),
        }
    }
}

/// A number that describes the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The plugin's own code for it.
    pub code: u16,
    /// The item that the measure describes.
    pub key: String,
    /// How values are merged.
    pub merge: Merge,
    /// Its value.
    pub value: i64,
}

/// A plugin's verdict on a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Which rules hit which records.
    pub hits: Vec<Hit>,
    /// Proposed rewrites of cells, in the order in which they apply.
    pub rewrites: Vec<Rewrite>,
    /// For each rule, how many records it could not judge.
    pub tallies: Vec<Tally>,
    /// Arguments for messages.
    pub samples: Vec<Sample>,
    /// Contributions to measures of the file.
    pub measures: Vec<Measure>,
}

/// The result of a file-level rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileResultOutcome {
    /// The file satisfies the rule.
    Passed,
    /// The file breaks the rule.
    Failed,
    /// The rule could not be evaluated.
    Errored,
    /// There was nothing to judge.
    Skipped,
}

/// A statement about the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileResult {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// The result.
    pub outcome: FileResultOutcome,
    /// What was found.
    pub observed: String,
    /// What was expected.
    pub expected: String,
}
