//! Errors of trials and explanations.

use assay_model::shown;
use assay_packs::PackError;
use assay_sandbox::SandboxError;

use crate::error::RunError;

/// Why a trial, an explanation or a comparison cannot be produced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// A run would fail for the same reason.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The input is not a table.
    #[error(
        "`{location}` is not a table: {reason}\nhelp: open it in an editor; its first line must be a header, followed by records", location = shown(location))]
    NoTable {
        /// The input.
        location: String,
        /// What was found.
        reason: String,
    },
    /// No pack judges the file, or the named pack does not.
    #[error("no pack judges this file: {reason}{}", unhelped(reason))]
    Refused {
        /// The reason.
        reason: String,
    },
    /// The plugin has no rule of that name.
    #[error("the plugin `{plugin}` has no rule `{rule}` in this run\nhelp: {}", choice(offered), rule = shown(rule), plugin = shown(plugin))]
    NoSuchRule {
        /// The name requested.
        rule: String,
        /// The plugin.
        plugin: String,
        /// The plugin's rules.
        offered: Vec<String>,
    },
    /// The file has fewer records.
    #[error(
        "`{location}` has no record {record}\nhelp: it has {records} records, counted from 1 without the header", location = shown(location))]
    NoSuchRecord {
        /// The record requested, counting from 1.
        record: u64,
        /// Number of records in the file.
        records: u64,
        /// The input.
        location: String,
    },
}

/// The help line, unless the reason already contains one.
fn unhelped(reason: &str) -> &'static str {
    if reason.contains("\nhelp: ") {
        return "";
    }
    "\nhelp: `--rules` names the folder of packs and layouts; a new layout is added to `rules/<dataset>/dataset.toml`"
}

/// Lists the plugin's rules. It has none if its settings define them and none were given.
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
