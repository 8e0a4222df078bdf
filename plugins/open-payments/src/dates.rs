//! The date of payment.

use assay_sdk::{Outcome, Rules, date, integer, parse};

use crate::columns::{DATE, DATE_FORMAT, PROGRAM_YEAR, PUBLICATION};
use crate::file::File;

/// The program's first year: no earlier payments were reported.
const FIRST_YEAR: i32 = 2013;

pub(crate) fn declare(file: &File, rules: &mut Rules) {
    let first = |year| parse::days_of(year, 1, 1).expect("each year has a first day");
    // One year late is a slip; a later date was mistyped, such as 3015.
    let plausible = first(FIRST_YEAR)..first(i32::from(file.year) + 2);
    let paid = || date(DATE, DATE_FORMAT);

    let range = plausible.clone();
    rules
        .validate("date-plausible")
        .title("the date of payment lies between 2013 and the year after the program year")
        .message("a payment on {Date_of_Payment} cannot belong to program year {Program_Year}")
        .each(paid(), move |day| range.contains(&day));
    let range = plausible.clone();
    rules
        .validate("date-published")
        .title("the date of payment is not after the publication")
        .message(
            "the payment of {Date_of_Payment} is later than its publication on {Payment_Publication_Date}",
        )
        .each((paid(), date(PUBLICATION, DATE_FORMAT)), move |(day, published)| {
            if range.contains(&day) { (day <= published).into() } else { Outcome::Skip }
        });
    rules
        .validate("date-in-program-year")
        .title("the date of payment lies in the program year")
        .message("a payment on {Date_of_Payment} is outside program year {Program_Year}")
        .warn()
        .each((paid(), integer(PROGRAM_YEAR)), move |(day, year)| {
            if plausible.contains(&day) {
                (i64::from(parse::year_of(day)) == year).into()
            } else {
                Outcome::Skip
            }
        });
}
