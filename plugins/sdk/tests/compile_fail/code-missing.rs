//! No code.

use assay_sdk::rule;

/// short
#[rule(class = validate, columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
