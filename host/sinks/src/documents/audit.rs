//! What an attempt did, and which layouts were seen.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::manifest::{PackRef, PartEntry};
use super::{AmountsByColumn, PluginDigests};

/// One attempt at one input, whatever came of it. Written once and never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// [`super::VERSION`].
    pub version: u32,
    /// Names the attempt: unique even among attempts at the same run.
    pub attempt: String,
    /// The run, if the attempt got as far as knowing it.
    pub run_id: Option<String>,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: String,
    /// `accepted`, `accepted_with_warnings`, `accepted_with_quarantine`, `refused` or `failed`.
    pub outcome: String,
    /// Why it was refused or failed.
    pub reason: Option<Reason>,
    /// What carried it out.
    pub host: Host,
    /// The dataset, if it was found.
    pub dataset: Option<String>,
    /// The kind of file, if it was found.
    pub kind: Option<String>,
    /// Partition keys and values, in the pack's order.
    pub partition: IndexMap<String, String>,
    /// The layout, if it was recognised.
    pub layout: Option<LayoutRef>,
    /// The pack, if one was found.
    pub pack: Option<PackRef>,
    /// The plugins.
    pub plugins: PluginDigests,
    /// The input.
    pub source: SourceFacts,
    /// Where its records went.
    pub records: Records,
    /// Where the amounts went.
    pub amounts: AmountsByColumn,
    /// Every rule of the run by code, those that never fired too.
    pub rules: BTreeMap<String, RuleCounts>,
    /// Structural faults by kind, those that never happened too.
    pub structural: BTreeMap<String, u64>,
    /// What was found of the file as a whole.
    pub file_findings: Vec<FileFinding>,
    /// What must always hold, and whether it did.
    pub invariants: BTreeMap<String, bool>,
    /// What was written, by kind: `validated`, `quarantine`, `findings`, `repairs`.
    pub outputs: BTreeMap<String, Vec<PartEntry>>,
    /// Key of the manifest, if the run was committed.
    pub manifest: Option<String>,
    /// The run it took the place of, if any.
    pub replaces: Option<String>,
    /// Milliseconds by stage.
    pub durations_ms: BTreeMap<String, u64>,
}

/// Why an attempt ended without a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// For machines: the rule's or the error's code.
    pub code: String,
    /// For people.
    pub message: String,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its version.
    pub version: String,
    /// The engine that ran the plugins, with its version.
    pub engine: Option<String>,
    /// Threads it ran on. The output does not depend on them.
    pub threads: Option<u32>,
}

/// A layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutRef {
    /// Its name, if it is a known one.
    pub name: Option<String>,
    /// Digest of the header's cells.
    pub fingerprint: String,
}

/// What is known of the input.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceFacts {
    /// Its file name.
    pub name: String,
    /// Its size as it lies there.
    pub stored_bytes: Option<u64>,
    /// Its size, decompressed.
    pub bytes: Option<u64>,
    /// Digest of its content, decompressed: 64 hexadecimal digits.
    pub digest: Option<String>,
    /// `plain`, `gzip`, `zstd` or `zip`.
    pub compression: Option<String>,
    /// `utf-8`, or what bytes were read as instead.
    pub encoding: Option<String>,
    /// Whether it begins with a byte order mark.
    pub bom: Option<bool>,
    /// `lf`, `crlf` or `mixed`.
    pub line_ends: Option<String>,
}

/// Where records went and what happened to them. `read` = `validated` + `quarantined`; the others count
/// records among them, and a record may be among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Records {
    /// Data records in the input; all counts are `null` where the attempt ended before counting.
    pub read: Option<u64>,
    /// In part files.
    pub validated: Option<u64>,
    /// In the quarantine.
    pub quarantined: Option<u64>,
    /// Rewritten by some rule.
    pub repaired: Option<u64>,
    /// Hit by some rule at level `warn`.
    pub warned: Option<u64>,
}

/// A rule and how often it did what. `evaluated` = `passed` + `failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCounts {
    /// `validate`, `normalise` or `quarantine`.
    pub class: String,
    /// Its level in this run.
    pub level: String,
    /// Records it judged.
    pub evaluated: u64,
    /// Records it holds for.
    pub passed: u64,
    /// Records it does not hold for.
    pub failed: u64,
    /// Records it could not judge: a blank cell, an absent column, an earlier fault.
    pub skipped: u64,
    /// Records on which the rule itself failed.
    pub errored: u64,
    /// Cells it rewrote.
    pub repaired: u64,
}

/// What a rule says of the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFinding {
    /// The rule's code.
    pub rule: String,
    /// Its level in this run.
    pub level: String,
    /// `passed`, `failed`, `errored` or `skipped`.
    pub outcome: String,
    /// What was found.
    pub observed: String,
    /// What should have been.
    pub expected: String,
}

/// A layout, with when and where it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaVersion {
    /// [`super::VERSION`].
    pub version: u32,
    /// The dataset.
    pub dataset: String,
    /// Digest of the header's cells.
    pub fingerprint: String,
    /// The layout's name, if it is a known one.
    pub name: Option<String>,
    /// The header's cells, in order.
    pub columns: Vec<String>,
    /// When, RFC 3339.
    pub seen_at: String,
    /// In which file.
    pub source: String,
    /// By which attempt.
    pub attempt: String,
}
