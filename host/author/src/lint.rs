//! `assay lint`: everything that can be known without running on data.

mod pack;
mod plugin;

use std::path::{Path, PathBuf};

use assay_model::RuleCode;
use assay_packs::Discovery;

use crate::error::AuthorError;
use crate::inventory::Inventory;

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

/// Looks at a pack, a plugin, or at all there are.
pub fn lint(request: &LintRequest<'_>) -> Result<Linted, AuthorError> {
    let inventory = Inventory::open(request.discovery, request.cache.clone())?;
    let mut linted = Linted::default();
    let target = request.target;
    let same = |path: &Path| match (path.canonicalize(), target.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => path == target,
    };
    if !target.exists() {
        return Err(AuthorError::NothingToLint { path: target.to_owned() });
    }
    let all = target.is_dir();
    for resolved in inventory.packs.iter().filter(|known| all || same(known.pack.path())) {
        linted.looked_at.push(resolved.pack.path().display().to_string());
        linted.lints.extend(pack::lints(resolved, request));
    }
    for (name, loaded) in inventory.plugins.iter().filter(|(_, loaded)| all || same(&loaded.path)) {
        linted.looked_at.push(loaded.path.display().to_string());
        linted.lints.extend(plugin::lints(name, loaded, &inventory, request));
    }
    for (path, reason) in inventory.broken.iter().filter(|(path, _)| all || same(path)) {
        linted.looked_at.push(path.display().to_string());
        linted.lints.push(Lint {
            place: path.display().to_string(),
            severity: Severity::Error,
            code: "plugin-broken",
            message: format!("it cannot be loaded: {reason}"),
            help: "build it again with `assay build`".to_owned(),
        });
    }
    if linted.looked_at.is_empty() {
        return Err(AuthorError::NothingToLint { path: target.to_owned() });
    }
    linted.lints.sort();
    linted.lints.dedup();
    Ok(linted)
}

/// Where a rule's page may lie: in the plugin's folder of a checkout, or beside the packs of a plugin's own project.
pub fn page(discovery: &Discovery, plugin: &str, code: &str) -> Option<PathBuf> {
    let rules = discovery.rules();
    let file = format!("{code}.md");
    let own = rules.parent().map(|top| top.join("plugins").join(plugin).join("rules").join(&file));
    own.into_iter().chain([rules.join(&file)]).find(|path| path.is_file())
}
