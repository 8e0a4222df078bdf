//! Errors of stores.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use assay_files::Unflushed;
use assay_model::shown;

use crate::key::{BadKey, Key};
use crate::version::Version;

/// Why something could not be written or read. Always stops the run; never a verdict on data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The text cannot name an object.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// A create-only write found something there.
    #[error("`{key}` exists already; it is created once and never overwritten", key = shown(key))]
    Exists {
        /// The object.
        key: Key,
    },
    /// A compare-and-swap found a version other than the one that was read.
    #[error(
        "`{key}` was changed by another run since it was read (expected version `{expected}`); \
         read it again and retry", key = shown(key))]
    Changed {
        /// The object.
        key: Key,
        /// The version that was read.
        expected: Version,
    },
    /// The object exists already with other bytes, which are left untouched.
    #[error(
        "`{key}` exists already and is not what this run wrote ({found} bytes, expected {written}); it was left as it is\n\
         help: another version of assay wrote it, or it was damaged since; if no manifest names it, delete it and run again", key = shown(key))]
    Differs {
        /// The object.
        key: Key,
        /// Size of the existing object, in bytes.
        found: u64,
        /// Size of what was written, in bytes; may be equal.
        written: u64,
    },
    /// Another process holds the lock of a document for too long.
    #[error(
        "another process has held the lock `{}` for {waited:?}, which normally takes milliseconds; it may be suspended: resume or end it, then run again", shown(.lock.display())
    )]
    Locked {
        /// The lock's file.
        lock: PathBuf,
        /// Time waited.
        waited: Duration,
    },
    /// The object is written and visible, but may not survive a power cut.
    #[error(
        "`{place}` is written, but the disk did not confirm its name: a power cut may lose it", place = shown(place))]
    Unconfirmed {
        /// What was written.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// No space is left, or the quota is used up.
    #[error(
        "the disk is full: could not {doing} `{place}`; free some space and run again, \
         nothing that was published has changed", place = shown(place))]
    Full {
        /// What was being done: "write".
        doing: &'static str,
        /// To what.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// The store failed in any other way.
    #[error("could not {doing} `{place}`", place = shown(place))]
    Io {
        /// What was being done: "write".
        doing: &'static str,
        /// To what.
        place: String,
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Sorts an I/O error into "the disk is full" and the rest. `doing` is a verb, as in "could not write".
    pub fn io(doing: &'static str, place: &(impl ToString + ?Sized), source: io::Error) -> Self {
        let place = place.to_string();
        if Unflushed::within(&source).is_some() {
            return Self::Unconfirmed { place, source };
        }
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { doing, place, source }
            }
            _ => Self::Io { doing, place, source },
        }
    }
}
