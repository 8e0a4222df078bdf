//! The manifest: the commit of a run, in the form that Redshift's COPY reads.

use std::collections::BTreeMap;

use assay_store::Expected;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::amounts::{AmountsByColumn, PluginDigests};

/// A partition's published run. COPY reads `entries` and ignores the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// One entry per part file.
    pub entries: Vec<Entry>,
    /// Everything else about the run.
    pub assay: Assay,
}

/// A part file in the form COPY expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// URL of the file.
    pub url: String,
    /// Whether COPY fails if the file is missing.
    pub mandatory: bool,
    /// Required by COPY for columnar files.
    pub meta: EntryMeta,
}

/// Size of a part file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryMeta {
    /// In bytes.
    pub content_length: u64,
}

/// The published run and the files it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assay {
    /// [`super::VERSION`].
    pub version: u32,
    /// Id of the published run.
    pub run_id: String,
    /// Name of the attempt that wrote the published files.
    pub attempt: String,
    /// The run that it replaced, if any. Set by the commit.
    pub replaces: Option<String>,
    /// The attempt at the same run whose files were found missing or damaged and were written again, if any. Set by the commit.
    pub mends: Option<String>,
    /// The newer version that was already published, if any: this one is not the newest and does not become the newest.
    pub superseded_by: Option<String>,
    /// Outcome of the file: `accepted`, `accepted_with_warnings` or `accepted_with_quarantine`.
    pub outcome: String,
    /// Name of the dataset.
    pub dataset: String,
    /// The kind of file.
    pub kind: String,
    /// Partition keys and values, in the pack's order.
    pub partition: IndexMap<String, String>,
    /// Name of the layout.
    pub layout: String,
    /// The pack.
    pub pack: PackRef,
    /// Digests of the plugins, by name.
    pub plugins: PluginDigests,
    /// The input.
    pub source: SourceRef,
    /// Number of records by destination.
    pub records: RecordCounts,
    /// Sums of amounts by column.
    pub amounts: AmountsByColumn,
    /// The part files, in order.
    pub parts: Vec<PartEntry>,
    /// Other files written, by kind: `quarantine`, `findings`, `repairs`.
    pub rejected: BTreeMap<String, Vec<PartEntry>>,
    /// Key of the run's report, written before the commit.
    pub report: String,
    /// Key of the audit record: the same report, written after the run was published.
    pub audit: String,
    /// Time of the commit, RFC 3339.
    pub committed_at: String,
}

/// A pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackRef {
    /// Its name.
    pub name: String,
    /// Its digest, 64 hexadecimal digits.
    pub digest: String,
}

/// An input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRef {
    /// Its file name.
    pub name: String,
    /// Its size in bytes, decompressed.
    pub bytes: u64,
    /// BLAKE3 digest of its decompressed content, 64 hexadecimal digits.
    pub digest: String,
}

/// Number of records by destination. `read` is the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Records in the input.
    pub read: u64,
    /// Records in part files.
    pub validated: u64,
    /// Records in the quarantine.
    pub quarantined: u64,
}

/// A Parquet file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEntry {
    /// Its key in the store.
    pub key: String,
    /// Number of its rows.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its BLAKE3 digest, 64 hexadecimal digits.
    pub digest: String,
}

impl PartEntry {
    /// Returns the size and digest that the file must have. Fails if the digest is not valid hexadecimal.
    pub fn expected(&self) -> Result<Expected, blake3::HexError> {
        Ok(Expected { bytes: self.bytes, digest: blake3::Hash::from_hex(&self.digest)? })
    }
}

impl Assay {
    /// Returns all files that the run wrote.
    pub fn files(&self) -> impl Iterator<Item = &PartEntry> {
        self.parts.iter().chain(self.rejected.values().flatten())
    }
}

impl Manifest {
    /// Creates a manifest for the part files of `assay`; `url` maps their keys to URLs.
    pub fn new(assay: Assay, url: impl Fn(&str) -> String) -> Self {
        let entry = |part: &PartEntry| Entry {
            url: url(&part.key),
            mandatory: true,
            meta: EntryMeta { content_length: part.bytes },
        };
        Self { entries: assay.parts.iter().map(entry).collect(), assay }
    }
}
