//! A validate rule that asks for the record's standing.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str, standing: u8) -> bool {
    name.len() < 3 && standing < 2
}

fn main() {}
