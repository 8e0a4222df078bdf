//! Money as a float.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = decimal("Amount", 2)))]
fn short(name: f64) -> bool {
    name > 0.0
}

fn main() {}
