//! What a plugin says of a batch, after everything in it was checked.

use crate::{Bitmap, Text};

/// Some of a batch's records.
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

    /// How many records it names.
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

/// What happened when a rule met a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HitOutcome {
    /// The record breaks the rule.
    Failed,
    /// The rule itself could not be carried out.
    Errored,
}

/// What a quarantine rule wants done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// Nothing said.
    Unspecified,
    /// Hold until a person decides.
    Hold,
    /// Reject for good.
    Reject,
    /// Belongs to another partition.
    Divert,
}

impl Disposition {
    /// The word reports use; empty where nothing was said.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "",
            Self::Hold => "hold",
            Self::Reject => "reject",
            Self::Divert => "divert",
        }
    }
}

/// A rule hit records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Failed or errored.
    pub outcome: HitOutcome,
    /// For quarantine rules.
    pub disposition: Disposition,
    /// Index of the stage's column the finding names.
    pub column: Option<u16>,
    /// The records.
    pub records: RecordSet,
}

/// New cells for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// All of them.
    Whole(Text),
    /// Those of some records.
    Patch {
        /// The records, ascending, without repeats.
        records: Vec<u32>,
        /// One cell for each.
        values: Text,
    },
}

/// What a normalise rule would have cells be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Index of the stage's column.
    pub column: u16,
    /// The new cells.
    pub change: Change,
}

/// Records a rule could not judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// How many.
    pub skipped: u32,
}

/// Arguments for the message of one hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Index into the batch.
    pub record: u32,
    /// What `{0}`, `{1}` … stand for.
    pub arguments: Vec<String>,
}

/// How measures of the same code and key become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Merge {
    /// Added up.
    Sum,
    /// The least counts.
    Least,
    /// The greatest counts.
    Greatest,
}

impl Merge {
    /// The value of two parts of a file together. Wider than a measure's, so that sums are exact whatever the order.
    pub fn of(self, one: i128, other: i128) -> i128 {
        match self {
            Self::Sum => one + other,
            Self::Least => one.min(other),
            Self::Greatest => one.max(other),
        }
    }
}

/// A number about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The plugin's own number for it.
    pub code: u16,
    /// What it is measured for.
    pub key: String,
    /// How it merges.
    pub merge: Merge,
    /// Its value.
    pub value: i64,
}

/// What a plugin says of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Which rules hit which records.
    pub hits: Vec<Hit>,
    /// Which cells should be rewritten, in this order.
    pub rewrites: Vec<Rewrite>,
    /// Which rules could not judge how many.
    pub tallies: Vec<Tally>,
    /// Arguments for messages.
    pub samples: Vec<Sample>,
    /// Contributions to numbers about the file.
    pub measures: Vec<Measure>,
}

/// What a file-level rule came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileResultOutcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It could not be carried out.
    Errored,
    /// There was nothing to judge.
    Skipped,
}

/// A statement about the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileResult {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// What it came to.
    pub outcome: FileResultOutcome,
    /// What was found.
    pub observed: String,
    /// What should have been.
    pub expected: String,
}
