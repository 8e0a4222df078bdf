//! The function returns a number.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str) -> usize {
    name.len()
}

fn main() {}
