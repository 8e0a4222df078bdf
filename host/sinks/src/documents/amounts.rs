//! Sums and digests in the form used by documents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The sums of a column by the outcome of records, as decimal text: "484283.77".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// Sum over all records whose amount can be read.
    pub read: String,
    /// Sum over the validated records.
    pub validated: String,
    /// Sum over the quarantined records.
    pub quarantined: String,
    /// Number of records included in these sums. Together with `blank` and `unread` it gives all records.
    pub summed: u64,
    /// Number of records whose cell is blank: they have no amount.
    pub blank: u64,
    /// Number of records whose amount cannot be read and is in no sum: `malformed` plus `broken`.
    pub unread: u64,
    /// Number of records whose cell is not blank and not an amount. Missing in earlier manifests.
    #[serde(default)]
    pub malformed: u64,
    /// Number of records with structural faults. Missing in earlier manifests.
    #[serde(default)]
    pub broken: u64,
}

/// Sums by column.
pub type AmountsByColumn = BTreeMap<String, Amounts>;

/// Digests of plugins by name.
pub type PluginDigests = BTreeMap<String, String>;
