//! A normalise rule that takes no cell.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = normalise, writes("Name"))]
fn short(cell: i64) -> Option<String> {
    let _ = cell; None
}

fn main() {}
