//! `[plugins]`: the plugins that run, their order and their settings.

use assay_model::ConfigFault;
use serde_json::Value as Json;

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_table};
use crate::name::check_name;
use crate::source::Place;
use crate::tree::{Node, Table, Value};

/// An ability that a plugin has only if the pack grants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Grant {
    /// An empty, deterministic WASI: no files, no network, a clock that stands still. For languages whose components import it whether they
    /// use it or not.
    Wasi,
}

impl Grant {
    /// All grants.
    pub const ALL: [Self; 1] = [Self::Wasi];

    /// Returns the name used in packs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wasi => "wasi",
        }
    }
}

/// A plugin as used by a pack.
#[derive(Debug, Clone)]
pub struct PluginUse {
    name: String,
    component: String,
    grants: Vec<Grant>,
    settings: String,
    tree: Option<Node>,
    place: Place,
}

impl PluginUse {
    /// Its name in the pack, which is unique there.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stem of the component's file, and its name in the lock.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// Abilities granted to it beyond computing.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Its settings as a JSON object, with keys in the order of the pack; `{}` if there are none.
    pub fn settings(&self) -> &str {
        &self.settings
    }
}

impl PluginUse {
    /// Reports a fault in its settings at the place in the pack.
    pub(super) fn mistake(&self, fault: &ConfigFault) -> Mistake {
        let (place, written) = self.point_at(&fault.path);
        let mistake = Mistake::new(place, format!("plugin `{}`: {}", self.name, fault.message));
        mistake.choices(written, fault.expected.iter().map(String::as_str))
    }

    /// Returns the deepest existing place on a JSON pointer's path, and the text to compare with the choices: the text at that place, or
    /// the first part of the pointer that does not exist.
    fn point_at<'a>(&'a self, pointer: &'a str) -> (&'a Place, &'a str) {
        let Some(mut node) = self.tree.as_ref() else { return (&self.place, "") };
        let mut place = &node.place;
        for part in pointer.split('/').skip(1) {
            // `~1` is a slash and `~0` a tilde; they must be replaced in this order.
            let name = part.replace("~1", "/").replace("~0", "~");
            let next = match &node.value {
                Value::Table(table) => {
                    table.entries.get(&name).map(|entry| match entry.node.value {
                        Value::Table(_) => (&entry.key, &entry.node),
                        _ => (&entry.node.place, &entry.node),
                    })
                }
                Value::List(items) => name
                    .parse::<usize>()
                    .ok()
                    .and_then(|at| items.get(at))
                    .map(|item| (&item.place, item)),
                _ => None,
            };
            match next {
                Some(next) => (place, node) = next,
                None => return (place, part),
            }
        }
        match &node.value {
            Value::Text(text) => (place, text),
            _ => (place, ""),
        }
    }
}

pub(super) fn read_plugins(node: &Node, report: &Report) -> Vec<PluginUse> {
    let Some(table) = as_table(node, "`plugins`", report) else { return Vec::new() };
    table
        .entries
        .iter()
        .filter_map(|(name, entry)| {
            check_name("plugins", (name, &entry.key), report);
            read_plugin(name, &entry.key, &entry.node, report)
        })
        .collect()
}

fn read_plugin(name: &str, place: &Place, node: &Node, report: &Report) -> Option<PluginUse> {
    let mut fields = Fields::of(node, "a plugin", report)?;
    let component = fields.text("component");
    let grants = fields.texts("grants");
    let tree = fields.get("settings");
    fields.why();
    fields.finish();
    if let Some(component) = component {
        check_name("component", component, report);
    }
    let grants = grants.into_iter().filter_map(|(text, place)| {
        let grant = Grant::ALL.into_iter().find(|grant| grant.as_str() == text);
        if grant.is_none() {
            let message = format!("there is no grant `{text}`");
            report.add(Mistake::new(place, message).choices(text, Grant::ALL.map(Grant::as_str)));
        }
        grant
    });
    let mut grants: Vec<Grant> = grants.collect();
    grants.sort_unstable();
    grants.dedup();
    let settings = match tree {
        None => Json::Object(serde_json::Map::new()),
        Some(tree) => json_table(as_table(tree, "`settings`", report)?, report),
    };
    Some(PluginUse {
        name: name.to_owned(),
        component: component.map_or(name, |(component, _)| component).to_owned(),
        grants,
        settings: settings.to_string(),
        tree: tree.cloned(),
        place: place.clone(),
    })
}

/// Omits `why`, which is for people, so that rewording a reason changes no digest and plugins need not know the key.
fn json_table(table: &Table, report: &Report) -> Json {
    let entries = table.entries.iter().filter(|(key, entry)| {
        let prose = key.as_str() == "why" && matches!(entry.node.value, Value::Text(_));
        !prose
    });
    Json::Object(entries.map(|(key, entry)| (key.clone(), json(&entry.node, report))).collect())
}

fn json(node: &Node, report: &Report) -> Json {
    match &node.value {
        Value::Text(text) | Value::Moment(text) => Json::String(text.clone()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(digits) => {
            digits.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map_or_else(
                || {
                    report.add(
                        Mistake::new(
                            &node.place,
                            format!("settings are passed as JSON, which cannot express `{digits}`"),
                        )
                        .help("leave the setting out, or use a large number"),
                    );
                    Json::Null
                },
                Json::Number,
            )
        }
        Value::Bool(value) => Json::Bool(*value),
        Value::List(items) => Json::Array(items.iter().map(|item| json(item, report)).collect()),
        Value::Table(table) => json_table(table, report),
    }
}
