//! `assay pack diff`: what changed between two packs, setting by setting and rule by rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_model::{Level, Rule};
use assay_packs::{Discovery, Pack};
use assay_pipeline::RunError;
use assay_pipeline::loading::Pinned;
use serde_json::Value;

use crate::error::AuthorError;
use crate::inventory::{Resolved, planned, resolve};

/// The changes, in the order of a pack.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PackDifference {
    /// Parts of the pack in which something changed.
    pub parts: Vec<(&'static str, Vec<Line>)>,
    /// Why rules could not be compared, if so.
    pub notices: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The setting or rule that changed.
    pub what: String,
    /// How it changed.
    pub change: Change,
}

/// The kind of a change, with the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was added, with this value.
    Added(String),
    /// It was removed; this was its value.
    Removed(String),
    /// It changed from the first value to the second.
    Changed(String, String),
}

/// Lists a part of a pack as text, keyed by setting or rule.
type Part = fn(&Resolved) -> BTreeMap<String, String>;

/// Compares two packs. Fails if one of them cannot be read, or if one of their plugins may not run.
pub fn compare(
    from: &Path,
    to: &Path,
    discovery: &Discovery,
    cache: Option<PathBuf>,
) -> Result<PackDifference, AuthorError> {
    let (from, to) = (Pack::open(from)?, Pack::open(to)?);
    let old = pinned(&from, discovery, cache.clone())?;
    let new = pinned(&to, discovery, cache)?;
    let mut difference = PackDifference::default();
    let parts: [(&'static str, Part); 9] = [
        ("files", files),
        ("layouts", layouts),
        ("columns of layouts", columns),
        ("types", types),
        ("published columns", published),
        ("thresholds and limits", thresholds),
        ("plugins", plugins_used),
        ("settings", settings),
        ("rules", rules),
    ];
    for (name, part) in parts {
        let lines = lines(&part(&old), &part(&new));
        if !lines.is_empty() {
            difference.parts.push((name, lines));
        }
    }
    for used in old.uses.iter().chain(&new.uses) {
        let faulty = used.plans.iter().any(|(_, plan)| plan.is_err());
        let reason = match &used.plugin {
            Err(reason) => reason.clone(),
            Ok(_) if faulty => "its settings are not accepted; `assay lint` shows where".to_owned(),
            Ok(_) => continue,
        };
        let notice = format!("rules of `{}` are not compared: {reason}", used.name);
        if !difference.notices.contains(&notice) {
            difference.notices.push(notice);
        }
    }
    Ok(difference)
}

/// A pack with its plugins' plans. Fails if a plugin may not run; one that cannot be loaded contributes no rules.
fn pinned(
    pack: &Arc<Pack>,
    discovery: &Discovery,
    cache: Option<PathBuf>,
) -> Result<Resolved, AuthorError> {
    let pinned = Pinned::open(pack, discovery, cache)?;
    let mut refused = None;
    let resolved = resolve(pack, |used| match pinned.load(used) {
        Ok(component) => Some(component),
        Err(RunError::Pack(_) | RunError::PluginFile { .. } | RunError::Plugin(_)) => None,
        Err(error) => {
            refused.get_or_insert(error);
            None
        }
    });
    refused.map_or(Ok(resolved), |error| Err(error.into()))
}

fn lines(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<Line> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let change = match (old.get(key), new.get(key)) {
                (Some(old), Some(new)) if old == new => return None,
                (Some(old), Some(new)) => Change::Changed(old.clone(), new.clone()),
                (Some(old), None) => Change::Removed(old.clone()),
                (None, Some(new)) => Change::Added(new.clone()),
                (None, None) => return None,
            };
            Some(Line { what: key.clone(), change })
        })
        .collect()
}

fn files(resolved: &Resolved) -> BTreeMap<String, String> {
    let pack = &resolved.pack;
    let mut all: BTreeMap<String, String> =
        pack.takes().map(|(key, values)| (key.to_owned(), values.join(", "))).collect();
    all.insert("dataset".to_owned(), pack.dataset().name().to_owned());
    all.insert("kind".to_owned(), pack.kind().to_owned());
    all
}

fn layouts(resolved: &Resolved) -> BTreeMap<String, String> {
    let columns = |layout: &assay_packs::Layout| format!("{} columns", layout.columns().len());
    resolved
        .pack
        .layouts()
        .iter()
        .map(|layout| (layout.name().to_owned(), columns(layout)))
        .collect()
}

