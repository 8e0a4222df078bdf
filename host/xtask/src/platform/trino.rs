//! Trino's server, unpacked once for all checkouts; without the unused plugins, it has a fifth of its size.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;

use crate::checkout::Checkout;
use crate::{java, turn};

/// The plugins for the catalogs in use.
const PLUGINS: [&str; 2] = ["hive", "iceberg"];

/// The oldest Java that release 476 supports.
const LEAST_JAVA: u32 = 24;

/// The server's folder, and the folder of a Java for it.
pub(crate) fn find(checkout: &Checkout) -> Result<(PathBuf, PathBuf)> {
    let java = java::home("JAVA24_HOME", |version| version >= LEAST_JAVA).context(
        "Java 24 or newer is not on this machine, so DuckDB stands in for Athena\n  help: install one; it is looked for beside the default \
         one, and in the folder that `JAVA24_HOME` names",
    )?;
    let cache = assay_standins::cache_of(&java::TRINO.stem());
    let folder =
        cache.unwrap_or_else(|| checkout.output().join("platform").join(java::TRINO.stem()));
    let _turn = turn::take(&folder.with_extension("lock"))?;
    if !folder.is_dir() {
        unpack(&java::TRINO.file()?, &folder)?;
    }
    Ok((folder, java))
}

fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    eprintln!("unpacking Trino into `{}`", folder.display());
    // First into a temporary folder beside it, so that the final folder is always complete.
    let begun = folder.with_extension(format!("{}.part", std::process::id()));
    let file =
        File::open(archive).with_context(|| format!("cannot read `{}`", archive.display()))?;
    // Unpacks everything, because plugins are hard links to each other's files, and then removes the unused ones.
    tar::Archive::new(GzDecoder::new(file))
        .unpack(&begun)
        .with_context(|| format!("cannot unpack into `{}`", begun.display()))?;
    let unpacked = begun.join(java::TRINO.stem());
    for plugin in fs::read_dir(unpacked.join("plugin"))? {
        let plugin = plugin?;
        if !PLUGINS.iter().any(|wanted| plugin.file_name() == *wanted) {
            fs::remove_dir_all(plugin.path())?;
        }
    }
    match fs::rename(&unpacked, folder) {
        // Another checkout was faster.
        Err(_) if folder.is_dir() => {}
        moved => moved.with_context(|| format!("cannot make `{}`", folder.display()))?,
    }
    Ok(fs::remove_dir_all(&begun)?)
}
