//! Creating folders.

use std::fs;
use std::io;
use std::path::Path;

use crate::flush::folder_names;
use crate::terms::Keep;

/// Creates a folder and its missing parents. If they are to be durable, each is flushed to disk before
/// the next is created.
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
        // The root folder or an empty path; both exist.
        None => return Ok(()),
    };
    create_folder(parent, keep)?;
    match fs::create_dir(folder) {
        // Another process was faster, or something else has the name.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {
            folder_names(parent)
        }
        // A process that removes empty folders has just removed the parent.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !parent.is_dir() => {
            create_folder(folder, keep)
        }
        Err(error) => Err(error),
        Ok(()) => folder_names(parent),
    }
}
