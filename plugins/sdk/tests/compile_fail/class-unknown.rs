//! A class that does not exist.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = normalize, columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
