//! A form that does not exist.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = string("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
