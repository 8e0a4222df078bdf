//! Looking at rules and records without a run: what a plugin would do to a file ([`try_plugin`]), what each rule says of one
//! record ([`explain`]), and where two packs part on a file ([`versus`]).
//!
//! All of it loads, plans and judges as a run does. It keeps what a run only counts, counts fuel, and works on one thread.

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

/// The host's own rules: code, usual level, what must be true.
pub fn host_rules() -> Vec<(assay_model::RuleCode, assay_model::Level, String)> {
    let (rules, _) = crate::host_rules::table(|_, usual| usual);
    rules.into_iter().map(|rule| (rule.code, rule.level, rule.title)).collect()
}
