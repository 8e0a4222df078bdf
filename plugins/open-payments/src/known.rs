//! Enumerations that differ by year.

use assay_sdk::{Ask, Outcome, Rules, text};

use crate::codes::of_cells;
use crate::columns::{FORM, NATURE, PRIMARY_TYPES, RECIPIENT_TYPE};
use crate::file::File;
use crate::tables;
use crate::tables::forms::FORMS;
use crate::tables::natures::NATURES;
use crate::tables::recipient_types::RECIPIENT_TYPES;
use crate::year::{Dated, ever, of_year};

pub(crate) fn declare(file: &File, rules: &mut Rules) {
    let year = file.year;
    let types = of_year(&RECIPIENT_TYPES, year);
    rules
        .validate("recipient-type-known")
        .title("the recipient's type is one of the program year's")
        .message("`{Covered_Recipient_Type}` is not a recipient type of the program year")
        .each(text(RECIPIENT_TYPE), move |cell| types.contains(cell));
    ever_known(rules, "nature-known", "nature of payment", NATURE, &NATURES);
    known_in_year(rules, "nature-of-year", "nature of payment", NATURE, &NATURES, year);
    ever_known(rules, "form-known", "form of payment", FORM, &FORMS);
    known_in_year(rules, "form-of-year", "form of payment", FORM, &FORMS, year);
    let types = of_year(&tables::primary_types::PRIMARY_TYPES, year);
    rules
        .validate("primary-type-known")
        .title("the person's primary types are valid in the program year")
        .message("`{value}` is not a primary type of the program year")
        .warn()
        .columnar(PRIMARY_TYPES.iter().map(|name| Ask::text(name)), move |look| {
            of_cells(look, |cell| types.contains(cell))
        });
}

fn ever_known(rules: &mut Rules, name: &str, what: &str, column: &str, values: &[Dated]) {
    let values = ever(values);
    rules
        .validate(name)
        .title(format!("the {what} is one that CMS has published"))
        .message(format!("`{{{column}}}` is not a {what}"))
        .each(text(column), move |cell| values.contains(cell));
}

/// Skips values that no year has; the rule whose name ends in `-known` reports them.
fn known_in_year(
    rules: &mut Rules,
    name: &str,
    what: &str,
    column: &str,
    values: &[Dated],
    year: u16,
) {
    let (ever, of_year) = (ever(values), of_year(values, year));
    rules
        .validate(name)
        .title(format!("the {what} is one of the program year's"))
        .message(format!("`{{{column}}}` is a {what}, but is not used in {year}"))
        .warn()
        .each(text(column), move |cell| {
            if ever.contains(cell) { of_year.contains(cell).into() } else { Outcome::Skip }
        });
}
