//! Names the newest of several versions.

use serde::{Deserialize, Serialize};

/// The newest published version among partitions that differ in one key only. Readers that want "the newest" start here; readers that want
/// a certain version start at that version's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// [`super::VERSION`].
    pub version: u32,
    /// The partition key by which versions are ordered.
    pub by: String,
    /// The value of that key for the newest version.
    pub value: String,
    /// Key of that version's manifest.
    pub manifest: String,
}
