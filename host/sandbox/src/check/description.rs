//! A plugin's description of itself, and rules wherever they occur.

use std::collections::HashSet;

use assay_model::{PluginInfo, Rule, RuleCode, RuleKind};

use super::{codes, texts};
use crate::bindings::wit;
use crate::breach::Breach;
use crate::limits::Limits;

/// Prefixes reserved for the names of the host's own rules.
const RESERVED: [&str; 4] = ["csv.", "type.", "file.", "plugin."];

/// Checks a description.
pub(crate) fn info(info: wit::PluginInfo, limits: &Limits) -> Result<PluginInfo, Breach> {
    name("plugin", &info.name)?;
    texts::length("the version", &info.version, limits.name_bytes)?;
    if !semantic(&info.version) {
        return Err(Breach::Version { version: info.version });
    }
    texts::count("rules", &info.rules, limits.rules)?;
    texts::count("kinds", &info.kinds, limits.rules)?;
    texts::extras(&info.extras, limits)?;
    let mut seen = Unique::default();
    let rules = info
        .rules
        .into_iter()
        .map(|rule| seen.add(self::rule(rule, limits)?))
        .collect::<Result<_, Breach>>()?;
    let mut names = HashSet::new();
    let mut kinds = Vec::with_capacity(info.kinds.len());
    for wit::RuleKind { name, title, settings_schema } in info.kinds {
        self::name("kind", &name)?;
        texts::words("the title of a kind", &title, limits.text_bytes)?;
        texts::length("the settings schema of a kind", &settings_schema, limits.schema_bytes)?;
        if !names.insert(name.clone()) {
            return Err(Breach::RepeatedName { what: "kinds", name });
        }
        kinds.push(RuleKind { name, title, settings_schema });
    }
    Ok(PluginInfo { name: info.name, version: info.version, rules, kinds, extras: info.extras })
}

/// Checks one rule on its own; the stage checks whether its columns exist.
pub(super) fn rule(rule: wit::Rule, limits: &Limits) -> Result<Rule, Breach> {
    let name = name("rule", &rule.name)?;
    if RESERVED.iter().any(|start| rule.name.starts_with(start)) {
        return Err(Breach::ReservedName { name: rule.name });
    }
    texts::words("the title of a rule", &rule.title, limits.text_bytes)?;
    texts::line("the message of a rule", &rule.message, limits.text_bytes)?;
    texts::count("columns of a rule", &rule.columns, limits.columns)?;
    texts::extras(&rule.extras, limits)?;
    Ok(Rule {
        code: rule.code,
        name,
        class: codes::class("class", rule.class)?,
        title: rule.title,
        message: rule.message,
        level: codes::level(rule.level)?,
        columns: rule.columns,
        host_check: codes::host_check(rule.host_check)?,
        extras: rule.extras,
    })
}

/// Codes and names that a plugin has used so far.
#[derive(Default)]
pub(super) struct Unique {
    codes: HashSet<u16>,
    names: HashSet<String>,
}

impl Unique {
    /// Returns the rule unless its code or name was used before.
    pub(super) fn add(&mut self, rule: Rule) -> Result<Rule, Breach> {
        if !self.codes.insert(rule.code) {
            return Err(Breach::RepeatedCode { code: rule.code });
        }
        if !self.names.insert(rule.name.to_string()) {
            return Err(Breach::RepeatedName { what: "rules", name: rule.name.to_string() });
        }
        Ok(rule)
    }
}

fn name(what: &'static str, name: &str) -> Result<RuleCode, Breach> {
    name.parse().map_err(|_| Breach::Name { what, name: name.chars().take(64).collect() })
}

/// Three numbers, optionally followed by a pre-release or a build after `-` or `+`.
fn semantic(version: &str) -> bool {
    let (core, rest) = match version.find(['-', '+']) {
        Some(at) => version.split_at(at),
        None => (version, "-0"),
    };
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3
        && numbers.iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        && rest.len() > 1
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-+.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_semantic() {
        let check = |version: &str, expected| assert_eq!(semantic(version), expected, "{version}");
        check("1.2.3", true);
        check("0.1.0-rc.1+2026", true);
        check("1.2", false);
        check("1.2.3.4", false);
        check("v1.2.3", false);
        check("1.2.3-", false);
        check("1.2.3-\u{1b}", false);
        check("", false);
    }
}
