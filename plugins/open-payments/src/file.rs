//! The file that a run is about.

use assay_sdk::{ConfigFault, Run, parse};

/// The partition key of the year a file is about.
pub(crate) const PROGRAM_YEAR: &str = "year";
/// The partition key of the day a file was published.
const PUBLICATION: &str = "publication";

/// What the run says of the file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) year: u16,
    /// Days since 1970-01-01; `None` if the pack does not partition by it.
    pub(crate) publication: Option<i32>,
    /// The same as CMS writes it in the records.
    pub(crate) published: Option<String>,
    pub(crate) layout: String,
}

impl File {
    pub(crate) fn of_run(run: &Run) -> Result<Self, ConfigFault> {
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
