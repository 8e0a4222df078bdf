//! What a component may cost to compile, counted before the compiler sees it.
//!
//! The compiler has no budget of its own: 50 KB can be valid and keep it busy for minutes, or make it take gigabytes. So one linear walk
//! validates the bytes and counts what the compiler's time and memory grow with; whoever passes a limit is refused by a count, which is the
//! same on every machine. The walk costs a hundredth of what compiling does.
//!
//! Each limit is at least four times what the largest plugins known need, which carry an engine inside: one in Python (`CPython`,
//! 19 MB) and one in JavaScript (`SpiderMonkey`, 12 MB). A plugin in Rust has a twentieth of that or less. Times are of one core, with the
//! compiler optimised as in a development build; functions are compiled on all cores.
//!
//! The counts do not see everything. The compiler merges computations that are equal, so that their values live longer than the code says: 210 KB
//! made for that stay below all limits and take 30 s and 3.6 GB. And a plugin may be at several limits at once.

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

/// Checks that compiling the component stays within bounds. What is not valid is refused too, so that no compiler sees it.
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
