//! The trait that an author implements, and the contract's calls that follow from it.

use serde_json::Value;

use crate::settings::ReadSettings;

use crate::{
    ConfigFault, Fault, Faults, PluginInfo, RuleKind, Rules, Run, Session, Stage, StagePlan,
    settings,
};

/// A rule plugin.
pub trait Plugin: 'static {
    /// The plugin's name, in lower case with hyphens.
    const NAME: &'static str;
    /// The plugin's semantic version: `env!("CARGO_PKG_VERSION")`.
    const VERSION: &'static str;
    /// The type of the settings from the pack: a struct with `#[derive(Settings)]`, [`crate::NoSettings`] for none, or any
    /// type that serde can read, such as [`serde_json::Value`] for a vocabulary.
    type Settings: ReadSettings;

    /// Declares the rules of a run, or returns faults. Called for each session, so it must depend on nothing but its arguments.
    fn rules(run: &Run, settings: Self::Settings, rules: &mut Rules) -> Result<(), Faults>;

    /// For a vocabulary: the kinds of rules that settings can define.
    fn kinds() -> Vec<RuleKind> {
        Vec::new()
    }

    /// Declares the rules that the plugin always has, for a description of the plugin outside any run.
    fn standing_rules(_rules: &mut Rules) {}
}

/// Describes the plugin: its name, version, rules, kinds of rules, and extras such as its settings.
pub fn describe<P: Plugin>() -> PluginInfo {
    let mut rules = Rules::default();
    P::standing_rules(&mut rules);
    let without_columns = rules.declarations().cloned().map(|mut rule| {
        // Columns are indexes into a stage's plan, which does not exist here.
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

/// Checks the settings and returns the plan of each stage that has rules, or the faults.
pub fn check_config<P: Plugin>(run: &Run) -> Result<Vec<StagePlan>, Vec<ConfigFault>> {
    declared::<P>(run).map(|rules| rules.plans()).map_err(|faults| faults.0)
}

/// Opens a session for a stage. Fails with [`Fault::Settings`] if the settings have a fault.
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
        .map_err(|error| fault("", format!("the settings are not valid JSON: {error}")))?;
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
