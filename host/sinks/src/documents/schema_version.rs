//! Records which layouts were seen, when and where.

use serde::{Deserialize, Serialize};

/// A layout, and when and where it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaVersion {
    /// [`super::VERSION`].
    pub version: u32,
    /// The dataset.
    pub dataset: String,
    /// Digest of the header's cells.
    pub fingerprint: String,
    /// Name of the layout, if it is known.
    pub name: Option<String>,
    /// The header's cells, in order. For an unknown layout, possibly only the first ones, truncated.
    pub columns: Vec<String>,
    /// Number of further cells that are not listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// The names that rules and files use for these columns, in the same order.
    pub canonical: Vec<String>,
    /// Time at which it was seen, RFC 3339.
    pub seen_at: String,
    /// Name of the file in which it was seen.
    pub source: String,
    /// Name of the attempt that saw it.
    pub attempt: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
