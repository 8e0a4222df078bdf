//! Schemas: the columns that every published file of a kind has, in order, with ids that never change.
//!
//! Layouts change, but readers see one table. A column's id identifies it to readers; it survives changes of name and position and is never
//! reused. This is guaranteed by a check: each id from the first to `last_id` is in use or `retired`, so that a column can neither
//! disappear unnoticed nor take the id of one that did.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use assay_model::{ColumnKind, DateFormat, FieldId, shown};

use crate::column::read_typing;
use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_count, as_table, as_text};
use crate::name::fold_case;
use crate::source::{Place, Source};
use crate::tree::{Node, Value, parse};

/// The columns of a kind, in the order of publication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    columns: Vec<SchemaColumn>,
}

/// A column of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaColumn {
    id: FieldId,
    name: String,
    kind: ColumnKind,
    /// Date format, unless a pack defines another.
    pub(crate) format: Option<DateFormat>,
}

impl SchemaColumn {
    /// Id by which readers identify the column.
    pub fn id(&self) -> FieldId {
        self.id
    }

    /// Name of the column, unique regardless of case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Type of its cells.
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }
}

impl Schema {
    /// Creates columns whose ids follow from their positions.
    pub(crate) fn by_position(columns: impl Iterator<Item = (String, ColumnKind)>) -> Self {
        let columns = columns.enumerate().filter_map(|(nth, (name, kind))| {
            Some(SchemaColumn { id: FieldId::of_position(nth)?, name, kind, format: None })
        });
        Self { columns: columns.collect() }
    }

    /// Returns the columns in order.
    pub fn columns(&self) -> &[SchemaColumn] {
        &self.columns
    }

    /// Returns the column with this name.
    pub fn column(&self, name: &str) -> Option<&SchemaColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the column with this name, ignoring case.
    pub(crate) fn column_folded(&self, name: &str) -> Option<&SchemaColumn> {
        let folded = fold_case(name);
        self.columns.iter().find(|column| fold_case(&column.name) == folded)
    }
}

/// A schema and where it was declared.
#[derive(Debug, Clone)]
pub(crate) struct DeclaredSchema {
    pub(crate) schema: Arc<Schema>,
    /// Place of the kind.
    pub(crate) place: Place,
    /// Same length and order as the columns.
    pub(crate) places: Vec<Place>,
}

/// Schemas by kind.
pub(crate) type Schemas = BTreeMap<String, DeclaredSchema>;

/// Reads `[kinds.*]`.
pub(crate) fn read_kinds(node: Option<&Node>, report: &Report) -> Schemas {
    let Some(table) = node.and_then(|node| as_table(node, "`kinds`", report)) else {
        return Schemas::new();
    };
    let mut schemas = Schemas::new();
    for (kind, entry) in &table.entries {
        let Some(mut fields) = Fields::of(&entry.node, "a kind", report) else { continue };
        let read = match fields.get("schema") {
            Some(file) => read_file(file, report),
            None => read_schema(&mut fields, &entry.key, report),
        };
        fields.why();
        fields.finish();
        if let Some((schema, places)) = read {
            let schema = Arc::new(schema);
            schemas
                .insert(kind.clone(), DeclaredSchema { schema, place: entry.key.clone(), places });
        }
    }
    schemas
}

type Read = (Schema, Vec<Place>);

/// Reads a schema from a separate file.
fn read_file(node: &Node, report: &Report) -> Option<Read> {
    let (relative, place) = as_text(node, "schema", report)?;
    let path = place.source.path().parent().unwrap_or(Path::new("")).join(relative);
    let source = Source::read(&path).map_err(|error| {
        let mistake = Mistake::new(place, format!("`{relative}` cannot be read: {error}"));
        report.add(
            mistake.help(format!("the path is relative to this file: `{}`", shown(path.display()))),
        );
    });
    let source = source.ok()?;
    let table = parse(&source, report)?;
    let start = Place::start_of(&source);
    let mut fields = Fields::new(&table, &start, "a schema", report);
    fields.format();
    let read = read_schema(&mut fields, &start, report);
    fields.why();
    fields.finish();
    read
}

