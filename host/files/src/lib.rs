//! Files that are there whole or not at all: written under a hidden name beside, flushed, then named.
//!
//! A reader sees the old file or the new one, and so does the next process after a crash.

mod draft;
mod folder;
mod terms;

use std::io::{self, Write as _};
use std::path::Path;

pub use draft::{Created, Draft, is_draft};
pub use folder::{create_folder, sync_folder};
pub use terms::{Access, Keep};

/// Writes a file, in place of what has the name, and the folders it lies in.
pub fn replace(path: &Path, bytes: &[u8], access: Access, keep: Keep) -> io::Result<()> {
    let mut draft = Draft::begin(path, access, keep)?;
    draft.write_all(bytes)?;
    draft.replace()
}

/// Writes a file, and the folders it lies in. [`io::ErrorKind::AlreadyExists`] if something has the name: that stays.
pub fn create(path: &Path, bytes: &[u8], access: Access, keep: Keep) -> io::Result<()> {
    let mut draft = Draft::begin(path, access, keep)?;
    draft.write_all(bytes)?;
    match draft.create()? {
        Created::Now => Ok(()),
        Created::Taken(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}
