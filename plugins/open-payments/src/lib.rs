//! CMS Open Payments, general payments: what the general vocabulary cannot say. `rules/open-payments/RULES.md` is the
//! catalogue of all rules; those that are not here are settings of the plugin `checks`.

mod amounts;
mod codes;
mod columns;
mod dates;
mod file_rules;
mod known;
mod normalise;
mod partition;
mod products;
mod recipient;
mod tables;
mod text_length;
mod year;

use assay_sdk::{ConfigFault, Faults, Plugin, Rules, Run, export_plugin, parse};
use serde::Deserialize;

/// The plugin.
#[derive(Debug)]
pub struct OpenPayments;

impl Plugin for OpenPayments {
    const NAME: &'static str = "open-payments";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = Settings;

    fn rules(run: &Run, settings: Settings, rules: &mut Rules) -> Result<(), Faults> {
        let file = File::of_run(run)?;
        normalise::declare(rules);
        known::declare(&file, rules);
        rules.function::<amounts::amount_zero>();
        dates::declare(&file, rules);
        codes::declare(rules);
        text_length::declare(rules);
        recipient::declare(rules);
        products::declare(rules);
        file_rules::declare(&file, &settings, rules);
        partition::declare(&file, rules);
        Ok(())
    }

    fn standing_rules(rules: &mut Rules) {
        let run =
            Run { partition: vec![(PROGRAM_YEAR.to_owned(), "2016".to_owned())], ..Run::default() };
        Self::rules(&run, Settings::default(), rules).expect("nothing is wrong with this run");
    }
}

export_plugin!(OpenPayments);

/// The partition key of the year a file is about.
const PROGRAM_YEAR: &str = "year";
/// The partition key of the day a file was published.
const PUBLICATION: &str = "publication";

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

/// What the run says of the file.
#[derive(Debug, Clone)]
struct File {
    year: u16,
    /// Days since 1970-01-01; `None` if the pack does not partition by it.
    publication: Option<i32>,
    /// The same as CMS writes it in the records.
    published: Option<String>,
    layout: String,
}

impl File {
    fn of_run(run: &Run) -> Result<Self, ConfigFault> {
        let fault =
            |message: String| ConfigFault { path: String::new(), message, expected: Vec::new() };
        let Some(year) = run.partition(PROGRAM_YEAR) else {
            return Err(fault(format!(
                "the pack has no partition key `{PROGRAM_YEAR}`, which the rules of a year need"
            )));
        };
        let year = year.parse().map_err(|_| {
            fault(format!(
                "the partition key `{PROGRAM_YEAR}` is `{year}`; expected a year such as `2016`"
            ))
        })?;
        let publication = match run.partition(PUBLICATION) {
            None => None,
            Some(text) => Some(parse::date(text.as_bytes(), "%Y-%m-%d").ok_or_else(|| {
                fault(format!("the partition key `{PUBLICATION}` is `{text}`; expected a date such as `2017-06-30`"))
            })?),
        };
        let published = run.partition(PUBLICATION).and_then(|text| {
            let (year, day) = text.split_once('-')?;
            Some(format!("{}/{year}", day.replace('-', "/")))
        });
        Ok(Self { year, publication, published, layout: run.layout.clone() })
    }
}
