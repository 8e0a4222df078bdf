//! Listing and cleaning a folder.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{MAIN_SEPARATOR, Path};
use std::time::Duration;

use assay_files::is_draft;

use super::LocalStore;
use crate::key::RESERVED;
use crate::{Cleaning, Key, Listed, StoreError};

/// Calls `visit` with each file below `folder`, in no particular order. Symbolic links are not followed.
fn walk(folder: &Path, visit: &mut impl FnMut(&Path, &str) -> io::Result<()>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), visit)?;
        } else if let Some(name) = entry.file_name().to_str() {
            visit(&entry.path(), name)?;
        }
    }
    Ok(())
}

/// Removes a draft whose owner is dead; returns whether it did.
fn sweep(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    match file.try_lock() {
        Ok(()) => match fs::remove_file(path) {
            // Its owner renamed it after we opened it and before we locked it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            removed => removed.map(|()| true),
        },
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Removes a folder if it is empty; returns whether it is gone.
fn remove_empty(folder: &Path) -> io::Result<bool> {
    match fs::remove_dir(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
        Err(error) => Err(error),
    }
}

fn prune_below(folder: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            prune_below(&entry.path())?;
        }
    }
    remove_empty(folder)
}

impl Cleaning for LocalStore {
    fn list(&self, folder: &Key) -> Result<Vec<Listed>, StoreError> {
        let mut found = Vec::new();
        let walked = walk(&self.path(folder), &mut |path, name| {
            let below = path.strip_prefix(self.root()).ok().and_then(Path::to_str);
            if let Some(below) = below
                && !name.starts_with(RESERVED)
                && let Ok(key) = Key::new(below.replace(MAIN_SEPARATOR, "/"))
            {
                match path.symlink_metadata() {
                    // Somebody was faster.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    metadata => found.push(Listed { key, bytes: metadata?.len() }),
                }
            }
            Ok(())
        });
        walked.map_err(|source| StoreError::io("list", folder, source))?;
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    fn prune(&self, folder: &Key) -> Result<(), StoreError> {
        let fault = |source| StoreError::io("remove", folder, source);
        prune_below(&self.path(folder)).map_err(fault)?;
        let segments: Vec<_> = folder.segments().collect();
        for depth in (1..segments.len()).rev() {
            let above = segments[..depth].iter().fold(self.root().to_owned(), |at, it| at.join(it));
            if !remove_empty(&above).map_err(fault)? {
                break;
            }
        }
        Ok(())
    }

    fn sweep(&self, folder: &Key, _: Duration) -> Result<usize, StoreError> {
        let mut swept = 0;
        let walked = walk(&self.path(folder), &mut |path, name| {
            if is_draft(name) && sweep(path)? {
                swept += 1;
            }
            Ok(())
        });
        walked.map_err(|source| StoreError::io("sweep", folder, source))?;
        Ok(swept)
    }
}
