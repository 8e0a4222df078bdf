//! A message with a numbered argument.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, message = "`{0}` is long", columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
