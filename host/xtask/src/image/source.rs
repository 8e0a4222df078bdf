//! The source of an image, for its labels and timestamps.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::shell;

/// Paths that determine the image's contents. The rest of the checkout may change without a new image.
const SOURCES: [&str; 10] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "host",
    "plugins",
    "rules",
    "rust-toolchain.toml",
    "terraform/image",
    "wit",
];

/// Values of the image's labels and timestamps.
#[derive(Debug)]
pub(super) struct Facts {
    /// The version of the crates.
    pub(super) version: String,
    /// The commit, with `-dirty` if sources differ from it.
    pub(super) revision: String,
    /// `sha256:…` of the list of files and their digests, as `sha256sum` prints it.
    pub(super) digest: String,
    /// The commit's time in seconds since 1970, given to everything in the image. `SOURCE_DATE_EPOCH` overrides it.
    pub(super) time: u64,
}

/// Collects the facts from git and the files.
pub(super) fn facts(checkout: &Checkout) -> Result<Facts> {
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(checkout.root()).args(words);
        shell::output_of(&mut git).context("cannot ask git for the image's commit and sources")
    };
    let about = |words: &[&str]| git(&[words, &["--"], &SOURCES].concat());
    let changed = about(&["status", "--porcelain"])?;
    let commit = git(&["rev-parse", "HEAD"])?;
    let suffix = if changed.is_empty() { "" } else { "-dirty" };
    let time = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(set) => set,
        Err(_) => git(&["log", "-1", "--format=%ct"])?,
    };
    let time = time.trim();
    let mut files: Vec<_> =
        about(&["ls-files", "-z"])?.split_terminator('\0').map(str::to_owned).collect();
    files.sort();
    let mut list = String::new();
    for file in files {
        let bytes = fs::read(checkout.root().join(&file))
            .with_context(|| format!("cannot read `{file}`, which git lists"))?;
        writeln!(list, "{}  {file}", assay_digest::sha256(bytes))
            .expect("writing to a string cannot fail");
    }
    Ok(Facts {
        version: checkout.version()?,
        revision: format!("{}{suffix}", commit.trim()),
        digest: assay_digest::named(list),
        time: time.parse().with_context(|| {
            format!("`SOURCE_DATE_EPOCH` is `{time}`; expected seconds since 1970")
        })?,
    })
}
