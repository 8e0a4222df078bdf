//! The report of a run. It is also the audit record: a single document for people, Airflow and Athena.

use std::time::Instant;

use assay_model::FileOutcome;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::error::{RunError, chain};
use crate::identity;
use crate::input::Input;
use crate::retry::Retry;

/// Version of the report's format, raised by changes that could break a reader. Described by `schema/run.schema.json`.
pub const REPORT_VERSION: &str = "assay.run/1";

/// The result of a run. Counts are exact; null means unknown, 0 means none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub version: String,
    /// `accepted`, `accepted_with_warnings`, `accepted_with_quarantine`, `refused` or `failed`.
    pub outcome: String,
    /// Whether this same run had already been published, so that nothing was done.
    pub already_published: bool,
    /// Identifier of the run: derived from content, pack and plugins. Unknown if the input was refused before it was read.
    pub run_id: Option<String>,
    /// Identifier of this attempt at the run.
    pub attempt: String,
    /// When the attempt began, RFC 3339 in UTC.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// The dataset, if the header identifies it.
    pub dataset: Option<String>,
    /// The kind of file.
    pub kind: Option<String>,
    /// Partition keys and values.
    pub partition: IndexMap<String, String>,
    /// The layout's name.
    pub layout: Option<String>,
    /// The pack's file, relative to the rules.
    pub pack: Option<String>,
    /// Digest of the pack's effective content.
    pub pack_digest: Option<String>,
    /// Plugins and their digests.
    pub plugins: IndexMap<String, String>,
    /// The input.
    pub source: Source,
    /// Numbers of records by destination and outcome.
    pub records: Records,
    /// Sums of the conserved columns.
    pub amounts: IndexMap<String, Amounts>,
    /// Hits by rule and level, for rules with hits. Repairs are counted as `repaired`, failures of the rule itself as `errored`.
    pub findings: IndexMap<String, IndexMap<String, u64>>,
    /// Every rule of the run, including those without hits.
    pub rules: IndexMap<String, RuleReport>,
    /// Statements about the file as a whole.
    pub file_findings: Vec<FileFinding>,
    /// The invariants of every run, with the result in this one.
    pub invariants: IndexMap<String, bool>,
    /// Why the file was refused.
    pub refusal: Option<Reason>,
    /// Why the run failed.
    pub failure: Option<Failure>,
    /// Remarks for people that had no effect on the result.
    pub notices: Vec<String>,
    /// Suggested next commands, for people at a terminal: always empty in an audit record.
    pub next: Vec<String>,
    /// Location of the manifest, once published.
    pub manifest: Option<String>,
    /// Location of the quarantine's files.
    pub quarantine: Option<String>,
    /// Location of this report.
    pub report: Option<String>,
    /// The run that the manifest named before.
    pub replaces: Option<String>,
    /// The run published before, if it was a different one.
    pub replaced: Option<Replaced>,
    /// The newer version that is already published and supersedes this one.
    pub superseded_by: Option<String>,
    /// Time spent, in milliseconds.
    pub milliseconds: Milliseconds,
    /// The program's version.
    pub host_version: String,
}

impl Report {
    /// What is known before anything is read.
    pub(crate) fn begin(input: &Input) -> Self {
        let source = Source {
            name: input.name().map(str::to_owned),
            location: input.location(),
            stored_bytes: input.bytes(),
            ..Source::default()
        };
        Self::of(source)
    }

    /// The report of a run that could not start because its input, rules or root are unavailable.
    pub fn not_begun(location: &str, name: Option<String>, why: String, retry: Retry) -> Self {
        let source = Source { name, location: location.to_owned(), ..Source::default() };
        let retryable = retry == Retry::MayHelp;
        let code = "not_begun".to_owned();
        Self::without_input(source, Failure { code, message: why, retryable, winner: None })
    }

    /// The report of a run interrupted while its input was still being copied: there is no attempt yet, and nothing to write.
    pub fn interrupted(location: &str, name: Option<String>) -> Self {
        let source = Source { name, location: location.to_owned(), ..Source::default() };
        Self::without_input(source, Failure::of(&RunError::Interrupted))
    }

    fn without_input(source: Source, failure: Failure) -> Self {
        Self { failure: Some(failure), ended_at: identity::now(), ..Self::of(source) }
    }

