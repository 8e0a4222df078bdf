//! The general vocabulary: checks that packs configure without code. `README.md` lists the kinds.
//!
//! Settings are `{"rules": {"<name>": {"check": "<kind>", …}}}`; the rules run in the order in which they are written there.

mod column_checks;
mod compare;
mod condition;
mod config;
mod kinds;
mod luhn;
mod nearest;
mod pattern;
mod record_checks;
mod vocabulary;
mod wording;

use assay_sdk::{Faults, Plugin, RuleKind, Rules, Run, Value, export_plugin};

/// The plugin.
#[derive(Debug)]
pub struct Checks;

impl Plugin for Checks {
    const NAME: &'static str = "checks";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = Value;

    fn rules(run: &Run, settings: Value, rules: &mut Rules) -> Result<(), Faults> {
        vocabulary::declare(run, &settings, rules)
    }

    fn kinds() -> Vec<RuleKind> {
        kinds::all()
    }
}

export_plugin!(Checks);
