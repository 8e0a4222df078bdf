//! What crosses the contract, as plain Rust: `wit/rules.wit` says what each means. Rules and tests use these on any
//! machine; only `component.rs` knows the generated types.

use crate::width::{narrow, wide};
use crate::{Bits, Text};

/// The stages of a run, and the class of a stage's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Rules that say which records break a statement.
    Validate,
    /// Rules that rewrite cells.
    Normalise,
    /// Rules that say which records are to be held back.
    Quarantine,
}

impl Stage {
    /// All of them, by code.
    pub const ALL: [Self; 3] = [Self::Validate, Self::Normalise, Self::Quarantine];

    /// The contract's number.
    pub fn code(self) -> u16 {
        match self {
            Self::Validate => 1,
            Self::Normalise => 2,
            Self::Quarantine => 3,
        }
    }

    /// The stage of a contract's number.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// What a hit leads to unless the pack says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The record is quarantined.
    Error,
    /// Reported; for normalise rules: applied.
    Warn,
    /// Counted only.
    Monitor,
    /// Not reported.
    Off,
    /// The file is refused. For rules about the file.
    Refuse,
}

impl Level {
    /// The contract's number.
    pub fn code(self) -> u16 {
        match self {
            Self::Error => 1,
            Self::Warn => 2,
            Self::Monitor => 3,
            Self::Off => 4,
            Self::Refuse => 5,
        }
    }

    /// The words settings use.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("error", Self::Error),
        ("warn", Self::Warn),
        ("monitor", Self::Monitor),
        ("off", Self::Off),
        ("refuse", Self::Refuse),
    ];
}

/// How a column is to cross.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Bytes as in the file.
    Text,
    /// Whole numbers.
    Integer,
    /// Decimals with this many digits after the point.
    Decimal(u16),
    /// Dates written so, such as `%m/%d/%Y`.
    Date(String),
}

/// A column the plugin wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRequest {
    /// Its canonical name.
    pub name: String,
    /// How it is to cross.
    pub form: Form,
    /// Whether the run cannot start without it.
    pub required: bool,
    /// Whether the plugin rewrites it.
    pub writes: bool,
}

/// What the host judges for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// The first record by position is kept.
    KeepFirst,
    /// Every member of a group is hit.
    KeepNone,
}

/// One statement about data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Names the rule in verdicts.
    pub code: u16,
    /// Names the rule to people and packs.
    pub name: String,
    /// Its class.
    pub stage: Stage,
    /// What must be true.
    pub title: String,
    /// The message's template.
    pub message: String,
    /// Its level unless the pack says otherwise.
    pub level: Level,
    /// Indexes into the stage's columns.
    pub columns: Vec<u16>,
    /// What the host judges for it.
    pub unique: Option<Unique>,
}

/// What the plugin does in one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePlan {
    /// The stage.
    pub stage: Stage,
    /// The columns that cross, in this order.
    pub columns: Vec<ColumnRequest>,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// A kind of rule that settings make rules of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleKind {
    /// What settings call it.
    pub name: String,
    /// What a rule of the kind says must be true.
    pub title: String,
    /// JSON Schema of one rule's settings.
    pub settings_schema: String,
}

/// What a plugin is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The rules it always has.
    pub rules: Vec<Rule>,
    /// The kinds that settings make rules of.
    pub kinds: Vec<RuleKind>,
    /// SDK, licence.
    pub extras: Vec<(String, String)>,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// JSON pointer into the settings.
    pub path: String,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// The choices that exist.
    pub expected: Vec<String>,
}

/// All settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(pub Vec<ConfigFault>);

impl From<ConfigFault> for Faults {
    fn from(fault: ConfigFault) -> Self {
        Self(vec![fault])
    }
}

/// Why a batch could not be judged at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The settings are not usable.
    Settings(String),
    /// The batch is not what the plan asked for.
    Batch(String),
}

