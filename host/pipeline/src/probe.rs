//! Looking at rules and records without a run: what a plugin would do to a file ([`try_plugin`]), and what each rule says of one
//! record ([`explain`]).
//!
//! It shares how cells are parsed, repairs applied and messages made with runs, and nothing else: it is slow, keeps what a run throws
//! away, and counts fuel.

mod error;
mod explain;
mod file;
mod stage;
mod trial;

pub use error::ProbeError;
pub use explain::{Cell, CellState, ExplainRequest, Explanation, RuleVerdict, StageCost, explain};
pub use trial::{RuleTrial, Sighting, Trial, TrialRequest, try_plugin};
