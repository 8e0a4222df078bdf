//! Settings that are not a struct.

use assay_sdk::Settings;

#[derive(Debug, Settings)]
enum Lengths {
    Short,
    Long,
}

fn main() {}
