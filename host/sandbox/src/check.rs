//! From the contract's types to the host's: nothing a guest returned is used before it came through here.
//!
//! Each function takes an answer apart and gives the host's type or the first [`crate::Breach`] it finds; there is no
//! way to the host's types around them.

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
