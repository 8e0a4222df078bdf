//! What a finding leads to, and the outcomes of records and files.

use std::fmt;
use std::str::FromStr;

/// What a rule's hit leads to. The pack sets it for each rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The rule is not run at all.
    Off,
    /// Counted; never acted on, and not stored for each record.
    Monitor,
    /// Reported and stored; the record passes.
    Warn,
    /// The record is quarantined.
    Error,
    /// The whole file is refused.
    Refuse,
}

impl Level {
    /// All levels, mildest first.
    pub const ALL: [Self; 5] = [Self::Off, Self::Monitor, Self::Warn, Self::Error, Self::Refuse];

    /// The word used in packs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Monitor => "monitor",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Refuse => "refuse",
        }
    }

    /// The mildest outcome that a record can have after a hit at this level.
    pub fn outcome(self) -> RecordOutcome {
        match self {
            Self::Off | Self::Monitor => RecordOutcome::Passed,
            Self::Warn => RecordOutcome::Warned,
            Self::Error | Self::Refuse => RecordOutcome::Quarantined,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not the name of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLevel;

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected one of `off`, `monitor`, `warn`, `error`, `refuse`")
    }
}

impl std::error::Error for UnknownLevel {}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or(UnknownLevel)
    }
}

/// The outcome of a record: the worst of everything that happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RecordOutcome {
    /// Nothing was found, except by rules at level `monitor`.
    Passed = 0,
    /// A normalise rule rewrote a cell.
    Repaired = 1,
    /// A rule at level `warn` hit it.
    Warned = 2,
    /// A rule at level `error` or `refuse` hit it; it is held back.
    Quarantined = 3,
}

/// The outcome of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileOutcome {
    /// Published; nothing to report.
    Accepted,
    /// Published; at least one rule at level `warn` hit.
    AcceptedWithWarnings,
    /// Published without the quarantined records.
    AcceptedWithQuarantine,
    /// Not published: its layout, a threshold or a file-level rule refused it.
    Refused,
    /// Not published: the run could not be carried out.
    Failed,
}

impl FileOutcome {
    /// The word used in reports and audit records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AcceptedWithWarnings => "accepted_with_warnings",
            Self::AcceptedWithQuarantine => "accepted_with_quarantine",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for FileOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
