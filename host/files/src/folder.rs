//! Folders, and the names in them.

use std::fs;
use std::io;
use std::path::Path;

use crate::flush::folder_names;
use crate::terms::Keep;

/// Creates a folder with those above it, each of them on the disk before the next if it is to be kept so.
pub fn create_folder(folder: &Path, keep: Keep) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if keep == Keep::Cached {
        return fs::create_dir_all(folder);
    }
    let parent = match folder.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        // The root of all, or nothing, which are there.
        None => return Ok(()),
    };
    create_folder(parent, keep)?;
    match fs::create_dir(folder) {
        // Another process was faster, or something else has the name.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {
            folder_names(parent)
        }
        // Who removes empty folders was faster with the one above.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !parent.is_dir() => {
            create_folder(folder, keep)
        }
        Err(error) => Err(error),
        Ok(()) => folder_names(parent),
    }
}
