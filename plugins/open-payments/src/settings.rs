//! The settings that a pack may change.

use serde::Deserialize;

/// The settings that a pack may change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The least number of records for which shares are judged. A smaller file, such as an extract of one company or state, may
    /// well have other shares.
    pub share_from_records: i64,
    /// The least and the greatest share of Food and Beverage, in percent. It was 91 in each published year; the bounds leave
    /// room for other years.
    pub food_share_percent: (i64, i64),
    /// The least share of payments without a third party, in percent. It was above 95 in each published year.
    pub no_third_party_percent: i64,
    /// The greatest share of disputed payments, in percent. It was below 1 in each published year.
    pub disputed_percent: i64,
    /// The greatest difference between the number of records and CMS's published total, in percent. CMS's own sources differ by 0.4.
    pub control_total_percent: i64,
    /// The greatest share of company ids, in percent, that may look like `1E+11`. Spreadsheets damage all ids or none.
    pub damaged_ids_percent: i64,
    /// The greatest share of records, in percent, that may be of another program year or publication. A single record in the
    /// wrong file is held back; if most records are in the wrong file, the file does not match its name.
    pub foreign_records_percent: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            share_from_records: 100_000,
            food_share_percent: (80, 97),
            no_third_party_percent: 95,
            disputed_percent: 1,
            control_total_percent: 2,
            damaged_ids_percent: 50,
            foreign_records_percent: 50,
        }
    }
}
