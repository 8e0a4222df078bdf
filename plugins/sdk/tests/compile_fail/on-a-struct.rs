//! Not a function.

use assay_sdk::rule;

#[rule(code = "short", class = validate)]
struct Short;

fn main() {}
