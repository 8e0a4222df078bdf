//! A parameter without a column.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str, age: i64) -> bool {
    name.len() < 3
}

fn main() {}
