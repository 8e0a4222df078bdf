//! Which layouts were seen, when and where.

use serde::{Deserialize, Serialize};

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
    /// The names that rules and files use for them, in the same order.
    pub canonical: Vec<String>,
    /// When, RFC 3339.
    pub seen_at: String,
    /// In which file.
    pub source: String,
    /// By which attempt.
    pub attempt: String,
}
