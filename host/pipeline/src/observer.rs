//! Progress of a run. The pipeline prints nothing; its caller may.

use crate::error::RunError;

/// A phase of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The first pass: records, digest, unique keys.
    Survey,
    /// The second pass: rules, Parquet, quarantine.
    Judge,
    /// Files are completed and the manifest is written.
    Publish,
}

/// Progress of a phase. Cheap enough to be reported after every few slabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The phase.
    pub phase: Phase,
    /// Bytes of the stored input read in this phase.
    pub bytes: u64,
    /// Total bytes of the stored input.
    pub total_bytes: u64,
    /// Records seen in this phase.
    pub records: u64,
    /// Total records, once the survey has counted them.
    pub total_records: Option<u64>,
    /// Records quarantined so far.
    pub quarantined: u64,
}

/// Receives the progress of a run.
pub trait Observer: Sync {
    /// Called often, from any thread, but never concurrently.
    fn progress(&self, progress: Progress);
    /// Reports something that does not stop the run but that a person should know.
    fn notice(&self, text: &str);
    /// Whether the run should stop early. Called between slabs, from any thread; once true, it must stay true.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Fails once the run should stop.
pub(crate) fn go_on(observer: &dyn Observer) -> Result<(), RunError> {
    if observer.interrupted() { Err(RunError::Interrupted) } else { Ok(()) }
}

/// Ignores everything.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _: Progress) {}
    fn notice(&self, _: &str) {}
}
