//! What is looked at, and what is found.

use std::path::{Path, PathBuf};

use assay_model::RuleCode;
use assay_packs::Discovery;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A run would refuse, or do what nobody meant.
    Error,
    /// It works, and is probably not meant.
    Warning,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// Where.
    pub place: String,
    /// How bad.
    pub severity: Severity,
    /// What it is about, never changing: `level-redundant`.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What is looked at.
#[derive(Debug)]
pub struct LintRequest<'a> {
    /// A pack, a component, a plugin's folder, or a folder of rules.
    pub target: &'a Path,
    /// Where rules and plugins are.
    pub discovery: &'a Discovery,
    /// The host's own rules, which packs may give levels too.
    pub host_rules: &'a [RuleCode],
    /// Folder of compiled plugins.
    pub cache: Option<PathBuf>,
}

/// What was looked at, and what was found.
#[derive(Debug, Default)]
pub struct Linted {
    /// Packs and plugins.
    pub looked_at: Vec<String>,
    /// By place.
    pub lints: Vec<Lint>,
}
