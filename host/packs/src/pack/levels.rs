//! `[levels]`: the consequence of a rule's hit.

use std::collections::BTreeMap;

use assay_model::{Level, RuleCode};

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_table, found};
use crate::source::Place;
use crate::tree::{Node, Table, Value};

/// The entry of a rule in `[levels]`.
#[derive(Debug, Clone)]
pub(crate) struct LevelEntry {
    pub(crate) level: Level,
    pub(crate) why: Option<String>,
    pub(crate) place: Place,
}

pub(super) fn read_levels(node: &Node, report: &Report) -> BTreeMap<RuleCode, LevelEntry> {
    let mut levels = BTreeMap::new();
    let Some(table) = as_table(node, "`levels`", report) else { return levels };
    for (code, entry) in &table.entries {
        let (level, why) = match &entry.node.value {
            // In TOML, `csv.ragged = "warn"` without quotes is a table `csv`.
            Value::Table(inner) if is_dotted(inner) => {
                let inner: Vec<String> =
                    inner.entries.keys().map(|key| format!("\"{code}.{key}\"")).collect();
                report.add(
                    Mistake::new(&entry.key, "a rule code with a dot must be quoted")
                        .help(format!("write {}", inner.join(", "))),
                );
                continue;
            }
            Value::Table(_) => {
                let Some(mut fields) = Fields::of(&entry.node, "a level", report) else { continue };
                let level = fields.need_text("level", "\"warn\"");
                let why = fields.why();
                fields.finish();
                (level, why)
            }
            Value::Text(text) => (Some((text.as_str(), &entry.node.place)), None),
            _ => {
                let message =
                    format!("the level of `{code}` must be a string, not {}", found(&entry.node));
                report.add(Mistake::new(&entry.node.place, message).choices("", level_names()));
                continue;
            }
        };
        let Some((text, place)) = level else { continue };
        let level = text.parse::<Level>();
        if level.is_err() {
            report.add(
                Mistake::new(place, format!("there is no level `{text}`"))
                    .choices(text, level_names()),
            );
        }
        let parsed = code.parse::<RuleCode>();
        if let Err(error) = &parsed {
            report.add(
                Mistake::new(&entry.key, format!("`{code}` is not a rule code"))
                    .help(error.to_string()),
            );
        }
        if let (Ok(code), Ok(level)) = (parsed, level) {
            levels.insert(code, LevelEntry { level, why, place: entry.key.clone() });
        }
    }
    levels
}

fn level_names() -> [&'static str; Level::ALL.len()] {
    Level::ALL.map(Level::as_str)
}

fn is_dotted(table: &Table) -> bool {
    !table.entries.is_empty()
        && !table.entries.keys().any(|key| matches!(key.as_str(), "level" | "why"))
}
