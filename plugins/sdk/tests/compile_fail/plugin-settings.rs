//! A rule with another plugin's settings.

use assay_sdk::{Settings, plugin, rule};

plugin! {
    pub struct Names { name: "names", settings: Lengths, rules: [short] }
}

#[derive(Debug, Settings)]
pub struct Lengths {
    #[setting(default = 3)]
    most: usize,
}

#[derive(Debug, Settings)]
pub struct Widths {
    #[setting(default = 3)]
    most: usize,
}

/// short
#[rule(code = "short", class = validate, columns(name = text("Name")))]
fn short(name: &str, settings: &Widths) -> bool {
    name.len() < settings.most
}

fn main() {}
