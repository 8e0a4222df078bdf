//! Why something cannot be looked into.

use assay_model::shown;
use assay_packs::PackError;
use assay_sandbox::SandboxError;

use crate::error::RunError;

/// What keeps a trial or an explanation from being given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// As a run would fail.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The input is no table.
    #[error(
        "`{location}` is not a table: {reason}\nhelp: open it in an editor; its first line must be a header, followed by records", location = shown(location))]
    NoTable {
        /// The input.
        location: String,
        /// What was found.
        reason: String,
    },
    /// No pack judges the file, or not the one that was named.
    #[error("no pack judges this file: {reason}{}", unhelped(reason))]
    Refused {
        /// Why.
        reason: String,
    },
    /// The plugin has no such rule.
    #[error("the plugin `{plugin}` has no rule `{rule}` in this run\nhelp: {}", choice(offered), rule = shown(rule), plugin = shown(plugin))]
    NoSuchRule {
        /// What was asked for.
        rule: String,
        /// The plugin.
        plugin: String,
        /// Those there are.
        offered: Vec<String>,
    },
    /// The file ends before the record.
    #[error(
        "`{location}` has no record {record}\nhelp: it has {records} records, counted from 1 without the header", location = shown(location))]
    NoSuchRecord {
        /// What was asked for.
        record: u64,
        /// The last one there is.
        records: u64,
        /// The input.
        location: String,
    },
}

/// What to do, where the reason does not say it.
fn unhelped(reason: &str) -> &'static str {
    if reason.contains("\nhelp: ") {
        return "";
    }
    "\nhelp: `--rules` names the folder of packs and layouts; a new layout is added to `rules/<dataset>/dataset.toml`"
}

/// The rules there are; none where they are made by settings that were not given.
fn choice(offered: &[String]) -> String {
    if offered.is_empty() {
        return "it has none, because its settings make them: give `--settings`, or `--pack` with a pack that uses the plugin"
            .to_owned();
    }
    format!("it has `{}`", offered.join("`, `"))
}

impl From<PackError> for ProbeError {
    fn from(error: PackError) -> Self {
        Self::Run(error.into())
    }
}

impl From<SandboxError> for ProbeError {
    fn from(error: SandboxError) -> Self {
        Self::Run(error.into())
    }
}
