//! A level for rules about files, on a rule about records.

use assay_sdk::rule;

/// short
#[rule(code = "short", class = validate, level = refuse, columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
