//! What is certain about a pack with mistakes: the files for which it may be meant.

use std::path::{Path, PathBuf};

use crate::dataset::Dataset;
use crate::diagnostic::Report;
use crate::fields::as_texts;
use crate::layout::Layout;
use crate::merge::{OWN_KEYS, canonical, lay_over};
use crate::name::is_name;
use crate::source::Source;
use crate::tree::{Node, Table, Value, beginning};

/// What is certain about the files that a pack takes. Whatever is uncertain is `None` or omitted and matches any file.
#[derive(Debug)]
pub(crate) struct Certain {
    kind: Option<String>,
    layouts: Option<Vec<String>>,
    /// Partition keys and their permitted values.
    pins: Vec<(String, Vec<String>)>,
    /// Whether these are all of its pins.
    all_pins: bool,
    /// Whether the file exists only to be extended.
    pub(crate) is_base: bool,
}

impl Certain {
    /// Reads a pack's file and the files it extends, as far as possible.
    pub(crate) fn of(path: &Path, dataset: &Dataset) -> Self {
        let Inherited { table, whole, is_base } = layered(path, &mut Vec::new());
        let kind = table.get("kind").and_then(|node| match &node.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        });
        let kind = kind.filter(|kind| dataset.layouts().any(|layout| layout.kind() == kind));
        let known = |name: &String| dataset.layouts().any(|layout| layout.name() == name);
        let layouts = table.get("layouts").map(|node| texts(node, "layouts"));
        // A name that no layout has must be a misspelling of another.
        let layouts = layouts.filter(|names| !names.is_empty() && names.iter().all(known));
        let (pins, readable) = pins(table.get("partition"), dataset);
        Self { kind, layouts, pins, all_pins: whole && readable, is_base }
    }

    /// Whether it may be meant for a file of this layout, given what is known of its partition.
    pub(crate) fn may_take(&self, layout: &Layout, partition: &[(String, String)]) -> bool {
        let kind = self.kind.as_ref().is_none_or(|kind| kind == layout.kind());
        let takes = |names: &Vec<String>| names.iter().any(|name| name == layout.name());
        let differs = |(key, values): &(String, Vec<String>)| {
            partition.iter().any(|(known, value)| known == key && !values.contains(value))
        };
        kind && self.layouts.as_ref().is_none_or(takes) && !self.pins.iter().any(differs)
    }

    /// Whether a pack with `pins` pins takes precedence even if both take a file.
    pub(crate) fn says_less_than(&self, pins: usize) -> bool {
        self.all_pins && self.pins.len() < pins
    }
}

/// Returns the pins that can be correct, and whether all written pins are among them.
fn pins(node: Option<&Node>, dataset: &Dataset) -> (Vec<(String, Vec<String>)>, bool) {
    let written = match node.map(|node| &node.value) {
        None => return (Vec::new(), true),
        Some(Value::Table(table)) => table,
        Some(_) => return (Vec::new(), false),
    };
    let mut pins = Vec::new();
    for (name, entry) in &written.entries {
        let values = texts(&entry.node, name);
        let known = dataset.partition_keys().iter().any(|key| key.name() == name);
        if known && !values.is_empty() && values.iter().all(|value| is_name(value)) {
            pins.push((name.clone(), values));
        }
    }
    let readable = pins.len() == written.entries.len();
    (pins, readable)
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let unheard = Report::default();
    as_texts(node, key, &unheard).into_iter().map(|(text, _)| text.to_owned()).collect()
}

/// A pack's file merged with the files it extends, as far as they can be read.
#[derive(Default)]
struct Inherited {
    /// The keys whose values are certain.
    table: Table,
    /// Whether these are all keys.
    whole: bool,
    is_base: bool,
}

/// Anything after a mistake may replace what is inherited, so only what precedes it is certain.
fn layered(path: &Path, above: &mut Vec<PathBuf>) -> Inherited {
    let Ok(source) = Source::read(path) else { return Inherited::default() };
    let (mut own, mut whole) = beginning(&source);
    let is_base = own.get("base").is_some_and(|node| matches!(node.value, Value::Bool(true)));
    let mut table = Table::default();
    if whole && let Some(node) = own.get("extends") {
        above.push(canonical(path));
        for name in texts(node, "extends") {
            let below = path.parent().unwrap_or(Path::new("")).join(name);
            let again = above.contains(&canonical(&below));
            let under = if again { Inherited::default() } else { layered(&below, above) };
            if under.whole {
                lay_over(&mut table, under.table);
            } else {
                (table, whole) = (under.table, false);
            }
        }
        above.pop();
    }
    for key in OWN_KEYS {
        own.entries.shift_remove(key);
    }
    lay_over(&mut table, own);
    Inherited { table, whole, is_base }
}