    fn of(source: Source) -> Self {
        Self {
            version: REPORT_VERSION.to_owned(),
            outcome: FileOutcome::Failed.to_string(),
            already_published: false,
            run_id: None,
            attempt: identity::attempt(),
            started_at: identity::now(),
            ended_at: String::new(),
            dataset: None,
            kind: None,
            partition: IndexMap::new(),
            layout: None,
            pack: None,
            pack_digest: None,
            plugins: IndexMap::new(),
            source,
            records: Records::default(),
            amounts: IndexMap::new(),
            findings: IndexMap::new(),
            rules: IndexMap::new(),
            file_findings: Vec::new(),
            invariants: IndexMap::new(),
            refusal: None,
            failure: None,
            notices: Vec::new(),
            next: Vec::new(),
            manifest: None,
            quarantine: None,
            report: None,
            replaces: None,
            replaced: None,
            superseded_by: None,
            milliseconds: Milliseconds::default(),
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// The outcome of the file.
    pub fn file_outcome(&self) -> FileOutcome {
        [
            FileOutcome::Accepted,
            FileOutcome::AcceptedWithWarnings,
            FileOutcome::AcceptedWithQuarantine,
            FileOutcome::Refused,
        ]
        .into_iter()
        .find(|outcome| outcome.as_str() == self.outcome)
        .unwrap_or(FileOutcome::Failed)
    }
}

/// The input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its published name.
    pub name: Option<String>,
    /// Location it was read from.
    pub location: String,
    /// Stored size in bytes.
    pub stored_bytes: u64,
    /// `plain`, `gzip`, `zstd` or `zip`.
    pub compression: Option<String>,
    /// Size in bytes after decompression.
    pub bytes: Option<u64>,
    /// Digest of the decompressed content: `blake3:…`.
    pub digest: Option<String>,
    /// Whether it began with a byte order mark.
    pub byte_order_mark: bool,
    /// Blank lines between records.
    pub blank_lines: u64,
    /// Records that end with CRLF.
    pub crlf_records: u64,
    /// Carriage returns that do not end a record.
    pub lone_carriage_returns: u64,
}

/// A run that is replaced by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The run.
    pub run_id: String,
    /// The published name of its file.
    pub source: String,
    /// Records it contained.
    pub read: u64,
    /// Those that passed.
    pub validated: u64,
    /// Those held back.
    pub quarantined: u64,
    /// When it was published, RFC 3339.
    pub committed_at: String,
}

/// Numbers of records by destination and outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    /// Records in the input, excluding the header.
    pub read: u64,
    /// Passed, possibly repaired or with warnings.
    pub validated: u64,
    /// Held back.
    pub quarantined: u64,
    /// Passed without findings.
    pub passed: u64,
    /// Passed with a repair and no warning.
    pub repaired: u64,
    /// Passed with a warning.
    pub warned: u64,
}

/// Sums of a column, as decimals in text so that no reader rounds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// Over all records whose amount is readable: `summed`.
    pub read: String,
    /// Over those that passed; in a run as summed by the Parquet writer.
    pub validated: String,
    /// Over those held back.
    pub quarantined: String,
    /// Number of records included in these sums. Together with `blank` and `unread` it gives all records.
    pub summed: u64,
    /// Records whose cell is blank: they have no amount.
    pub blank: u64,
    /// Records whose amount cannot be read and is in no sum: `malformed` and `broken`.
    pub unread: u64,
    /// Those whose cell is not a valid amount.
    pub malformed: u64,
    /// Those that are structurally broken. Their amounts are not guessed.
    pub broken: u64,
}

/// The results of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleReport {
    /// The plugin, or `assay` for the host's own.
    pub owner: String,
    /// `validate`, `normalise` or `quarantine`.
    pub class: String,
    /// The level it ran at.
    pub level: String,
    /// The required condition.
    pub title: String,
    /// Records it was evaluated on.
    pub evaluated: u64,
    /// How many of these satisfy it.
    pub passed: u64,
    /// How many violate it.
    pub failed: u64,
    /// Records it could not judge.
    pub skipped: u64,
    /// Records on which evaluation failed.
    pub errored: u64,
    /// Cells it rewrote.
    pub repaired: u64,
    /// The first hits.
    pub examples: Vec<Example>,
}

/// One hit, as an example for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The record's number.
    pub record: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Offset of its first byte.
    pub offset: u64,
    /// What was found.
    pub message: String,
}

/// A finding about the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFinding {
    /// The rule's code.
    pub rule: String,
    /// Its level.
    pub level: String,
    /// `failed` or `errored`.
    pub outcome: String,
    /// The required condition.
    pub title: String,
    /// What was found.
    pub observed: String,
    /// What was expected.
    pub expected: String,
}

/// Why a file was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Machine-readable: `file.layout-unknown`, `threshold`, a rule's code, ….
    pub code: String,
    /// For people: what was found, what was expected, what to do.
    pub message: String,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Machine-readable: `input`, `input_changed`, `lock`, ….
    pub code: String,
    /// For people: what was found, what was expected, what to do.
    pub message: String,
    /// Whether the same run may succeed later without any change: the cause may be transient.
    pub retryable: bool,
    /// The run that another attempt published while this one was in progress, if that is the cause.
    #[serde(default)]
    pub winner: Option<String>,
}

impl Failure {
    pub(crate) fn of(error: &RunError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: chain(error),
            retryable: error.retryable(),
            winner: error.winner().map(str::to_owned),
        }
    }
}

/// Time by phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milliseconds {
    /// In total.
    pub total: u64,
    /// The first pass.
    pub survey: u64,
    /// The second pass.
    pub judge: u64,
}

/// Time since `began` in milliseconds.
pub(crate) fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
