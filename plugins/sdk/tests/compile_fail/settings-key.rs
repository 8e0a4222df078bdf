//! A mistyped key.

use assay_sdk::Settings;

#[derive(Debug, Settings)]
struct Lengths {
    #[setting(defualt = 3)]
    most: usize,
}

fn main() {}