/// Columns of all layouts, with their spelling where it differs.
fn columns(resolved: &Resolved) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for layout in resolved.pack.layouts() {
        for (canonical, spelled) in layout.columns().iter().zip(layout.header()) {
            let entry = all.entry(canonical.clone()).or_default();
            if canonical != spelled {
                entry.insert(format!("spelled `{spelled}`"));
            }
        }
    }
    let told = |spelled: BTreeSet<String>| match spelled.len() {
        0 => "under this name".to_owned(),
        _ => spelled.into_iter().collect::<Vec<_>>().join(", "),
    };
    all.into_iter().map(|(name, spelled)| (name, told(spelled))).collect()
}

/// How readers identify the columns. A column with a changed id is another column to them, whatever its name.
fn published(resolved: &Resolved) -> BTreeMap<String, String> {
    let columns = resolved.pack.schema().columns().iter();
    columns
        .map(|column| (column.name().to_owned(), format!("id {}, {}", column.id(), column.kind())))
        .collect()
}

fn types(resolved: &Resolved) -> BTreeMap<String, String> {
    let pack = &resolved.pack;
    pack.columns()
        .map(|(name, kind)| {
            use assay_packs::ColumnType::{Date, Decimal, Integer, Text};
            let kind = match kind {
                Text => "text".to_owned(),
                Integer => "integer".to_owned(),
                Decimal { precision, scale } => format!("decimal({precision}, {scale})"),
                Date(format) => format!("date {}", format.pattern()),
            };
            let conserved =
                if pack.amounts().iter().any(|amount| amount == name) { ", conserved" } else { "" };
            (name.to_owned(), format!("{kind}{conserved}"))
        })
        .collect()
}

fn thresholds(resolved: &Resolved) -> BTreeMap<String, String> {
    let (thresholds, limits) = (resolved.pack.thresholds(), resolved.pack.limits());
    let quarantined = match thresholds.quarantined {
        assay_packs::Quarantined::Share(share) => format!("{} %", f64::from(share) / 10_000.0),
        assay_packs::Quarantined::Count(count) => format!("{count} records"),
    };
    [
        ("quarantined", quarantined),
        ("min_records", thresholds.min_records.to_string()),
        ("memory", format!("{} bytes", limits.memory)),
        ("fuel_per_record", limits.fuel_per_record.to_string()),
        ("deadline", format!("{:?}", limits.deadline)),
        ("max_poison", limits.max_poison.to_string()),
        ("field_bytes", limits.field_bytes.to_string()),
        ("record_bytes", limits.record_bytes.to_string()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

fn plugins_used(resolved: &Resolved) -> BTreeMap<String, String> {
    let used = resolved.pack.plugins().iter().enumerate();
    used.map(|(at, used)| {
        let order = format!("runs as number {}", at + 1);
        let other = if used.name() == used.component() {
            String::new()
        } else {
            format!(", component `{}`", used.component())
        };
        (used.name().to_owned(), format!("{order}{other}"))
    })
    .collect()
}

/// Settings that do not create a rule of their own; those of a vocabulary's rules are listed with the rules.
fn settings(resolved: &Resolved) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for used in resolved.pack.plugins() {
        let value: Value = serde_json::from_str(used.settings()).unwrap_or(Value::Null);
        flatten(used.name(), &value, &mut all);
    }
    all
}

fn flatten(path: &str, value: &Value, all: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(table) if !table.is_empty() => {
            table.iter().for_each(|(key, value)| flatten(&format!("{path}.{key}"), value, all));
        }
        Value::Object(_) => {}
        other => {
            all.insert(path.to_owned(), other.to_string());
        }
    }
}

/// Each rule with its level and columns; the level is the pack's, with the rule's default next to it.
fn rules(resolved: &Resolved) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for (used, rule, columns) in resolved.uses.iter().flat_map(planned) {
        let level = resolved.pack.level_for(&rule.name, rule.level);
        let text = format!(
            "{} · {} · {} · {}",
            used.component,
            rule.class,
            shown(rule, level),
            rule.title
        );
        let entry = all.entry(rule.name.to_string()).or_insert_with(|| (text, BTreeSet::new()));
        entry.1.extend(columns);
    }
    let of = |columns: BTreeSet<String>| match columns.len() {
        0 => String::new(),
        1..=4 => format!(" · {}", columns.into_iter().collect::<Vec<_>>().join(", ")),
        more => format!(" · {more} columns"),
    };
    all.into_iter()
        .map(|(code, (text, columns))| (code, format!("{text}{}", of(columns))))
        .collect()
}

fn shown(rule: &Rule, level: Level) -> String {
    if level == rule.level {
        level.to_string()
    } else {
        format!("{level} (by itself {})", rule.level)
    }
}
