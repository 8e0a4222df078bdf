//! What a run tells while it goes on. The pipeline prints nothing; whoever calls it may.

use crate::error::RunError;

/// A stretch of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The first pass: records, digest, unique keys.
    Survey,
    /// The second pass: rules, Parquet, quarantine.
    Judge,
    /// Files are completed and the manifest is written.
    Publish,
}

/// How far a phase is. Cheap enough to be told after every few slabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which phase.
    pub phase: Phase,
    /// Bytes of the stored input read in this phase.
    pub bytes: u64,
    /// Bytes of the stored input in all.
    pub total_bytes: u64,
    /// Records seen in this phase.
    pub records: u64,
    /// Records in all, once the survey has counted them.
    pub total_records: Option<u64>,
    /// Records quarantined so far.
    pub quarantined: u64,
}

/// Is told how a run goes.
pub trait Observer: Sync {
    /// Called often, from any thread and from one at a time.
    fn progress(&self, progress: Progress);
    /// Something that does not stop the run and that a person should know.
    fn notice(&self, text: &str);
    /// Whether the run shall end before its end. Asked between slabs, from any thread; what answers yes goes on doing so.
    fn interrupted(&self) -> bool {
        false
    }
}

/// An error once the run shall end.
pub(crate) fn go_on(observer: &dyn Observer) -> Result<(), RunError> {
    if observer.interrupted() { Err(RunError::Interrupted) } else { Ok(()) }
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _: Progress) {}
    fn notice(&self, _: &str) {}
}
