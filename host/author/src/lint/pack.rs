//! Problems of a pack that can be read without mistakes.

use std::collections::{BTreeMap, BTreeSet};

use assay_model::{Level, Rule, RuleClass};
use assay_packs::{Colour, Lock, PackError, Quarantined};

use super::report::{Lint, LintRequest, Severity};
use crate::inventory::{Resolved, Use, planned};

/// Half of the records: if more are lost, the file is not what the pack expects.
const SHARE_MOST: u32 = 500_000;

pub(super) fn lints(resolved: &Resolved, request: &LintRequest<'_>) -> Vec<Lint> {
    let mut found = Vec::new();
    let place = resolved.pack.path().display().to_string();
    let mut add = |severity, code, message: String, help: &str| {
        found.push(Lint { place: place.clone(), severity, code, message, help: help.to_owned() });
    };
    let lock = Lock::read(&request.discovery.lock());
    if let Err(error) = &lock {
        add(Severity::Error, "lock-missing", error.to_string(), "`assay lock` writes it");
    }
    for used in &resolved.uses {
        plugin(used, resolved, lock.as_ref().ok(), &mut add);
    }
    let rules: Vec<(&Use, &Rule, Vec<String>)> = resolved.uses.iter().flat_map(planned).collect();
    let all_planned = resolved
        .uses
        .iter()
        .all(|used| used.plugin.is_ok() && used.plans.iter().all(|(_, plan)| plan.is_ok()));
    levels(resolved, &rules, request, all_planned, &mut add);
    twice(&rules, &mut add);
    columns(resolved, &rules, &mut add);
    thresholds(resolved, &rules, &mut add);
    found
}

type Add<'a> = dyn FnMut(Severity, &'static str, String, &str) + 'a;

fn plugin(used: &Use, resolved: &Resolved, lock: Option<&Lock>, add: &mut Add<'_>) {
    let component = match &used.plugin {
        Ok(component) => component,
        Err(reason) => {
            let message = format!("plugin `{}`: {reason}", used.name);
            add(
                Severity::Error,
                "plugin-missing",
                message,
                "build it with `assay build`, or name its folder with `--plugins`",
            );
            return;
        }
    };
    if let Some(Err(error)) = lock.map(|lock| lock.verify(&used.component, component.digest())) {
        add(
            Severity::Error,
            "lock-stale",
            error.to_string(),
            "if the plugin was meant to change, `assay lock` pins it",
        );
    }
    let mut drawn = BTreeSet::new();
    for (layout, plan) in &used.plans {
        let Err(faults) = plan else { continue };
        for fault in faults {
            let text = resolved.pack.render_fault(&used.name, fault);
            if drawn.insert(text.clone()) {
                let message = format!("in the layout `{}`: {}", layout.name(), text.trim_end());
                add(
                    Severity::Error,
                    "settings",
                    message,
                    "a run with this pack would refuse to start",
                );
            }
        }
    }
    let rules: usize = used
        .plans
        .iter()
        .filter_map(|(_, plan)| plan.as_ref().ok())
        .flatten()
        .map(|stage| stage.rules.len())
        .sum();
    if rules == 0 && drawn.is_empty() {
        let message = format!("plugin `{}` has no rule in this pack", used.name);
        add(
            Severity::Warning,
            "plugin-idle",
            message,
            "give it settings that make rules, or leave it out",
        );
    }
}

fn levels(
    resolved: &Resolved,
    rules: &[(&Use, &Rule, Vec<String>)],
    request: &LintRequest<'_>,
    all_planned: bool,
    add: &mut Add<'_>,
) {
    let pack = &resolved.pack;
    let described = resolved.uses.iter().filter_map(|used| used.plugin.as_ref().ok());
    let described =
        described.flat_map(|component| component.info().rules.iter().map(|rule| &rule.name));
    let known =
        rules.iter().map(|(_, rule, _)| &rule.name).chain(described).chain(request.host_rules);
    // The rules of a missing plugin are unknown.
    if all_planned && let Err(error) = pack.check_levels(known) {
        let text = match &error {
            PackError::Mistakes(mistakes) => mistakes.render(Colour::Plain),
            other => other.to_string(),
        };
        add(
            Severity::Error,
            "level-of-no-rule",
            text.trim_end().to_owned(),
            "remove the line, or write the code that is meant",
        );
    }
    for (code, level, why) in pack.levels() {
        let usual: BTreeSet<Level> = rules
            .iter()
            .filter(|(_, rule, _)| rule.name == *code)
            .map(|(_, rule, _)| rule.level)
            .collect();
        if usual.len() == 1 && usual.contains(&level) && why.is_none() {
            let message = format!("`{code}` is `{level}` anyway");
            add(
                Severity::Warning,
                "level-redundant",
                message,
                "remove the line, or say with `why` what it guards against",
            );
        }
        if level == Level::Off && why.is_none() {
            let message = format!("`{code}` is turned off, and nothing says why");
            add(
                Severity::Warning,
                "off-unexplained",
                message,
                "write `{ level = \"off\", why = \"…\" }`; `monitor` would still count",
            );
        }
    }
    let mut seen = BTreeSet::new();
    for (_, rule, _) in rules.iter().filter(|(_, rule, _)| seen.insert(&rule.name)) {
        let level = pack.level_for(&rule.name, rule.level);
        if rule.class == RuleClass::Normalise && level == Level::Refuse {
            let message = format!(
                "the normalise rule `{}` refuses the file for each cell it would rewrite",
                rule.name
            );
            add(
                Severity::Warning,
                "normalise-refuses",
                message,
                "`warn` applies rewrites, `error` holds the record back",
            );
        }
    }
}

