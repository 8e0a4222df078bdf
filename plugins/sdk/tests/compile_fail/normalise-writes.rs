//! A normalise rule that does not say what it rewrites.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = normalise)]
fn short(cell: &str) -> Option<String> {
    let _ = cell; None
}

fn main() {}
