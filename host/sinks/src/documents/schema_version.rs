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
    /// The header's cells, in order. Of a header that is no known layout perhaps only the first, and these cut.
    pub columns: Vec<String>,
    /// How many cells follow that are not listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// The names that rules and files use for them, in the same order.
    pub canonical: Vec<String>,
    /// When, RFC 3339.
    pub seen_at: String,
    /// In which file.
    pub source: String,
    /// By which attempt.
    pub attempt: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
