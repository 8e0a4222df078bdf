//! What an author implements, and what follows from it for the contract.

use serde_json::Value;

use crate::settings::ReadSettings;

use crate::{
    ConfigFault, Fault, Faults, PluginInfo, RuleKind, Rules, Run, Session, Stage, StagePlan,
    settings,
};

/// A rule plugin.
pub trait Plugin: 'static {
    /// Its name: lower case, hyphens.
    const NAME: &'static str;
    /// Its semantic version: `env!("CARGO_PKG_VERSION")`.
    const VERSION: &'static str;
    /// What the pack sets: a struct with `#[derive(Settings)]`, `()` for none, or whatever serde reads, such as
    /// [`serde_json::Value`] for a vocabulary.
    type Settings: ReadSettings;

    /// Declares the rules of a run. Called for each session, so it must not depend on anything but its arguments.
    fn rules(run: &Run, settings: Self::Settings, rules: &mut Rules) -> Result<(), Faults>;

    /// The kinds of rules that settings make rules of, for a vocabulary.
    fn kinds() -> Vec<RuleKind> {
        Vec::new()
    }

    /// Declares the rules the plugin always has, for those who ask what it is outside of any run.
    fn standing_rules(_rules: &mut Rules) {}
}

/// What the plugin is.
pub fn describe<P: Plugin>() -> PluginInfo {
    let mut rules = Rules::default();
    P::standing_rules(&mut rules);
    let without_columns = rules.declarations().cloned().map(|mut rule| {
        // Columns are indexes into a stage's plan, and there is none here.
        rule.columns.clear();
        rule
    });
    let mut extras = vec![
        ("sdk".to_owned(), concat!("assay-sdk ", env!("CARGO_PKG_VERSION")).to_owned()),
        ("licence".to_owned(), "Apache-2.0".to_owned()),
    ];
    let settings = P::Settings::infos().into_iter();
    extras.extend(settings.map(|info| (format!("setting {}", info.key), info.to_string())));
    PluginInfo {
        name: P::NAME.to_owned(),
        version: P::VERSION.to_owned(),
        rules: without_columns.collect(),
        kinds: P::kinds(),
        extras,
    }
}

/// What the plugin will do in a run.
pub fn check_config<P: Plugin>(run: &Run) -> Result<Vec<StagePlan>, Vec<ConfigFault>> {
    declared::<P>(run).map(|rules| rules.plans()).map_err(|faults| faults.0)
}

/// Begins a stage.
pub fn open<P: Plugin>(run: &Run, stage: Stage) -> Result<Session, Fault> {
    match declared::<P>(run) {
        Ok(rules) => Ok(Session::new(rules.into_stage(stage))),
        Err(faults) => {
            let first = faults.0.first();
            Err(Fault::Settings(
                first.map_or_else(String::new, |f| format!("{}: {}", f.path, f.message)),
            ))
        }
    }
}

fn declared<P: Plugin>(run: &Run) -> Result<Rules, Faults> {
    let text = if run.settings.trim().is_empty() { "{}" } else { &run.settings };
    let value: Value = serde_json::from_str(text)
        .map_err(|error| fault("", format!("the settings are no JSON: {error}")))?;
    let mut rules = Rules::default();
    P::rules(run, settings::read_all(&value).map_err(Faults)?, &mut rules)?;
    let mut names: Vec<&str> = rules.declarations().map(|rule| rule.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(fault("", format!("the rule `{}` is declared twice", pair[0])).into()),
        None => Ok(rules),
    }
}

fn fault(path: &str, message: String) -> ConfigFault {
    ConfigFault { path: path.to_owned(), message, expected: Vec::new() }
}