/// Two plugins with the same code, which a run would refuse.
fn twice(rules: &[(&Use, &Rule, Vec<String>)], add: &mut Add<'_>) {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (used, rule, _) in rules {
        owners.entry(rule.name.as_str()).or_default().insert(&used.name);
    }
    for (code, owners) in owners.iter().filter(|(_, owners)| owners.len() > 1) {
        let owners: Vec<String> = owners.iter().map(|owner| format!("`{owner}`")).collect();
        let message = format!("rule `{code}` is in {}", owners.join(" and "));
        add(Severity::Error, "rule-twice", message, "rename one, or leave one plugin out");
    }
}

/// Columns that rules need but no layout of the pack has: such a rule skips every record.
fn columns(resolved: &Resolved, rules: &[(&Use, &Rule, Vec<String>)], add: &mut Add<'_>) {
    let layouts = resolved.pack.layouts();
    let has = |column: &str| layouts.iter().any(|layout| layout.position(column).is_some());
    let mut told = BTreeSet::new();
    for (used, rule, columns) in rules {
        if columns.is_empty() || !told.insert((&used.name, &rule.name)) {
            continue;
        }
        let absent: Vec<String> = columns
            .iter()
            .filter(|column| !has(column))
            .map(|column| format!("`{column}`"))
            .collect();
        if absent.len() == columns.len() {
            let message = format!(
                "`{}` can never fire: no layout of the pack has {}",
                rule.name,
                absent.join(", ")
            );
            add(
                Severity::Warning,
                "rule-idle",
                message,
                "give the layout an alias for the column, or turn the rule off and say why",
            );
        }
        for place in places(&rule.message).into_iter().filter(|place| !has(place)) {
            let message = format!(
                "the message of `{}` has a place `{{{place}}}`, and no layout has such a column",
                rule.name
            );
            add(
                Severity::Warning,
                "message-place",
                message,
                "it is printed as it stands; name a column, or remove the braces",
            );
        }
    }
}

/// Names in braces that are meant as columns.
fn places(message: &str) -> Vec<String> {
    // Literal braces are doubled.
    let message = message.replace("{{", "");
    let inner = message.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0));
    let named = inner.filter(|name| !matches!(*name, "value" | "column"));
    named.filter(|name| name.parse::<u32>().is_err()).map(str::to_owned).collect()
}

fn thresholds(resolved: &Resolved, rules: &[(&Use, &Rule, Vec<String>)], add: &mut Add<'_>) {
    let pack = &resolved.pack;
    match pack.thresholds().quarantined {
        Quarantined::Share(0) | Quarantined::Count(0) => add(
            Severity::Warning,
            "threshold-none",
            "one quarantined record refuses the whole file".to_owned(),
            "use `level = \"refuse\"` for the rules that are meant, or allow a few: `quarantined = \"0.1%\"`",
        ),
        Quarantined::Share(share) if share > SHARE_MOST => add(
            Severity::Warning,
            "threshold-loose",
            format!(
                "{} % of the records may be quarantined before the file is refused",
                share / 10_000
            ),
            "a file that loses most of its records is another file than the pack thinks: 50% or less",
        ),
        Quarantined::Share(_) | Quarantined::Count(_) => {}
    }
    let held = rules.iter().any(|(_, rule, _)| {
        matches!(pack.level_for(&rule.name, rule.level), Level::Error | Level::Refuse)
    });
    if !rules.is_empty() && !held && pack.columns().len() == 0 {
        add(
            Severity::Warning,
            "nothing-held-back",
            "no rule is at `error` and no column has a type: every record is published".to_owned(),
            "give a rule the level `error`, or the columns their types",
        );
    }
    if pack.amounts().is_empty()
        && pack.columns().any(|(_, kind)| matches!(kind, assay_packs::ColumnType::Decimal { .. }))
    {
        add(
            Severity::Warning,
            "no-amounts",
            "decimal columns have types, and none is conserved".to_owned(),
            "name those whose sums must add up in `amounts`",
        );
    }
}
