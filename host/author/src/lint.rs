//! `assay lint`: every check that needs no data.

mod pack;
mod plugin;
mod report;

use std::path::Path;

pub use report::{Lint, LintRequest, Linted, Severity};

use crate::error::AuthorError;
use crate::inventory::Inventory;

/// Checks a pack, a plugin, or all of them. Fails if the target is none of these, or if a pack cannot be read without mistakes.
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
