//! What a pack may set.

use serde::Deserialize;

/// What a pack may set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Records from which the share of Food and Beverage is judged. Below, a company's or a state's cut may well
    /// hold another mix.
    pub share_from_records: i64,
    /// The least and the greatest share of Food and Beverage in percent. It was 91 in each year published; the bounds
    /// leave room for years that were not.
    pub food_share_percent: (i64, i64),
    /// The least share of payments without a third party in percent. It was above 95 in each year published.
    pub no_third_party_percent: i64,
    /// The greatest share of disputed payments in percent. It was below 1 in each year published.
    pub disputed_percent: i64,
    /// How far the number of records may lie from CMS's published total, in percent. CMS's own sources differ by 0.4.
    pub control_total_percent: i64,
    /// The share of company ids in percent that may look like `1E+11`. Spreadsheets damage all or none.
    pub damaged_ids_percent: i64,
    /// The share of records in percent that may be of another program year or publication. One that was put into the wrong
    /// file is held back; where most are, the file is not what its name says.
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
