//! A code with a prefix that is reserved for the host.

use assay_sdk::rule;

/// short
#[rule(code = "type.short", class = validate, columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
