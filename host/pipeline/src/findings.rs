//! What is found in a slab: findings, repairs, counts.

/// A hit of a rule on a record, at level `warn` or above; at `monitor` too, where hits without consequences are kept.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// Index of the record in the slab.
    pub(crate) record: u32,
    /// Index of the rule in the run.
    pub(crate) rule: usize,
    /// Index of the layout column it names.
    pub(crate) column: Option<usize>,
    /// Empty until the rule's template is rendered, unless the finder supplied a message.
    pub(crate) message: String,
    /// The named column's cell, truncated to an excerpt.
    pub(crate) value: Option<String>,
}

/// A cell that a normalise rule rewrote, or, at levels other than `warn` and where such rewrites are kept, would rewrite.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    /// Index of the record in the slab.
    pub(crate) record: u32,
    pub(crate) rule: usize,
    /// Index of the layout column.
    pub(crate) column: usize,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
}

/// Results of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RuleCount {
    /// Records it was evaluated on.
    pub(crate) evaluated: u64,
    /// Records it hit (cells, for a normalise rule that is only counted).
    pub(crate) failed: u64,
    /// Records it could not judge.
    pub(crate) skipped: u64,
    /// Records on which evaluation failed.
    pub(crate) errored: u64,
    /// Cells it rewrote.
    pub(crate) repaired: u64,
}

impl RuleCount {
    /// Adds the counts of another part of the file.
    pub(crate) fn add(&mut self, other: &Self) {
        self.evaluated += other.evaluated;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.errored += other.errored;
        self.repaired += other.repaired;
    }
}

/// Arguments supplied by a plugin for the message of one hit.
#[derive(Debug)]
pub(crate) struct MessageArguments {
    pub(crate) record: u32,
    pub(crate) rule: usize,
    pub(crate) arguments: Vec<String>,
}
