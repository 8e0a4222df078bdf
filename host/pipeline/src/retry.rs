//! Whether another attempt can help: what an orchestrator asks of a run that failed.

use std::error::Error;
use std::io::{self, ErrorKind};

use assay_model::causes;
use assay_packs::PackError;
use assay_sandbox::SandboxError;
use assay_sinks::SinkError;
use assay_store::StoreError;

use crate::error::RunError;

/// Whether another attempt can help although nobody changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The cause may pass: a network, a disk, another process.
    MayHelp,
    /// It will fail alike until somebody acts.
    WillNot,
}

impl Retry {
    /// Looks for an I/O error among an error and its causes, and judges by its kind; without one, another attempt will not help.
    pub fn after(error: &(dyn Error + 'static)) -> Self {
        causes(error)
            .find_map(|cause| cause.downcast_ref::<io::Error>())
            .map_or(Self::WillNot, Self::after_io)
    }

    /// What a system says of names, permissions and what it cannot do at all stays so. All else may pass, a full disk too: others give space back.
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
    /// Whether another attempt can help although nobody changes anything.
    pub fn retryable(&self) -> bool {
        let retry = match self {
            // Whoever writes the input will be done; nothing is wrong with a run that was stopped; the next attempt completes what
            // this one published.
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
            // The same files are read again, and the same is found wrong with them.
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

/// Plugins are deterministic, but for the time that they take.
fn plugin(error: &SandboxError) -> Retry {
    match error {
        SandboxError::Hanging { .. } => Retry::MayHelp,
        _ => Retry::WillNot,
    }
}

fn sink(error: &SinkError) -> Retry {
    match error {
        // The next attempt would find the winner's run and replace it, and nobody would have decided so.
        error if error.winner().is_some() => Retry::WillNot,
        // The next attempt sees what is there.
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
    /// The table for orchestrators, against the arms that give codes.
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
