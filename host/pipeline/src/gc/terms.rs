//! What is looked for, and what is found.

use std::time::Duration;

use serde::Serialize;

/// What is kept besides what manifests name.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Replaced runs of each partition, the newest of them: what one can go back to.
    pub runs: usize,
    /// How long replaced and refused runs stay, from the beginning of the attempt: readers that follow an older manifest need its files,
    /// and people look at why a file was refused.
    pub keep: Duration,
    /// How long an attempt may take. What is younger than this may still be under way.
    pub grace: Duration,
}

/// Why an attempt's files may go, or may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A manifest names it.
    Published,
    /// It was published, and another took its place.
    Replaced,
    /// Its file was refused; the quarantine says why.
    Refused,
    /// It failed, was killed, or is under way.
    Unfinished,
}

/// What is to become of an attempt's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The folders above: `dataset=…/kind=…/…`.
    pub partition: String,
    /// The run.
    pub run_id: String,
    /// The attempt.
    pub attempt: String,
    /// What it came to.
    pub state: State,
    /// Whether its files go.
    pub goes: bool,
    /// Why, or why not.
    pub why: String,
    /// Its files.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
}

/// What there is, and what goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Every attempt that left files, by partition and time.
    pub attempts: Vec<Item>,
    /// Files that belong to no attempt and to no commit. They are left alone.
    pub unknown: Vec<String>,
    /// Files that dead processes left half-written and that were removed; unknown before anything is deleted.
    pub half_written: Option<usize>,
    /// Whether what goes is gone.
    pub deleted: bool,
}
