//! The types of the contract as plain Rust; `wit/rules.wit` says what each means. Rules and tests use these on any
//! target; only `component.rs` uses the generated types.

use crate::width::{narrow, wide};
use crate::{Bits, Text};

/// A stage of a run, and the class of the rules in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Rules that find the records that break them.
    Validate,
    /// Rules that rewrite cells.
    Normalise,
    /// Rules that decide which records to hold back.
    Quarantine,
}

impl Stage {
    /// All stages, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::Validate, Self::Normalise, Self::Quarantine];

    /// The stage's code in the contract.
    pub fn code(self) -> u16 {
        match self {
            Self::Validate => 1,
            Self::Normalise => 2,
            Self::Quarantine => 3,
        }
    }

    /// The stage with this code; `None` if there is none.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// What a hit leads to, unless the pack says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The record is quarantined.
    Error,
    /// The hit is reported; for normalise rules, the rewrite is applied.
    Warn,
    /// The hit is only counted.
    Monitor,
    /// The hit is not reported.
    Off,
    /// The file is refused. Only for rules about the file.
    Refuse,
}

impl Level {
    /// The level's code in the contract.
    pub fn code(self) -> u16 {
        match self {
            Self::Error => 1,
            Self::Warn => 2,
            Self::Monitor => 3,
            Self::Off => 4,
            Self::Refuse => 5,
        }
    }

    /// The words for the levels in settings.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("error", Self::Error),
        ("warn", Self::Warn),
        ("monitor", Self::Monitor),
        ("off", Self::Off),
        ("refuse", Self::Refuse),
    ];
}

/// The form in which a column is passed to the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// The bytes as in the file.
    Text,
    /// Whole numbers.
    Integer,
    /// Decimals with this many digits after the point.
    Decimal(u16),
    /// Dates written in this format, such as `%m/%d/%Y`.
    Date(String),
}

/// A column that the plugin requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRequest {
    /// Its canonical name.
    pub name: String,
    /// The form in which it is passed to the plugin.
    pub form: Form,
    /// Whether the run cannot start without it.
    pub required: bool,
    /// Whether the plugin rewrites it.
    pub writes: bool,
}

/// Which records the host reports, for a rule about uniqueness, when several have the same cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// All but the first in the file, which is kept.
    KeepFirst,
    /// All of them.
    KeepNone,
}

/// A rule: one statement about data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The number that identifies the rule in verdicts.
    pub code: u16,
    /// The name that packs and reports use for the rule.
    pub name: String,
    /// The rule's class.
    pub stage: Stage,
    /// What must be true, in one line.
    pub title: String,
    /// The template of the message for a hit.
    pub message: String,
    /// The level, unless the pack sets another.
    pub level: Level,
    /// The columns that the rule reads, as indexes into the stage's columns.
    pub columns: Vec<u16>,
    /// For a rule about uniqueness, which the host checks: the records to report.
    pub unique: Option<Unique>,
}

/// What the plugin does in one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePlan {
    /// The stage.
    pub stage: Stage,
    /// The columns that are passed to the plugin, in this order.
    pub columns: Vec<ColumnRequest>,
    /// The rules of the stage.
    pub rules: Vec<Rule>,
}

/// A kind of rule that settings can define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleKind {
    /// The name that settings use for the kind.
    pub name: String,
    /// What must be true according to a rule of this kind.
    pub title: String,
    /// The JSON Schema of one rule's settings.
    pub settings_schema: String,
}

/// A plugin's description of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The rules that it always has.
    pub rules: Vec<Rule>,
    /// The kinds of rules that settings can define.
    pub kinds: Vec<RuleKind>,
    /// Further facts by key, such as `sdk` and `licence`.
    pub extras: Vec<(String, String)>,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// A JSON pointer into the settings.
    pub path: String,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// The possible choices, if there are any.
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

/// Why a stage could not begin, or why a batch could not be judged at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The settings cannot be used.
    Settings(String),
    /// The batch is not what the plan requested.
    Batch(String),
}

/// Some of a batch's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordSet {
    /// All records.
    Every,
    /// These records, ascending.
    Sparse(Vec<u32>),
    /// The records whose bit is set.
    Bitmap(Bits),
}

impl RecordSet {
    /// The smallest encoding of a set; `None` if it is empty. A list takes 4 bytes for each record in the set, a bitmap an
    /// eighth of a byte for each record of the batch, so they are equal at one record in 32.
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

    /// The indexes of the records in the set, ascending, for a batch of `records` records.
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
    /// Not specified.
    #[default]
    Unspecified,
    /// Hold the record until a person decides.
    Hold,
    /// Reject the record for good.
    Reject,
    /// The record belongs to another partition.
    Divert,
}

impl Disposition {
    /// The disposition's code in the contract.
    pub fn code(self) -> u16 {
        match self {
            Self::Unspecified => 0,
            Self::Hold => 1,
            Self::Reject => 2,
            Self::Divert => 3,
        }
    }
}

/// The records that a rule hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The rule's code.
    pub rule: u16,
    /// Whether the rule itself could not be carried out.
    pub errored: bool,
    /// What to do with the records; for quarantine rules.
    pub disposition: Disposition,
    /// The column that a finding names, as an index into the stage's columns; `None`: the rule's first.
    pub column: Option<u16>,
    /// The records that were hit.
    pub records: RecordSet,
}

/// New cells for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// All cells of the column.
    Whole(Text),
    /// The cells of some records.
    Patch {
        /// The records, ascending.
        records: Vec<u32>,
        /// One cell for each of the records.
        values: Text,
    },
}

/// The cells of a column as a normalise rule rewrites them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The rule's code.
    pub rule: u16,
    /// The column, as an index into the stage's columns.
    pub column: u16,
    /// The new cells.
    pub change: Change,
}

/// How measures with the same code and key are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// The values are added up.
    Sum,
    /// The least value is kept.
    Least,
    /// The greatest value is kept.
    Greatest,
}

/// A number about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The code of the rule it belongs to; measures of different rules are never merged.
    pub code: u16,
    /// What it measures.
    pub key: String,
    /// How it is merged.
    pub merge: Merge,
    /// The value.
    pub value: i64,
}

/// Arguments for the message of one hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The rule's code.
    pub rule: u16,
    /// The record, as an index into the batch.
    pub record: u32,
    /// The texts that replace `{0}`, `{1}` … in the message.
    pub arguments: Vec<String>,
}

/// A plugin's verdict on a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Which rules hit which records.
    pub hits: Vec<Hit>,
    /// Which cells should be rewritten.
    pub rewrites: Vec<Rewrite>,
    /// How many records a rule could not judge, as `(code, records)`.
    pub tallies: Vec<(u16, u32)>,
    /// Arguments for the messages of some hits.
    pub samples: Vec<Sample>,
    /// Contributions to the numbers about the file.
    pub measures: Vec<Measure>,
}

/// The result of a rule about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileResult {
    /// The rule's code.
    pub rule: u16,
    /// Whether the rule passed, failed or was skipped.
    pub outcome: FileOutcome,
    /// What was found.
    pub observed: String,
    /// What was expected.
    pub expected: String,
}

/// The outcome of a rule about the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOutcome {
    /// The rule holds.
    Passed,
    /// The rule does not hold.
    Failed,
    /// There was nothing to judge.
    Skipped,
}

impl FileOutcome {
    /// The outcome's code in the contract.
    pub fn code(self) -> u16 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Skipped => 3,
        }
    }
}
