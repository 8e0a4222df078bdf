//! Public types of garbage collection.

use std::time::Duration;

use serde::Serialize;

/// What to keep in addition to files that a manifest names.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Number of replaced runs to keep per partition, newest first: the runs one can go back to.
    pub runs: usize,
    /// How long to keep replaced and refused runs, measured from the start of the attempt: readers that follow an older manifest need its
    /// files, and people investigate why a file was refused.
    pub keep: Duration,
    /// Maximum duration of an attempt. A younger one may still be in progress.
    pub grace: Duration,
}

/// State of an attempt, which decides whether its files may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A manifest names its files.
    Published,
    /// It was published, and a later run replaced it.
    Replaced,
    /// Its file was refused; the quarantine contains the reasons.
    Refused,
    /// It failed, was killed, or is in progress.
    Unfinished,
}

/// What happens to an attempt's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Path of the partition: `dataset=…/kind=…/…`.
    pub partition: String,
    /// Id of the run.
    pub run_id: String,
    /// Name of the attempt.
    pub attempt: String,
    /// Its state.
    pub state: State,
    /// Whether its files are to be deleted.
    pub goes: bool,
    /// The reason for deleting or keeping them.
    pub why: String,
    /// Number of its files.
    pub files: u64,
    /// Total size of its files, in bytes.
    pub bytes: u64,
}

/// The attempts found in a store, and which of them are to be deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Every attempt that left files, ordered by partition and time.
    pub attempts: Vec<Item>,
    /// Keys of files that belong to no attempt and no commit. They are left alone.
    pub unknown: Vec<String>,
    /// Number of half-written files that dead processes left and that were deleted; `None` before anything is deleted.
    pub half_written: Option<usize>,
    /// Whether the files to be deleted have been deleted.
    pub deleted: bool,
}
