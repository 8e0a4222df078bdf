//! The JSON that runs leave behind: the manifest and the schema version. The audit record is the caller's report, whole.
//!
//! Plain fields in a fixed order, maps sorted by key, no clock and no environment: a document is determined by what the caller
//! puts in, times included. A number that is not known is `null`; 0 means zero. Readers ignore fields they do not know; `version`
//! rises when a field changes its meaning or goes.

mod manifest;
mod schema_version;

use std::collections::BTreeMap;

pub use manifest::{
    Assay, Entry, EntryMeta, Manifest, PackRef, PartEntry, RecordCounts, SourceRef,
};
pub use schema_version::SchemaVersion;
use serde::{Deserialize, Serialize};

/// The version of all documents written here.
pub const VERSION: u32 = 1;

/// What became of a column's sum, as decimal text: "484283.77".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// Over all records read.
    pub read: String,
    /// Over those that were validated.
    pub validated: String,
    /// Over those that were quarantined.
    pub quarantined: String,
}

/// Sums by column.
pub type AmountsByColumn = BTreeMap<String, Amounts>;

/// Digests of plugins by name.
pub type PluginDigests = BTreeMap<String, String>;

/// A document with an end of line, indented for people.
pub(crate) fn indented(document: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A document on one line, for tools that read one object a line.
pub(crate) fn one_line(document: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec(document)?;
    bytes.push(b'\n');
    Ok(bytes)
}
