//! A column without its parameter.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
