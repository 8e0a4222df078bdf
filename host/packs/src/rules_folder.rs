//! A rules folder: it contains a folder per dataset, which contains a folder of packs per kind.

use std::path::{Path, PathBuf};

use crate::error::PackError;

/// Files among the packs that are not packs: how `assay sample` generates files of the kind, and the kind's columns.
const NO_PACKS: [&str; 2] = ["sample.toml", "schema.toml"];

/// Returns the pack files in a dataset's folder, including those that are only extended.
pub(crate) fn pack_files(dataset: &Path) -> Result<Vec<PathBuf>, PackError> {
    let mut files = Vec::new();
    for kind in folders(dataset)? {
        files.extend(entries(&kind)?.into_iter().filter(|path| {
            path.extension().is_some_and(|extension| extension == "toml")
                && !NO_PACKS.iter().any(|name| path.ends_with(name))
        }));
    }
    Ok(files)
}

/// Returns the folders in a folder.
pub(crate) fn folders(path: &Path) -> Result<Vec<PathBuf>, PackError> {
    Ok(entries(path)?.into_iter().filter(|entry| entry.is_dir()).collect())
}

/// Returns the entries of a folder in order of their names, so that messages have the same order everywhere.
fn entries(path: &Path) -> Result<Vec<PathBuf>, PackError> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let mut entries = std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        entries.sort_unstable();
        Ok(entries)
    };
    read().map_err(|source| PackError::Read { path: path.to_owned(), source })
}
