//! What was found so far, in a validate rule.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str, standing: u8) -> bool {
    name.len() < 3 && standing < 2
}

fn main() {}
