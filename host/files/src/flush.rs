//! What is put on the disk, and what it means if that fails once a name is taken.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::terms::Keep;

/// A file has its name, and its folder could not be flushed: after a power cut it may be gone.
///
/// It travels in an [`io::Error`], as [`Unflushed::within`] finds it.
#[derive(Debug, thiserror::Error)]
#[error("the file has its name, but its folder could not be flushed to disk")]
pub struct Unflushed {
    #[source]
    source: io::Error,
}

impl Unflushed {
    /// Whether that is what an error says. Every other error of this crate leaves the name as it was.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Unflushed> for io::Error {
    fn from(error: Unflushed) -> Self {
        Self::new(error.source.kind(), error)
    }
}

/// Puts a file's content on the disk, if it is to be kept.
pub(crate) fn content(file: &File, keep: Keep) -> io::Result<()> {
    match keep {
        Keep::Durable => {
            note("content");
            file.sync_all()
        }
        Keep::Cached => Ok(()),
    }
}

/// Puts a name that was just given on the disk, if it is to be kept.
pub(crate) fn name(folder: &Path, keep: Keep) -> io::Result<()> {
    match keep {
        Keep::Durable => folder_names(folder).map_err(|source| Unflushed { source }.into()),
        Keep::Cached => Ok(()),
    }
}

/// Puts the names in a folder on the disk. Only Unix lets a folder be opened for that.
pub(crate) fn folder_names(folder: &Path) -> io::Result<()> {
    note(&folder.display().to_string());
    #[cfg(test)]
    if test::FAILS.get() {
        return Err(io::Error::other("the disk does not answer"));
    }
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Nobody can see from outside whether a disk was asked to keep something, so tests of this crate are told.
#[cfg(not(test))]
fn note(_: &str) {}

#[cfg(test)]
fn note(what: &str) {
    test::SEEN.with_borrow_mut(|seen| seen.push(what.to_owned()));
}

#[cfg(test)]
pub(crate) mod test {
    use std::cell::{Cell, RefCell};

    thread_local! {
        pub(crate) static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
        pub(crate) static FAILS: Cell<bool> = const { Cell::new(false) };
    }
}
