//! From the contract's types to the host's: nothing that a guest returns is used before it passes through here.
//!
//! Each function takes an answer apart and returns the host's type or the first [`crate::Breach`] found; there is no
//! other way to the host's types.

mod codes;
mod description;
mod plan;
mod records;
mod results;
mod rewrites;
mod stage;
mod texts;
mod verdict;

pub(crate) use description::info;
pub(crate) use plan::{faults, plan};
pub(crate) use results::results;
pub(crate) use stage::StageIndex;
pub(crate) use verdict::verdict;