fn read_schema(fields: &mut Fields<'_>, place: &Place, report: &Report) -> Option<Read> {
    let before = report.count();
    let nodes = fields.need("columns", "[{ id = 4, name = \"loan_id\" }]");
    let last = fields.need("last_id", "4").and_then(|node| read_id(node, "last_id", report));
    let retired = fields.get("retired").map(|node| read_ids(node, report)).unwrap_or_default();
    let Value::List(nodes) = &nodes?.value else {
        let message = "`columns` must be a list of tables";
        report.add(Mistake::new(place, message).help("such as `{ id = 4, name = \"loan_id\" }`"));
        return None;
    };
    let (mut columns, mut places) = (Vec::new(), Vec::new());
    for node in nodes {
        if let Some(column) = read_column(node, report) {
            columns.push(column);
            places.push(node.place.clone());
        }
    }
    if nodes.is_empty() {
        report.add(Mistake::new(place, "a schema has at least one column"));
    }
    check_names(&columns, &places, report);
    check_ids(&columns, &places, &retired, report);
    // A column omitted because it could not be read would look like a gap.
    if let (Some(last), true) = (last, report.count() == before) {
        check_last(&columns, &retired, last, report);
    }
    (report.count() == before).then_some((Schema { columns }, places))
}

fn read_column(node: &Node, report: &Report) -> Option<SchemaColumn> {
    let mut fields = Fields::of(node, "a column of a schema", report)?;
    let id = fields.need("id", "4").and_then(|node| read_id(node, "id", report));
    let name = fields.need_text("name", "\"loan_id\"");
    let typing = read_typing(&mut fields, ColumnKind::Text, &node.place, report);
    fields.why();
    fields.finish();
    let (name, place) = name?;
    if name.is_empty() {
        report.add(Mistake::new(place, "a column's name is empty"));
    }
    let typing = typing?;
    Some(SchemaColumn {
        id: id?.0,
        name: name.to_owned(),
        kind: typing.kind,
        format: typing.format,
    })
}

fn read_id<'a>(node: &'a Node, key: &str, report: &Report) -> Option<(FieldId, &'a Place)> {
    let number = as_count(node, key, report)?;
    let id = FieldId::new(number);
    if id.is_none() {
        let (first, last) = (FieldId::FIRST, FieldId::LAST);
        report.add(
            Mistake::new(&node.place, format!("`{key}` must be {first} to {last}, not {number}"))
                .help("1 to 3 belong to `_record`, `_line` and `_offset`, which every file has"),
        );
    }
    Some((id?, &node.place))
}

fn read_ids<'a>(node: &'a Node, report: &Report) -> Vec<(FieldId, &'a Place)> {
    match &node.value {
        Value::List(items) => {
            items.iter().filter_map(|item| read_id(item, "retired", report)).collect()
        }
        _ => read_id(node, "retired", report).into_iter().collect(),
    }
}

fn check_names(columns: &[SchemaColumn], places: &[Place], report: &Report) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        let Some(first) = seen.insert(fold_case(&column.name), at) else { continue };
        let message = if columns[first].name == column.name {
            format!("column `{}` is listed twice", column.name)
        } else {
            format!("`{}` and `{}` differ by case only", columns[first].name, column.name)
        };
        report.add(
            Mistake::new(&places[at], message)
                .also(&places[first], "here first")
                .help("Spark, Athena, Glue, Hive and Redshift compare names without case"),
        );
    }
}

fn check_ids(
    columns: &[SchemaColumn],
    places: &[Place],
    retired: &[(FieldId, &Place)],
    report: &Report,
) {
    let mut seen: BTreeMap<FieldId, &Place> = BTreeMap::new();
    for (id, place) in retired {
        if let Some(first) = seen.insert(*id, place) {
            let mistake = Mistake::new(place, format!("id {id} is retired twice"));
            report.add(mistake.also(first, "here first"));
        }
    }
    for (column, place) in columns.iter().zip(places) {
        let (id, name) = (column.id, &column.name);
        if let Some(first) = seen.insert(id, place) {
            report.add(
                Mistake::new(place, format!("`{name}` has the id {id}, which was used before"))
                    .also(first, "here")
                    .help("give a new column `last_id` plus 1, and raise `last_id` to it"),
            );
        }
    }
}

/// Checks that every id up to the last is in use or retired, and that none is greater.
fn check_last(
    columns: &[SchemaColumn],
    retired: &[(FieldId, &Place)],
    (last, place): (FieldId, &Place),
    report: &Report,
) {
    let mut given: Vec<i32> = columns
        .iter()
        .map(|column| column.id)
        .chain(retired.iter().map(|(id, _)| *id))
        .map(FieldId::get)
        .collect();
    given.sort_unstable();
    let greatest = given.last().copied().unwrap_or_default();
    if greatest > last.get() {
        let message = format!("`last_id` is {last}, and the id {greatest} is given");
        report.add(Mistake::new(place, message).help(format!("write `last_id = {greatest}`")));
        return;
    }
    let mut expected = FieldId::FIRST.get();
    for id in given {
        if id != expected {
            break;
        }
        expected += 1;
    }
    if expected <= last.get() {
        report.add(
            Mistake::new(place, format!("the id {expected} is neither in use nor retired")).help(
                format!(
                    "ids are never reused: for a removed column, write `retired = [{expected}]`"
                ),
            ),
        );
    }
}
