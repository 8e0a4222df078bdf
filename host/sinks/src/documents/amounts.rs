//! Sums and digests as documents have them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What became of a column's sum, as decimal text: "484283.77".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// Over all records whose amount can be read.
    pub read: String,
    /// Over those that were validated.
    pub validated: String,
    /// Over those that were quarantined.
    pub quarantined: String,
    /// Records whose amounts these sums are of. With `blank` and `unread` it gives all records.
    pub summed: u64,
    /// Records whose cell is blank: they have no amount.
    pub blank: u64,
    /// Records whose amount cannot be read, and is in no sum: `malformed` and `broken`.
    pub unread: u64,
    /// Those whose cell holds something that is no amount. Earlier manifests do not say.
    #[serde(default)]
    pub malformed: u64,
    /// Those whose structure is broken. Earlier manifests do not say.
    #[serde(default)]
    pub broken: u64,
}

/// Sums by column.
pub type AmountsByColumn = BTreeMap<String, Amounts>;

/// Digests of plugins by name.
pub type PluginDigests = BTreeMap<String, String>;
