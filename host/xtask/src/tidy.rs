//! `tidy`: checks what compilers ignore and readers notice. The checks are in `checks`, the exceptions in `exceptions`.

mod checks;
mod exceptions;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;

/// Folders, at any depth, for files that are built, fetched or written by runs.
const NOT_OURS: [&str; 5] = ["target", "lake", "node_modules", "__pycache__", "venv"];

/// Hidden folders that are part of the checkout; others belong to tools.
const HIDDEN_BUT_OURS: [&str; 4] = [".cargo", ".ci", ".config", ".github"];

/// Fails with a list of all files and lines that break a rule.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let files = files(checkout)?;
    let mut faults = checks::folders(&files);
    for name in &files {
        let path = checkout.root().join(name);
        // A file may have been deleted since it was listed; a binary one has no lines to check.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        faults.extend(checks::file(name, &text));
    }
    match fs::read_to_string(checkout.root().join("CHANGELOG.md")) {
        Ok(text) => faults.extend(checks::changelog(&text)),
        Err(_) => faults.push("`CHANGELOG.md` is missing".to_owned()),
    }
    if !faults.is_empty() {
        bail!(
            "{} of {} files and folders are not tidy\n  {}\n  help: where one of them must be so, \
             `host/xtask/src/tidy/exceptions.rs` takes it with the reason",
            faults.len(),
            files.len(),
            faults.join("\n  ")
        );
    }
    println!("{} files are tidy", files.len());
    Ok(())
}

/// All files that are ours, relative to the root folder, sorted. Links are not followed.
fn files(checkout: &Checkout) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![checkout.root().to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let hidden = name.starts_with('.') && !HIDDEN_BUT_OURS.contains(&name.as_str());
                if !hidden && !NOT_OURS.contains(&name.as_str()) {
                    waiting.push(entry.path());
                }
            } else if kind.is_file() {
                files.push(checkout.relative(&entry.path()));
            }
        }
    }
    files.sort();
    Ok(files)
}
