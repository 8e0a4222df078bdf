//! The file that a run judges.

use assay_sdk::{ConfigFault, Run, parse};

/// The partition key for the file's program year.
pub(crate) const PROGRAM_YEAR: &str = "year";
/// The partition key for the day on which the file was published.
const PUBLICATION: &str = "publication";

/// What the run's context says about the file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) year: u16,
    /// Days since 1970-01-01; `None` if the pack does not partition by publication.
    pub(crate) publication: Option<i32>,
    /// The publication as CMS writes it in the records, such as `06/30/2017`.
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
