//! Requests and results of `lint`.

use std::path::{Path, PathBuf};

use assay_model::RuleCode;
use assay_packs::Discovery;

/// How serious a lint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A run would refuse it, or do something unintended.
    Error,
    /// It works but is probably not intended.
    Warning,
}

/// One problem that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// Where it was found.
    pub place: String,
    /// How serious it is.
    pub severity: Severity,
    /// A code that never changes: `level-redundant`.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What to check.
#[derive(Debug)]
pub struct LintRequest<'a> {
    /// A pack, a component, a plugin's folder, or a folder of rules.
    pub target: &'a Path,
    /// Finds rules and plugins.
    pub discovery: &'a Discovery,
    /// The host's own rules, whose levels packs may also set.
    pub host_rules: &'a [RuleCode],
    /// Folder of compiled plugins.
    pub cache: Option<PathBuf>,
}

/// What was checked, and what was found.
#[derive(Debug, Default)]
pub struct Linted {
    /// The packs and plugins that were checked.
    pub looked_at: Vec<String>,
    /// The problems, ordered by place.
    pub lints: Vec<Lint>,
}