/// Some of a batch's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordSet {
    /// All of them.
    Every,
    /// These, ascending.
    Sparse(Vec<u32>),
    /// Those whose bit is set.
    Bitmap(Bits),
}

impl RecordSet {
    /// The smallest writing of a set; `None` if it is empty. A record costs 4 bytes when named and an eighth of one when
    /// it has a bit, so one in 32 is where they meet.
    pub fn encode(bits: Bits) -> Option<Self> {
        match bits.count() {
            0 => None,
            count if count == bits.len() => Some(Self::Every),
            count if count < bits.len() / 32 || count == 1 => {
                Some(Self::Sparse(bits.iter_ones().map(narrow).collect()))
            }
            _ => Some(Self::Bitmap(bits)),
        }
    }

    /// The indexes, ascending, of a batch of `records`.
    pub fn indexes(&self, records: usize) -> Vec<usize> {
        match self {
            Self::Every => (0..records).collect(),
            Self::Sparse(indexes) => indexes.iter().map(|&index| wide(index)).collect(),
            Self::Bitmap(bits) => bits.iter_ones().collect(),
        }
    }
}

/// What a quarantine rule wants done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Disposition {
    /// Nothing said.
    #[default]
    Unspecified,
    /// Hold until a person decides.
    Hold,
    /// Reject for good.
    Reject,
    /// Belongs to another partition.
    Divert,
}

impl Disposition {
    /// The contract's number.
    pub fn code(self) -> u16 {
        match self {
            Self::Unspecified => 0,
            Self::Hold => 1,
            Self::Reject => 2,
            Self::Divert => 3,
        }
    }
}

/// A rule hit records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The rule's code.
    pub rule: u16,
    /// Whether the rule itself could not be carried out.
    pub errored: bool,
    /// For quarantine rules.
    pub disposition: Disposition,
    /// Index of the stage's column a finding names; none: the rule's first.
    pub column: Option<u16>,
    /// The records.
    pub records: RecordSet,
}

/// New cells for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// All of them.
    Whole(Text),
    /// Those of some records, ascending.
    Patch {
        /// The records.
        records: Vec<u32>,
        /// One cell for each.
        values: Text,
    },
}

/// What a normalise rule would have cells be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The rule's code.
    pub rule: u16,
    /// Index of the stage's column.
    pub column: u16,
    /// The new cells.
    pub change: Change,
}

/// How measures of the same code and key become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Added up.
    Sum,
    /// The least counts.
    Least,
    /// The greatest counts.
    Greatest,
}

/// A number about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The code of the rule it is for: measures of different rules never meet.
    pub code: u16,
    /// What it is measured for.
    pub key: String,
    /// How it merges.
    pub merge: Merge,
    /// Its value.
    pub value: i64,
}

/// Arguments for the message of one hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The rule's code.
    pub rule: u16,
    /// Index into the batch.
    pub record: u32,
    /// What `{0}`, `{1}` … stand for.
    pub arguments: Vec<String>,
}

/// What a plugin says of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Which rules hit which records.
    pub hits: Vec<Hit>,
    /// Which cells should be rewritten.
    pub rewrites: Vec<Rewrite>,
    /// Which rules could not judge how many records.
    pub tallies: Vec<(u16, u32)>,
    /// Arguments for messages.
    pub samples: Vec<Sample>,
    /// Contributions to numbers about the file.
    pub measures: Vec<Measure>,
}

/// What a rule about the file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileResult {
    /// The rule's code.
    pub rule: u16,
    /// What it came to.
    pub outcome: FileOutcome,
    /// What was found.
    pub observed: String,
    /// What should have been.
    pub expected: String,
}

/// The outcomes of a rule about the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOutcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// There was nothing to judge.
    Skipped,
}

impl FileOutcome {
    /// The contract's number.
    pub fn code(self) -> u16 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Skipped => 3,
        }
    }
}
