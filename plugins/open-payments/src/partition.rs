//! Records that belong to another file.

use assay_sdk::{Disposition, Rules, date, integer};

use crate::columns::{DATE_FORMAT, PROGRAM_YEAR, PUBLICATION};
use crate::file::File;

pub(crate) fn declare(file: &File, rules: &mut Rules) {
    let year = i64::from(file.year);
    rules
        .quarantine("program-year-of-file")
        .title("the record belongs to the file's program year")
        .message("a record of program year {Program_Year} in a file of another year")
        .disposition(Disposition::Divert)
        .each(integer(PROGRAM_YEAR), move |held| held == year);
    let publication = file.publication;
    rules
        .quarantine("publication-of-file")
        .title("the record belongs to the file's publication")
        .message(
            "a record published on {Payment_Publication_Date} in a file of another publication",
        )
        .disposition(Disposition::Divert)
        .each(date(PUBLICATION, DATE_FORMAT), move |day| {
            publication.is_none_or(|publication| day == publication)
        });
}
