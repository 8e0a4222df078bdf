//! Whether another attempt can help: the question an orchestrator asks about a failed run.

use std::error::Error;
use std::io::{self, ErrorKind};

use assay_model::causes;
use assay_packs::PackError;
use assay_sandbox::SandboxError;
use assay_sinks::SinkError;
use assay_store::StoreError;

use crate::error::RunError;

/// Whether another attempt can help without any change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The cause may pass: a network, a disk, another process.
    MayHelp,
    /// It will fail in the same way until somebody intervenes.
    WillNot,
}

impl Retry {
    /// Looks for an I/O error in an error's chain of causes, and judges by its kind; without one, another attempt will not help.
    pub fn after(error: &(dyn Error + 'static)) -> Self {
        causes(error)
            .find_map(|cause| cause.downcast_ref::<io::Error>())
            .map_or(Self::WillNot, Self::after_io)
    }

    /// Errors about names, permissions and unsupported operations persist. All others may pass, even a full disk: other processes may free
    /// space.
    fn after_io(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::FileTooLarge
            | ErrorKind::Unsupported => Self::WillNot,
            _ => Self::MayHelp,
        }
    }
}

impl RunError {
    /// Whether another attempt can help without any change.
    pub fn retryable(&self) -> bool {
        let retry = match self {
            // A writer of the input will finish; nothing is wrong with a run that was stopped; the next attempt completes what this one
            // published.
            Self::InputChanged { .. } | Self::Interrupted | Self::Unfinished { .. } => {
                Retry::MayHelp
            }
            Self::Input { source, .. }
            | Self::PluginFile { source, .. }
            | Self::Temporary { source, .. }
            | Self::Pack(PackError::Read { source, .. } | PackError::Write { source, .. }) => {
                Retry::after(source)
            }
            Self::Plugin(error) => plugin(error),
            Self::Judging { reason, .. } => plugin(reason),
            Self::Sink(error) => sink(error),
            // The same files would be read again, with the same errors.
            Self::Pack(_)
            | Self::Settings { .. }
            | Self::Lock(_)
            | Self::Signature { .. }
            | Self::TrustedKey { .. }
            | Self::RuleTwice { .. }
            | Self::ColumnMissing { .. }
            | Self::KeyRewritten { .. }
            | Self::LevelTooMild { .. }
            | Self::Measures { .. }
            | Self::CannotList
            | Self::ManifestGone
            | Self::DoesNotAddUp { .. } => Retry::WillNot,
        };
        retry == Retry::MayHelp
    }
}

/// Plugins are deterministic, except for the time they take.
fn plugin(error: &SandboxError) -> Retry {
    match error {
        SandboxError::Hanging { .. } => Retry::MayHelp,
        _ => Retry::WillNot,
    }
}

fn sink(error: &SinkError) -> Retry {
    match error {
        // The next attempt would find the winner's run and replace it without anyone having decided that.
        error if error.winner().is_some() => Retry::WillNot,
        // The next attempt sees the current state.
        SinkError::LostRace { .. }
        | SinkError::Vanished { .. }
        | SinkError::Undecided { .. }
        | SinkError::Store(
            StoreError::Locked { .. } | StoreError::Changed { .. } | StoreError::Exists { .. },
        ) => Retry::MayHelp,
        error => Retry::after(error),
    }
}

#[cfg(test)]
mod tests {
    /// Compares the table for orchestrators with the match arms that return codes.
    #[test]
    fn every_code_is_in_the_table() {
        let table = include_str!("../../../docs/how-to/orchestrate.md");
        let codes: Vec<&str> = include_str!("error.rs")
            .lines()
            .filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\","))
            .collect();
        assert!(codes.len() > 20, "{codes:?}");
        for code in codes {
            assert!(table.contains(&format!("`{code}`")), "`{code}` is not in the table");
        }
    }
}
