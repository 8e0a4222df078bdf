//! Exit codes of the process.

use std::process::ExitCode;

use assay_model::FileOutcome;

/// Exit codes, so that a caller such as Airflow can branch without reading text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// 0: published, or there was nothing to do; for other commands: done.
    Success,
    /// 1: the input was judged and refused, by its layout, a threshold or a file-level rule. Retrying changes nothing.
    Refused,
    /// 2: the run could not be carried out. The message says why.
    CouldNotRun,
    /// 130, 143: a signal ended the run early, with the code a shell would give. Nothing was published; retrying is safe.
    Interrupted(u8),
}

impl From<FileOutcome> for ExitStatus {
    fn from(outcome: FileOutcome) -> Self {
        match outcome {
            FileOutcome::Accepted
            | FileOutcome::AcceptedWithWarnings
            | FileOutcome::AcceptedWithQuarantine => Self::Success,
            FileOutcome::Refused => Self::Refused,
            FileOutcome::Failed => Self::CouldNotRun,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(match status {
            ExitStatus::Success => 0,
            ExitStatus::Refused => 1,
            ExitStatus::CouldNotRun => 2,
            ExitStatus::Interrupted(code) => code,
        })
    }
}
