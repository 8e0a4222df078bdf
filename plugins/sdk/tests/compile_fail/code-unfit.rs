//! A code with characters that are not allowed.

use assay_sdk::rule;

/// short
#[rule(code = "Short name_", class = validate, columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
