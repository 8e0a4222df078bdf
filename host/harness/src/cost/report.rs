//! What is asked about costs, and what they came to.

use std::path::PathBuf;

use crate::PluginFolder;
use crate::fault::Fault;
use crate::subject::Subject;

/// What is to be measured.
#[derive(Debug)]
pub struct CostRequest<'a> {
    /// The plugin's folder.
    pub folder: &'a PluginFolder,
    /// Its component, metered by fuel, which costs what it costs in a run.
    pub subject: &'a Subject,
    /// The baseline's file.
    pub baseline: PathBuf,
    /// Whether its absence is a fault, as in CI, or the first thing an author meets.
    pub baseline_needed: bool,
    /// By how much a rule may become dearer, in tenths of a percent.
    pub fail_above_permille: u64,
    /// Write what is measured as the baseline.
    pub bless: bool,
}

/// What a plugin costs.
#[derive(Debug, Clone)]
pub struct CostReport {
    /// The plugin's name.
    pub plugin: String,
    /// Its rules, the dearest first; all together, and none, last.
    pub rules: Vec<RuleCost>,
    /// The most bytes of memory an instance had.
    pub memory_peak: usize,
    /// What is wrong: rules that became dearer, rules without a baseline.
    pub faults: Vec<Fault>,
    /// What was written.
    pub notes: Vec<String>,
}

/// What a rule costs.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCost {
    /// Its code, or its kind's name.
    pub rule: String,
    /// Fuel for 1,000 records.
    pub fuel: u64,
    /// Nanoseconds for one record, on this machine at this moment.
    pub nanos: f64,
    /// Fuel for 1,000 records as committed.
    pub baseline: Option<u64>,
    /// How the two compare.
    pub verdict: Verdict,
}

/// How a cost compares with the committed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to compare with.
    Unknown,
    /// The same, or within what is allowed.
    Same,
    /// Less than committed, by more than a rise might be.
    Cheaper,
    /// More than is allowed.
    Dearer,
}
