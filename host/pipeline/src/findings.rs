//! What is found in a slab: findings, repairs, counts.

/// A rule at level `warn` or above hit a record; at `monitor` too, where hits that change nothing are kept.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// Index of the record in the slab.
    pub(crate) record: u32,
    /// Index of the rule in the run.
    pub(crate) rule: usize,
    /// The layout column it names.
    pub(crate) column: Option<usize>,
    /// Empty until the rule's template is rendered, unless the finder said it itself.
    pub(crate) message: String,
    /// The named column's cell, cut to an excerpt.
    pub(crate) value: Option<String>,
}

/// A cell that a normalise rule rewrote; at another level than `warn` one it would rewrite, where those are kept.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    /// Index of the record in the slab.
    pub(crate) record: u32,
    pub(crate) rule: usize,
    /// The layout column.
    pub(crate) column: usize,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
}

/// How often a rule came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RuleCount {
    /// Records it was carried out on.
    pub(crate) evaluated: u64,
    /// Records it hit (cells, for a normalise rule that is only counted).
    pub(crate) failed: u64,
    /// Records it could not judge.
    pub(crate) skipped: u64,
    /// Records on which the rule itself could not be carried out.
    pub(crate) errored: u64,
    /// Cells it rewrote.
    pub(crate) repaired: u64,
}

impl RuleCount {
    /// Adds what another part of the file came to.
    pub(crate) fn add(&mut self, other: &Self) {
        self.evaluated += other.evaluated;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.errored += other.errored;
        self.repaired += other.repaired;
    }
}

/// Arguments a plugin gave for the message of one hit.
#[derive(Debug)]
pub(crate) struct MessageArguments {
    pub(crate) record: u32,
    pub(crate) rule: usize,
    pub(crate) arguments: Vec<String>,
}
