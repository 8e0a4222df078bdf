//! A column without a parameter.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = text("Name"), age = integer("Age")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
