//! Rules: statements about data, and their classes.

use std::fmt;
use std::str::FromStr;

use crate::{Extras, Level};

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleClass {
    /// Reports the records that break the statement.
    Validate,
    /// Rewrites cells into the form they should have.
    Normalise,
    /// Decides which records to hold back, knowing the findings so far.
    Quarantine,
}

impl RuleClass {
    /// All classes, in the order in which their rules run.
    pub const IN_ORDER: [Self; 3] = [Self::Normalise, Self::Validate, Self::Quarantine];

    /// The word used in catalogues and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Normalise => "normalise",
            Self::Quarantine => "quarantine",
        }
    }

    /// The number used in the contract.
    pub fn code(self) -> u16 {
        match self {
            Self::Validate => 1,
            Self::Normalise => 2,
            Self::Quarantine => 3,
        }
    }

    /// The class with this number in the contract.
    pub fn from_code(code: u16) -> Option<Self> {
        [Self::Validate, Self::Normalise, Self::Quarantine].into_iter().find(|c| c.code() == code)
    }
}

impl fmt::Display for RuleClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rule's public code, which never changes: letters, digits, hyphens and dots, starting with a letter and
/// ending with a letter or a digit. The host's own codes have a dotted prefix (`csv.ragged`). At most 64 bytes,
/// because the code is a key in every report and a cell of every finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleCode(String);

impl RuleCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not a rule code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCodeError;

impl fmt::Display for RuleCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected 1 to 64 letters, digits, `-` or `.`, the first a letter and the last no sign",
        )
    }
}

impl std::error::Error for RuleCodeError {}

impl FromStr for RuleCode {
    type Err = RuleCodeError;

    fn from_str(text: &str) -> Result<Self, RuleCodeError> {
        let bytes = text.as_bytes();
        let fits = bytes.len() <= 64
            && bytes.first().is_some_and(u8::is_ascii_alphabetic)
            && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
        if fits { Ok(Self(text.to_owned())) } else { Err(RuleCodeError) }
    }
}

/// A check that a rule leaves to the host, because it needs memory in proportion to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostCheck {
    /// The columns are unique together; the first record by position is kept, and the others are hit.
    UniqueKeepFirst,
    /// The columns are unique together; every record of a group of duplicates is hit.
    UniqueEveryMember,
}

/// One statement about data, as a plugin declares it for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Identifies the rule in this plugin's verdicts.
    pub code: u16,
    /// Identifies the rule to people, and in packs and reports.
    pub name: RuleCode,
    /// What it does.
    pub class: RuleClass,
    /// What must be true.
    pub title: String,
    /// The template of the message.
    pub message: String,
    /// The default level; the pack can override it.
    pub level: Level,
    /// Indexes into the stage's columns.
    pub columns: Vec<u16>,
    /// The check that the host runs for it.
    pub host_check: Option<HostCheck>,
    /// What later versions of the contract add.
    pub extras: Extras,
}
