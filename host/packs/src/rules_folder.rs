//! A rules folder: a folder for each dataset, with a folder of packs for each kind.

use std::path::{Path, PathBuf};

use crate::error::PackError;

/// These lie among the packs and are none: how `assay sample` makes files of the kind, and the kind's columns.
const NO_PACKS: [&str; 2] = ["sample.toml", "schema.toml"];

/// The files of packs in a dataset's folder, those included that are only extended.
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

/// The folders in a folder.
pub(crate) fn folders(path: &Path) -> Result<Vec<PathBuf>, PackError> {
    Ok(entries(path)?.into_iter().filter(|entry| entry.is_dir()).collect())
}

/// What a folder holds, in the order of names, so that messages come in the same order everywhere.
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
