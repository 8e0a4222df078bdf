//! Settings by value.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str, settings: String) -> bool {
    name == settings
}

fn main() {}
