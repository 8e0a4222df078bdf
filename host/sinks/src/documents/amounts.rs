//! Sums and digests as documents have them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
