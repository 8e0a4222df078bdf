//! Why a run failed. Faults in the data are never errors.

use std::io;

use assay_ingest::{HeaderFault, Unreadable};
use assay_model::{Position, causes, shown};
use assay_packs::{LockError, PackError};
use assay_sandbox::SandboxError;
use assay_sinks::SinkError;
use assay_store::blob::{Changed, State};
use assay_store::{BadKey, Stopped, StoreError};

use crate::input::Input;

/// A run failed; nothing was published, unless the variant says otherwise. [`RunError::retryable`] says whether another attempt can help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The input cannot be read.
    #[error("cannot read the input `{location}`", location = shown(location))]
    Input {
        /// Location of the input.
        location: String,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The input has changed since the run began.
    #[error(
        "the input `{location}` {} while it was read; run again once it is complete",
        if *.gone { "was deleted" } else { "changed" }, location = shown(location))]
    InputChanged {
        /// Location of the input.
        location: String,
        /// Whether the input no longer exists.
        gone: bool,
    },
    /// Rules cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A plugin's settings cannot be used; the text shows where.
    #[error("plugin `{plugin}` does not accept its settings\n{text}", plugin = shown(plugin))]
    Settings {
        /// The plugin.
        plugin: String,
        /// Each fault with a caret, on several lines; text from outside the host is escaped.
        text: String,
    },
    /// A plugin does not match its pinned digest.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A plugin is not signed by anyone the pack trusts.
    #[error("plugin `{plugin}` may not run: `{pack}` requires a signature, and {detail}", plugin = shown(plugin), pack = shown(pack))]
    Signature {
        /// The component's name.
        plugin: String,
        /// The pack.
        pack: String,
        /// What is wrong with the signature.
        detail: String,
    },
    /// A key that the pack trusts is not a valid key.
    #[error("`{pack}` trusts an invalid key: {detail}", pack = shown(pack))]
    TrustedKey {
        /// The pack.
        pack: String,
        /// What is wrong with the key.
        detail: String,
    },
    /// A plugin's file cannot be read.
    #[error("cannot read the plugin `{path}`", path = shown(path))]
    PluginFile {
        /// The file.
        path: String,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// A plugin cannot be used.
    #[error(transparent)]
    Plugin(#[from] SandboxError),
    /// A plugin failed fatally while judging.
    #[error("{reason}; {}", place(*.first, *.records))]
    Judging {
        /// What is wrong.
        reason: Box<SandboxError>,
        /// The first of the records that the plugin was given.
        first: Position,
        /// Number of these records.
        records: usize,
    },
    /// Two rules have the same code.
    #[error(
        "rule `{code}` is in both `{first}` and `{second}`; codes must be unique in a pack: rename one, or leave one plugin out", code = shown(code), first = shown(first), second = shown(second))]
    RuleTwice {
        /// The code.
        code: String,
        /// The first plugin.
        first: String,
        /// The second.
        second: String,
    },
    /// A plugin needs a column that the layout lacks.
    #[error(
        "plugin `{plugin}` needs the column `{column}`, which the layout `{layout}` does not have; give the layout an alias or the plugin other settings", plugin = shown(plugin), column = shown(column), layout = shown(layout))]
    ColumnMissing {
        /// The plugin.
        plugin: String,
        /// The column's canonical name.
        column: String,
        /// The layout.
        layout: String,
    },
    /// A plugin rewrites a column whose values must be unique.
    #[error(
        "rule `{normalise}` may rewrite `{column}`, which is a key of `{unique}`: keys are compared as published; leave the column out of one of them", normalise = shown(normalise), column = shown(column), unique = shown(unique))]
    KeyRewritten {
        /// The normalise rule's plugin.
        normalise: String,
        /// The column.
        column: String,
        /// The uniqueness rule.
        unique: String,
    },
    /// A host rule is set to a level at which data would be lost.
    #[error(
        "rule `{code}` is at level `{level}`, and needs at least `{least}`: a record that cannot be stored as it is must not pass silently", code = shown(code), level = shown(level), least = shown(least))]
    LevelTooMild {
        /// The code.
        code: String,
        /// The level set by the pack.
        level: String,
        /// The mildest level allowed.
        least: String,
    },
    /// A plugin reports more measures of a file than fit in memory.
    #[error(
        "the file measures of plugin `{plugin}` need more memory than is reserved for them: {measures} measures of {bytes} bytes, up to record {record}; measure fewer groups, or raise --memory, a sixteenth of which is for measures", plugin = shown(plugin))]
    Measures {
        /// The plugin.
        plugin: String,
        /// Number of measures of all plugins together.
        measures: usize,
        /// Their size in bytes.
        bytes: usize,
        /// Number of the record at which the limit was exceeded.
        record: u64,
    },
    /// Something could not be written or read back.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The run is published, but the records that announce it are incomplete.
    #[error(
        "the run is published, but its audit record or the newest version could not be written; run again to complete it"
    )]
    Unfinished {
        /// What could not be written.
        source: SinkError,
    },
    /// The manifest disappeared after it had been seen.
    #[error(
        "the manifest was there a moment ago and is gone: something else is deleting published files"
    )]
    ManifestGone,
    /// The store cannot list its content.
    #[error("this store cannot list what is in it")]
    CannotList,
    /// Temporary space ran out, or failed.
    #[error("cannot use temporary space in `{folder}`; set TMPDIR to use another folder", folder = shown(folder))]
    Temporary {
        /// The folder.
        folder: String,
        /// The error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The caller asked for the run to be stopped.
    #[error("the run was interrupted before it finished: nothing was published; run it again")]
    Interrupted,
    /// The account does not balance: nothing is published.
    #[error(
        "the run does not add up: {what}; nothing was published. This is a fault of assay: please report it with the audit record", what = shown(what))]
    DoesNotAddUp {
        /// The sums that differ, with both sides.
        what: String,
    },
}

