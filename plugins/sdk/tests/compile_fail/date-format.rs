//! A date format without a day.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = date("Born", "%Y-%m")))]
fn short(name: assay_sdk::Date) -> bool {
    name.year() > 1900
}

fn main() {}
