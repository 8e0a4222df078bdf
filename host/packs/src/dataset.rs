//! `dataset.toml`: the kinds of files of a dataset, and how its output is partitioned.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_texts};
use crate::file_name::{FileName, NameMatch, read_file_names};
use crate::layout::{Declared, Layout, read_layouts};
use crate::name::check_name;
use crate::partition::{PartitionKey, read_keys};
use crate::schema::{Schema, Schemas, read_kinds};
use crate::source::{Place, Source};
use crate::taken::check_free;
use crate::tree::{Node, Table, Value};

/// Name of the file that makes a folder a dataset.
pub(crate) const FILE: &str = "dataset.toml";

/// A family of files: their layouts, their names, and the partition keys of their output.
#[derive(Debug, Clone)]
pub struct Dataset {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) keys: Vec<PartitionKey>,
    pub(crate) newest_by: Option<String>,
    pub(crate) file_names: Vec<FileName>,
    pub(crate) layouts: Vec<Declared>,
    pub(crate) schemas: Schemas,
}

impl Dataset {
    /// Its name, which is also the name of an output folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its title, for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The file that declares it; the pack's own file if the pack brings its own layouts.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keys of the output's path after `dataset=` and `kind=`, in order.
    pub fn partition_keys(&self) -> &[PartitionKey] {
        &self.keys
    }

    /// The partition key that orders published versions in time: the last one, if any.
    pub fn newest_by(&self) -> Option<&str> {
        self.newest_by.as_deref()
    }

    /// All known layouts, including those that no pack takes.
    pub fn layouts(&self) -> impl ExactSizeIterator<Item = &Arc<Layout>> {
        self.layouts.iter().map(|declared| &declared.layout)
    }

    /// The schema of a kind, if it is declared.
    pub fn schema(&self, kind: &str) -> Option<&Arc<Schema>> {
        self.schemas.get(kind).map(|declared| &declared.schema)
    }

    pub(crate) fn name_match(&self, file_name: Option<&str>) -> Option<NameMatch> {
        let file_name = file_name?;
        self.file_names.iter().find_map(|pattern| pattern.matches(file_name))
    }
}

/// Reads a `dataset.toml`.
pub(crate) fn read_dataset(
    source: &Arc<Source>,
    table: &Table,
    report: &Report,
) -> Option<Dataset> {
    let start = Place::start_of(source);
    let mut fields = Fields::new(table, &start, "a dataset", report);
    fields.format();
    let name = fields.need_text("name", "\"library\"");
    let title = fields.text("title").map(|(title, _)| title.to_owned()).unwrap_or_default();
    let order = fields
        .need("partition", "[\"year\"]")
        .map(|node| as_texts(node, "partition", report))
        .unwrap_or_default();
    let newest_by = fields.text("newest_by");
    let key_tables = fields.get("partition_keys");
    let file_names = fields.get("file_name");
    let kind_tables = fields.get("kinds");
    let layouts = fields.need(
        "layout",
        "[{ name = \"loans-8\", kind = \"loans\", columns = \"layouts/loans-8.txt\" }]",
    );
    fields.why();
    fields.finish();

    let before = report.count();
    let schemas = read_kinds(kind_tables, report);
    let layouts = read_layouts(layouts, None, &schemas, report);
    // What a layout with a mistake would have contributed must not be reported as missing elsewhere.
    let whole = report.count() == before;
    let kinds = sorted(layouts.iter().map(|declared| declared.layout.kind()));
    let kinds = whole.then_some(kinds.as_slice());
    let keys = read_keys(&order, key_tables, report);
    let file_names = read_file_names(file_names, &keys, kinds, report);
    for (key, (_, place)) in keys.iter().zip(&order) {
        let told_by_name = file_names.iter().any(|pattern| pattern.has_group(&key.name));
        if key.column.is_none() && !told_by_name {
            report.add(untold(key, place));
        }
    }
    if whole {
        check_key_columns(key_tables, &layouts, report);
        check_schemas(&schemas, &layouts, &keys, report);
    }
    if let Some((key, place)) = newest_by
        && order.last().is_none_or(|(last, _)| *last != key)
    {
        report.add(not_the_last(key, place, &order));
    }
    let name = name?;
    check_name("name", name, report);
    Some(Dataset {
        path: source.path().to_owned(),
        name: name.0.to_owned(),
        title,
        keys,
        newest_by: newest_by.map(|(key, _)| key.to_owned()),
        file_names,
        layouts,
        schemas,
    })
}

/// Versions of one thing are stored side by side in its folder, so the key that orders them must be the last.
fn not_the_last(key: &str, place: &Place, order: &[(&str, &Place)]) -> Mistake {
    let last = order.last().map_or("none", |(last, _)| last);
    let message = format!("`newest_by` needs the last key of `partition`, found `{key}`");
    let mistake = Mistake::new(place, message);
    if order.iter().any(|(name, _)| *name == key) {
        return mistake.help(format!("put `{key}` after `{last}` in `partition`"));
    }
    mistake.choices(key, order.last().map(|(name, _)| *name))
}

fn untold(key: &PartitionKey, place: &Place) -> Mistake {
    let message = format!("nothing determines the value of `{}`", key.name);
    Mistake::new(place, message).help(format!(
        "add a group `(?<{0}>…)` to a file name's pattern, or `[partition_keys.{0}]` with a `column`",
        key.name
    ))
}

/// Checks that the column that gives a key's value exists.
fn check_key_columns(keys: Option<&Node>, layouts: &[Declared], report: &Report) {
    let Some(Node { value: Value::Table(keys), .. }) = keys else { return };
    for (key, entry) in &keys.entries {
        let Value::Table(fields) = &entry.node.value else { continue };
        let Some(Node { value: Value::Text(column), place }) = fields.get("column") else {
            continue;
        };
        if !layouts.iter().any(|declared| declared.layout.position(column).is_some()) {
            let all = sorted(layouts.iter().flat_map(|d| d.layout.columns()).map(String::as_str));
            let message = format!("no layout has the column `{column}`, which is to tell `{key}`");
            report.add(Mistake::new(place, message).choices(column, all));
        }
    }
}

/// Checks that each kind has a layout, each schema column occurs in a layout, and no column has the name of a folder in the path.
fn check_schemas(schemas: &Schemas, layouts: &[Declared], keys: &[PartitionKey], report: &Report) {
    for (kind, declared) in schemas {
        let of_kind: Vec<_> = layouts
            .iter()
            .map(|declared| &declared.layout)
            .filter(|layout| layout.kind() == kind)
            .collect();
        if of_kind.is_empty() {
            let kinds = sorted(layouts.iter().map(|declared| declared.layout.kind()));
            let message = format!("no layout has the kind `{kind}`");
            report.add(Mistake::new(&declared.place, message).choices(kind, kinds));
            continue;
        }
        for (column, place) in declared.schema.columns().iter().zip(&declared.places) {
            let name = column.name();
            if !of_kind.iter().any(|layout| layout.tells(name)) {
                let all = of_kind.iter().flat_map(|layout| layout.columns()).map(String::as_str);
                let message = format!("no layout of the kind `{kind}` has the column `{name}`");
                report.add(Mistake::new(place, message).choices(name, sorted(all)));
            }
            check_free(name, keys, place, report);
        }
    }
}

/// Sorts names alphabetically and removes duplicates.
pub(crate) fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}
