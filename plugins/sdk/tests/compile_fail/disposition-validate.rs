//! A disposition on a validate rule.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, disposition = hold, columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
