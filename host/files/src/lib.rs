//! Files that exist completely or not at all: written under a hidden name in the same folder, flushed, then renamed.
//!
//! A reader sees the old file or the new one, and so does the next process after a crash.

mod draft;
mod flush;
mod folder;
mod terms;

use std::io::{self, Write as _};
use std::path::Path;

pub use draft::{Created, Draft, is_draft};
pub use flush::Unflushed;
pub use folder::create_folder;
pub use terms::{Access, Keep};

/// Writes a file, replacing any file of that name, and creates missing parent folders.
pub fn replace(path: &Path, bytes: &[u8], access: Access, keep: Keep) -> io::Result<()> {
    let mut draft = Draft::begin(path, access, keep)?;
    draft.write_all(bytes)?;
    draft.replace()
}

/// Writes a file, and creates missing parent folders. If the name is taken, it returns
/// [`io::ErrorKind::AlreadyExists`] and leaves the existing file as it is.
pub fn create(path: &Path, bytes: &[u8], access: Access, keep: Keep) -> io::Result<()> {
    let mut draft = Draft::begin(path, access, keep)?;
    draft.write_all(bytes)?;
    match draft.create()? {
        Created::Now => Ok(()),
        Created::Taken(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flush::test::{FAILS, SEEN};

    /// What is flushed, in order; folders are relative to the one that already existed.
    fn check(write: impl FnOnce(&Path), expected: &[&str]) {
        let folder = tempfile::tempdir().expect("a folder");
        SEEN.take();
        write(folder.path());
        let root = folder.path().display().to_string();
        let seen: Vec<_> = SEEN.take().iter().map(|it| it.replacen(&root, "", 1)).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_durable_is_flushed_before_and_after_it_has_its_name() {
        let (usual, durable) = (Access::Usual, Keep::Durable);
        let write = |keep| {
            move |at: &Path| replace(&at.join("file"), b"1", usual, keep).expect("it is written")
        };
        check(write(durable), &["content", ""]);
        check(write(Keep::Cached), &[]);
        check(
            |at| create(&at.join("a/b/file"), b"1", usual, durable).expect("it is written"),
            &["", "/a", "content", "/a/b"],
        );
        check(|at| create_folder(&at.join("root"), durable).expect("it is made"), &[""]);
        // A file named by someone else may not be on the disk yet either.
        check(
            |at| {
                std::fs::write(at.join("file"), b"1").expect("it is written");
                create(&at.join("file"), b"1", usual, durable).expect_err("the name is taken");
            },
            &["content", ""],
        );
    }

    #[test]
    fn a_folder_that_cannot_be_flushed_is_told_apart_from_a_name_that_was_not_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("file");
        FAILS.set(true);
        let failed = replace(&at, b"1", Access::Usual, Keep::Durable).expect_err("no flush");
        FAILS.set(false);
        assert!(Unflushed::within(&failed).is_some(), "{failed:?}");
        assert_eq!(std::fs::read(&at).expect("it has its name"), b"1");
        let taken = create(&at, b"2", Access::Usual, Keep::Durable).expect_err("taken");
        assert!(Unflushed::within(&taken).is_none(), "{taken:?}");
    }
}
