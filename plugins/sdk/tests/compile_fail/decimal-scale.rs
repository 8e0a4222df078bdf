//! A decimal without its scale.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = decimal("Amount")))]
fn short(name: i64) -> bool {
    name > 0
}

fn main() {}
