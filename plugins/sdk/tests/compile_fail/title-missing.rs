//! Neither a doc comment nor a title.

use assay_sdk::rule;

#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str) -> bool {
    name.len() < 3
}

fn main() {}
