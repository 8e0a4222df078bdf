//! Limits on what compiling a component may cost, counted before the compiler sees it.
//!
//! The compiler does not limit its own work: a valid component of 50 KB can keep it busy for minutes, or make it use gigabytes. So a single
//! linear walk validates the bytes and counts everything that the compiler's time and memory depend on; a component that exceeds a limit is
//! refused because of a count, which is the same on every machine. The walk costs a hundredth of compiling.
//!
//! Each limit is at least four times what the largest known plugins need, which contain an engine: one in Python (`CPython`, 19 MB) and one in
//! JavaScript (`SpiderMonkey`, 12 MB). A Rust plugin needs a twentieth of that or less. Times are for one core, with the compiler optimised as in
//! a development build; functions are compiled on all cores.
//!
//! The counts do not catch everything. The compiler merges equal computations, so that their values live longer than the code suggests: 210 KB
//! crafted for that stay below all limits and take 30 s and 3.6 GB. And a plugin may be at several limits at once.

mod function;
mod limits;
mod names;
mod refusal;
mod spaces;
#[cfg(test)]
mod tests;
mod walk;

use crate::error::SandboxError;
use limits::{BUDGET, Budget};
use refusal::Refusal;

/// Checks that compiling the component stays within bounds. Invalid components are refused too, so that the compiler never sees them.
pub(crate) fn check(plugin: &str, bytes: &[u8]) -> Result<(), SandboxError> {
    within(&BUDGET, plugin, bytes)
}

fn within(budget: &Budget, plugin: &str, bytes: &[u8]) -> Result<(), SandboxError> {
    walk::walk(budget, bytes).map_err(|refusal| {
        let plugin = plugin.to_owned();
        match refusal {
            Refusal::Invalid(error) => SandboxError::Invalid { plugin, detail: error.to_string() },
            Refusal::Uncountable => SandboxError::Uncountable { plugin },
            Refusal::TooMany { measure, place, count, limit } => SandboxError::TooCostly {
                plugin,
                place: place.text(bytes),
                what: measure.name(),
                count,
                limit,
                help: measure.help(),
            },
        }
    })
}
