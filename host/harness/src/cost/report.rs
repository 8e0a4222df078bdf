//! Requests to measure costs, and their results.

use std::path::PathBuf;

use crate::PluginFolder;
use crate::fault::Fault;
use crate::subject::Subject;

/// A request to measure costs.
#[derive(Debug)]
pub struct CostRequest<'a> {
    /// The plugin's folder.
    pub folder: &'a PluginFolder,
    /// The plugin's component, metered by fuel, so that it costs the same as in a run.
    pub subject: &'a Subject,
    /// Path of the baseline.
    pub baseline: PathBuf,
    /// Whether a missing baseline is a fault, as in CI; an author starts without one.
    pub baseline_needed: bool,
    /// Permitted increase of a rule's cost, in tenths of a percent.
    pub fail_above_permille: u64,
    /// Whether to write the measured costs as the baseline.
    pub bless: bool,
}

/// Costs of a plugin.
#[derive(Debug, Clone)]
pub struct CostReport {
    /// Name of the plugin.
    pub plugin: String,
    /// Its rules, most expensive first, followed by all rules together and by a call without columns.
    pub rules: Vec<RuleCost>,
    /// Peak memory of an instance, in bytes.
    pub memory_peak: usize,
    /// Faults: rules that became more expensive, rules without a baseline.
    pub faults: Vec<Fault>,
    /// What was written.
    pub notes: Vec<String>,
}

/// Cost of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCost {
    /// Name of the rule or kind.
    pub rule: String,
    /// Fuel for 1,000 records.
    pub fuel: u64,
    /// Time for one record, in nanoseconds, on this machine at this moment.
    pub nanos: f64,
    /// Committed fuel for 1,000 records.
    pub baseline: Option<u64>,
    /// Comparison of the two.
    pub verdict: Verdict,
}

/// Comparison of a cost with the committed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is no committed cost.
    Unknown,
    /// Equal, or within the permitted increase.
    Same,
    /// Lower by more than the permitted increase.
    Cheaper,
    /// Higher by more than the permitted increase.
    Dearer,
}
