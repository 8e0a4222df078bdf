//! A plugin's source as one digest that anyone can recompute.
//!
//! It is the SHA-256 of the text that `sha256sum` prints for the files, sorted by name as bytes. The files are all those below the given
//! folders, except those excluded by a `.gitignore` there, `.git`, and locks of rules, which a build writes.

use std::fs;
use std::path::{Path, PathBuf};

use assay_digest::sha256;
use assay_model::Digest;
use ignore::WalkBuilder;

use crate::error::ShippingError;

/// Names that are never part of the source: version control's own folder, and the file that a build writes into the rules.
const NOT_SOURCE: [&str; 2] = [".git", "assay.lock"];

/// A file or folder, with a name that does not depend on its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTree {
    /// Prefix of its files' names; empty for the plugin's own folder.
    pub name: String,
    /// Path on this machine.
    pub path: PathBuf,
}

/// Returns the digest of all files, and their number. Fails if one cannot be read.
pub fn source_digest(trees: &[SourceTree]) -> Result<(Digest, usize), ShippingError> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for tree in trees {
        if tree.path.is_file() {
            files.push((tree.name.clone(), tree.path.clone()));
        } else {
            files.extend(below(tree)?);
        }
    }
    files.sort();
    files.dedup();
    let mut sums = Vec::new();
    for (name, path) in &files {
        let bytes = fs::read(path).map_err(ShippingError::file("read", path))?;
        sums.push(format!("{}  {name}\n", sha256(bytes)));
    }
    Ok((sha256(sums.concat()), files.len()))
}

fn below(tree: &SourceTree) -> Result<Vec<(String, PathBuf)>, ShippingError> {
    let walk = WalkBuilder::new(&tree.path)
        // The same files on every machine: no personal settings, no ignore files in parent folders, with or without git.
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .filter_entry(|entry| {
            !NOT_SOURCE.iter().any(|name| entry.file_name().to_str() == Some(name))
        })
        .build();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|error| ShippingError::File {
            what: "look through",
            path: tree.path.clone(),
            source: std::io::Error::other(error),
        })?;
        if entry.file_type().is_some_and(|kind| !kind.is_dir()) {
            let path = entry.into_path();
            files.push((named(tree, &path), path));
        }
    }
    Ok(files)
}

fn named(tree: &SourceTree, path: &Path) -> String {
    let inside = path.strip_prefix(&tree.path).unwrap_or(path);
    let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
    let inside = parts.collect::<Vec<_>>().join("/");
    if tree.name.is_empty() { inside } else { format!("{}/{inside}", tree.name) }
}
