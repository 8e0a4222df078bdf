//! A normalise rule that returns a text.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = normalise, writes("Name"))]
fn short(cell: &str) -> String {
    cell.to_owned()
}

fn main() {}
