//! Rules for CMS Open Payments, general payments, that the general vocabulary cannot express. `rules/open-payments/RULES.md` is
//! the catalogue of all rules; those that are not here are settings of the plugin `checks`.

mod amounts;
mod codes;
mod columns;
mod dates;
mod file;
mod file_rules;
mod known;
mod normalise;
mod partition;
mod products;
mod recipient;
mod settings;
mod tables;
mod text_length;
mod year;

use assay_sdk::{Faults, Plugin, Rules, Run, export_plugin};

use file::{File, PROGRAM_YEAR};
pub use settings::Settings;

/// The plugin.
#[derive(Debug)]
pub struct OpenPayments;

impl Plugin for OpenPayments {
    const NAME: &'static str = "open-payments";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = Settings;

    fn rules(run: &Run, settings: Settings, rules: &mut Rules) -> Result<(), Faults> {
        let file = File::of_run(run)?;
        normalise::declare(rules);
        known::declare(&file, rules);
        rules.function::<amounts::amount_zero>();
        dates::declare(&file, rules);
        codes::declare(rules);
        text_length::declare(rules);
        recipient::declare(rules);
        products::declare(rules);
        file_rules::declare(&file, &settings, rules);
        partition::declare(&file, rules);
        Ok(())
    }

    fn standing_rules(rules: &mut Rules) {
        let run =
            Run { partition: vec![(PROGRAM_YEAR.to_owned(), "2016".to_owned())], ..Run::default() };
        Self::rules(&run, Settings::default(), rules).expect("nothing is wrong with this run");
    }
}

export_plugin!(OpenPayments);
