//! `PostgreSQL`'s programs: on `PATH`, or in Debian's folder for them, which is not on it.

use std::path::{Path, PathBuf};

/// The message if they are missing.
pub(crate) const MISSING: &str =
    "PostgreSQL's programs are not on this machine\n  help: `apt-get install postgresql`";

/// The folder of `initdb` and the other programs; of several, the newest.
pub(crate) fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir(Path::new("/usr/lib/postgresql"));
    let mut debian: Vec<(u32, PathBuf)> = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    debian.sort();
    let debian = debian.into_iter().rev().map(|(_, folder)| folder);
    debian.chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").is_file())
}
