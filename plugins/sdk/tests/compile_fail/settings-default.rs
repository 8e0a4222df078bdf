//! A default outside its range.

use assay_sdk::Settings;

#[derive(Debug, Settings)]
struct Lengths {
    #[setting(default = 0, min = 1, max = 9)]
    most: usize,
}

fn main() {}
