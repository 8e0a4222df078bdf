//! The function returns nothing.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str) {
    let _ = name;
}

fn main() {}
