//! The manifest: the commit of a run, in the form that Redshift's COPY reads.

use std::collections::BTreeMap;

use assay_store::Expected;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::amounts::{AmountsByColumn, PluginDigests};

/// What is published for a partition. COPY reads `entries` and ignores the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// One for each part file.
    pub entries: Vec<Entry>,
    /// What else there is to know.
    pub assay: Assay,
}

/// A part file as COPY wants to be told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it is.
    pub url: String,
    /// COPY fails if it is missing.
    pub mandatory: bool,
    /// Required by COPY for columnar files.
    pub meta: EntryMeta,
}

/// A part file's size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryMeta {
    /// In bytes.
    pub content_length: u64,
}

/// What the published run was, and what it wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assay {
    /// [`super::VERSION`].
    pub version: u32,
    /// The run that is published.
    pub run_id: String,
    /// The attempt that wrote what is published.
    pub attempt: String,
    /// The run it took the place of, if any. Set by the commit.
    pub replaces: Option<String>,
    /// The attempt at the same run whose files were found missing or damaged, so that they were written anew. Set by the commit.
    pub mends: Option<String>,
    /// The newer version that was published before: this one is not the newest and does not become it.
    pub superseded_by: Option<String>,
    /// What became of the file: `accepted`, `accepted_with_warnings` or `accepted_with_quarantine`.
    pub outcome: String,
    /// The dataset.
    pub dataset: String,
    /// The kind of file.
    pub kind: String,
    /// Partition keys and values, in the pack's order.
    pub partition: IndexMap<String, String>,
    /// The layout's name.
    pub layout: String,
    /// The pack.
    pub pack: PackRef,
    /// The plugins.
    pub plugins: PluginDigests,
    /// The input.
    pub source: SourceRef,
    /// Where its records went.
    pub records: RecordCounts,
    /// Where the amounts went.
    pub amounts: AmountsByColumn,
    /// The part files, in order.
    pub parts: Vec<PartEntry>,
    /// What was written beside them, by kind: `quarantine`, `findings`, `repairs`.
    pub rejected: BTreeMap<String, Vec<PartEntry>>,
    /// Key of the run's report, as it was written before the commit.
    pub report: String,
    /// Key of the audit record: the same report, written once the run was published.
    pub audit: String,
    /// When, RFC 3339.
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
    /// Its size, decompressed.
    pub bytes: u64,
    /// Digest of its content, decompressed: 64 hexadecimal digits.
    pub digest: String,
}

/// Where records went. `read` is the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Data records in the input.
    pub read: u64,
    /// In part files.
    pub validated: u64,
    /// In the quarantine.
    pub quarantined: u64,
}

/// A Parquet file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEntry {
    /// Its key in the store.
    pub key: String,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Its BLAKE3 digest, 64 hexadecimal digits.
    pub digest: String,
}

impl PartEntry {
    /// What must be found under its key.
    pub fn expected(&self) -> Result<Expected, blake3::HexError> {
        Ok(Expected { bytes: self.bytes, digest: blake3::Hash::from_hex(&self.digest)? })
    }
}

impl Assay {
    /// All files that the run wrote.
    pub fn files(&self) -> impl Iterator<Item = &PartEntry> {
        self.parts.iter().chain(self.rejected.values().flatten())
    }
}

impl Manifest {
    /// A manifest for `assay`'s parts, which are found where `url` says.
    pub fn new(assay: Assay, url: impl Fn(&str) -> String) -> Self {
        let entry = |part: &PartEntry| Entry {
            url: url(&part.key),
            mandatory: true,
            meta: EntryMeta { content_length: part.bytes },
        };
        Self { entries: assay.parts.iter().map(entry).collect(), assay }
    }
}
