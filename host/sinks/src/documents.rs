//! The JSON documents that runs leave behind: the manifest and the schema version. The audit record is the caller's complete report.
//!
//! They have plain fields in a fixed order and maps sorted by key, and depend on neither clock nor environment: a document is determined by
//! what the caller puts in, including times. An unknown number is `null`; 0 means zero. Readers ignore unknown fields; `version` is
//! incremented when a field is removed or changes its meaning.

mod amounts;
mod manifest;
mod newest;
mod schema_version;

pub use amounts::{Amounts, AmountsByColumn, PluginDigests};
pub use manifest::{
    Assay, Entry, EntryMeta, Manifest, PackRef, PartEntry, RecordCounts, SourceRef,
};
pub use newest::Newest;
pub use schema_version::SchemaVersion;
use serde::Serialize;

/// The version of all documents written here.
pub const VERSION: u32 = 1;

/// Serialises a document with indentation, for people, and a final line feed.
pub(crate) fn indented(document: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Serialises a document on one line, for tools that read one object per line.
pub(crate) fn one_line(document: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec(document)?;
    bytes.push(b'\n');
    Ok(bytes)
}
