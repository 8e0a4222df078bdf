//! Flushing to disk, and the error when that fails after a file has its name.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::terms::Keep;

/// A file has its name, but its folder could not be flushed: after a power cut the file may be gone.
///
/// It is wrapped in an [`io::Error`]; [`Unflushed::within`] finds it.
#[derive(Debug, thiserror::Error)]
#[error("the file has its name, but its folder could not be flushed to disk")]
pub struct Unflushed {
    #[source]
    source: io::Error,
}

impl Unflushed {
    /// Finds it in an error. After any other error of this crate, the name is as it was before.
    pub fn within(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Unflushed> for io::Error {
    fn from(error: Unflushed) -> Self {
        Self::new(error.source.kind(), error)
    }
}

/// Flushes a file's content to disk if it is to be durable.
pub(crate) fn content(file: &File, keep: Keep) -> io::Result<()> {
    match keep {
        Keep::Durable => {
            note("content");
            file.sync_all()
        }
        Keep::Cached => Ok(()),
    }
}

/// Flushes a name that was just given to disk if it is to be durable.
pub(crate) fn name(folder: &Path, keep: Keep) -> io::Result<()> {
    match keep {
        Keep::Durable => folder_names(folder).map_err(|source| Unflushed { source }.into()),
        Keep::Cached => Ok(()),
    }
}

/// Flushes the names in a folder to disk. Only Unix allows opening a folder for that.
pub(crate) fn folder_names(folder: &Path) -> io::Result<()> {
    note(&folder.display().to_string());
    #[cfg(test)]
    if test::FAILS.get() {
        return Err(io::Error::other("the disk does not answer"));
    }
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Flushes cannot be observed from outside, so the tests of this crate record them.
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
