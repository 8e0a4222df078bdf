//! Examines rules and records without a run: what a plugin would do to a file ([`try_plugin`]), the verdict of each rule on one record
//! ([`explain`]), and where two packs differ on a file ([`versus`]).
//!
//! Everything is loaded, planned and judged as in a run, but hits that a run only counts are kept, fuel is measured, and there is one
//! thread.

mod blame;
mod error;
mod explain;
mod file;
mod seen;
mod trial;
mod versus;

pub use error::ProbeError;
pub use explain::{Cell, CellState, ExplainRequest, Explanation, RuleVerdict, StageCost, explain};
pub use trial::{RuleTrial, Sighting, Trial, TrialRequest, try_plugin};
pub use versus::{RuleVersus, Versus, VersusRequest, versus};

/// The host's own rules: code, default level, required condition.
pub fn host_rules() -> Vec<(assay_model::RuleCode, assay_model::Level, String)> {
    let (rules, _) = crate::host_rules::table(|_, usual| usual);
    rules.into_iter().map(|rule| (rule.code, rule.level, rule.title)).collect()
}
