//! A plugin whose rules keep the contract and break the laws that the harness tries, one at a time. `README.md` lists them.

mod rules;

use assay_sdk::{ConfigFault, Faults, Plugin, Rules, Run, Settings, export_plugin};

/// The plugin.
#[derive(Debug)]
pub struct Broken;

/// Which rule is declared.
#[derive(Debug, Settings)]
pub struct Which {
    /// Its name.
    pub rule: String,
}

impl Plugin for Broken {
    const NAME: &'static str = "broken";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = Which;

    fn rules(run: &Run, settings: Which, rules: &mut Rules) -> Result<(), Faults> {
        let known = rules::ALL.iter().find(|(name, _)| *name == settings.rule);
        let Some((name, declare)) = known else {
            return Err(ConfigFault {
                path: "/rule".to_owned(),
                message: format!("there is no rule `{}`", settings.rule),
                expected: rules::ALL.iter().map(|(name, _)| (*name).to_owned()).collect(),
            }
            .into());
        };
        declare(name, run, rules);
        Ok(())
    }

    /// The one that is as it should be, so that pages can be written about it.
    fn standing_rules(rules: &mut Rules) {
        rules::sound("sound", &Run::default(), rules);
    }
}

export_plugin!(Broken);