impl From<BadKey> for RunError {
    fn from(error: BadKey) -> Self {
        Self::from(StoreError::from(error))
    }
}

impl From<StoreError> for RunError {
    fn from(error: StoreError) -> Self {
        Self::Sink(error.into())
    }
}

impl RunError {
    /// A machine-readable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input { .. } => "input",
            Self::InputChanged { .. } => "input_changed",
            Self::Pack(_) => "pack",
            Self::Settings { .. } => "settings",
            Self::Lock(_) => "lock",
            Self::Signature { .. } => "signature",
            Self::TrustedKey { .. } => "trusted_key",
            Self::PluginFile { .. } => "plugin_file",
            Self::Plugin(reason) => plugin_code(reason),
            Self::Judging { reason, .. } => plugin_code(reason),
            Self::RuleTwice { .. } => "rule_twice",
            Self::ColumnMissing { .. } => "column_missing",
            Self::KeyRewritten { .. } => "key_rewritten",
            Self::LevelTooMild { .. } => "level_too_mild",
            Self::Measures { .. } => "measures",
            Self::Sink(SinkError::LostRace { .. }) => "lost_race",
            Self::Sink(SinkError::Vanished { .. }) => "vanished",
            Self::Sink(SinkError::Undecided { .. }) => "undecided",
            Self::Sink(_) => "store",
            Self::Unfinished { .. } => "unfinished",
            Self::CannotList => "cannot_list",
            Self::ManifestGone => "manifest_gone",
            Self::Temporary { .. } => "temporary_space",
            Self::Interrupted => "interrupted",
            Self::DoesNotAddUp { .. } => "does_not_add_up",
        }
    }

    /// The run that another attempt published while this one was in progress, if that is the cause of the failure.
    pub fn winner(&self) -> Option<&str> {
        match self {
            Self::Sink(error) => error.winner(),
            _ => None,
        }
    }

    /// Whether the run failed because it was told to stop while waiting for input or for a write to complete.
    pub(crate) fn is_stopped(&self) -> bool {
        match self {
            // Something is or may be published.
            Self::Unfinished { .. } | Self::Sink(SinkError::Undecided { .. }) => false,
            error => Stopped::is_in(error),
        }
    }

    pub(crate) fn changed(input: &Input) -> Self {
        let gone = matches!(input.state(), Ok(State::Gone));
        Self::InputChanged { location: input.location(), gone }
    }

    /// Fails if the input has changed since the beginning, or no longer exists.
    pub(crate) fn unless_same(input: &Input) -> Result<(), Self> {
        let location = input.location();
        match input.state() {
            Ok(State::Same) => Ok(()),
            Ok(State::Changed) => Err(Self::InputChanged { location, gone: false }),
            Ok(State::Gone) => Err(Self::InputChanged { location, gone: true }),
            Err(source) => Err(Self::Input { location, source }),
        }
    }

    /// The header cannot be read, although peeking at the beginning found nothing wrong with it.
    pub(crate) fn header(input: &Input, fault: HeaderFault) -> Self {
        match fault {
            HeaderFault::Read(error) => Self::input(input, error),
            _ => Self::changed(input),
        }
    }

    pub(crate) fn temporary(source: io::Error) -> Self {
        Self::Temporary { folder: std::env::temp_dir().display().to_string(), source }
    }

    /// The input cannot be read, although the first pass found nothing wrong with it.
    pub(crate) fn input(input: &Input, error: impl Into<Unreadable>) -> Self {
        match error.into() {
            Unreadable::Source(error) if Changed::is_in(&error) => Self::changed(input),
            Unreadable::Source(source) => Self::Input { location: input.location(), source },
            // The same bytes were decompressed successfully before.
            Unreadable::Data(_) => Self::changed(input),
        }
    }
}

/// A timeout may not recur; every other failure of a plugin is deterministic.
fn plugin_code(reason: &SandboxError) -> &'static str {
    match reason {
        SandboxError::Hanging { .. } => "hanging",
        _ => "plugin",
    }
}

fn place(first: Position, records: usize) -> String {
    let Position { record, line, offset, .. } = first;
    let at = format!("record {record} (line {line}, byte {offset})");
    if records == 1 {
        format!("it was given {at}")
    } else {
        format!("it was given {records} records from {at}")
    }
}

/// An error with its causes, as one text.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
