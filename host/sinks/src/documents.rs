//! The JSON that runs leave behind: the manifest and the schema version. The audit record is the caller's report, whole.
//!
//! Plain fields in a fixed order, maps sorted by key, no clock and no environment: a document is determined by what the caller
//! puts in, times included. A number that is not known is `null`; 0 means zero. Readers ignore fields they do not know; `version`
//! rises when a field changes its meaning or goes.

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
