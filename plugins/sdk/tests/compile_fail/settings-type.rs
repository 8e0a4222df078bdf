//! A field whose type cannot be read.

use assay_sdk::Settings;

#[derive(Debug, Settings)]
struct Lengths {
    #[setting(default = Unit)]
    most: Unit,
}

#[derive(Debug)]
struct Unit;

fn main() {}
