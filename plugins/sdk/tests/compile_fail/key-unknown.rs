//! A mistyped key.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, titel = "short", columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
