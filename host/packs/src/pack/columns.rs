//! `[columns]` and `amounts`: the types of cells after the rules have run.

use std::sync::Arc;

use assay_model::{ColumnKind, DateFormat, parse_decimal, parse_integer};
use indexmap::IndexMap;

use crate::column::{ColumnType, read_typing, resolved};
use crate::dataset::sorted;
use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_table};
use crate::layout::Layout;
use crate::schema::{Schema, SchemaColumn};
use crate::source::Place;
use crate::suggest::nearest;
use crate::tree::{Node, Table};

/// Reads the types of the columns that are not text. `schema` is the kind's, if the dataset declares one; otherwise the pack defines the
/// types.
pub(super) fn read_columns(
    node: Option<&Node>,
    layouts: &[Arc<Layout>],
    schema: Option<&Schema>,
    place: &Place,
    report: &Report,
) -> IndexMap<String, ColumnType> {
    let empty = Table::default();
    let table = node.and_then(|node| as_table(node, "`columns`", report)).unwrap_or(&empty);
    for (name, entry) in &table.entries {
        // Having no layouts is a mistake in itself; without this condition every column would add another.
        if !layouts.is_empty() && !layouts.iter().any(|layout| layout.position(name).is_some()) {
            report.add(unknown_column(name, &entry.key, layouts));
        }
    }
    let Some(schema) = schema else {
        let typed = table.entries.iter();
        return typed
            .filter_map(|(name, entry)| Some((name.clone(), read_column(&entry.node, report)?)))
            .collect();
    };
    let mut columns = IndexMap::new();
    for column in schema.columns() {
        let node = table.get(column.name());
        let written = node.and_then(|node| read_spelling(node, column, report));
        let format = written.as_ref().or(column.format.as_ref());
        // A column that is in none of the layouts needs no date format.
        let told = layouts.iter().any(|layout| layout.tells(column.name()));
        if !told && format.is_none() && column.kind() == ColumnKind::Date {
            continue;
        }
        if format.is_none() && column.kind() == ColumnKind::Date && node.is_none() {
            let message = format!("nothing says how the dates of `{}` are written", column.name());
            report.add(Mistake::new(place, message).help(format!(
                "add `format` to the column in the kind's schema, or `[columns.{}]` with a `format`",
                column.name()
            )));
            continue;
        }
        let place = node.map_or(place, |node| &node.place);
        if let Some(kind) = resolved(column.kind(), format, place, report) {
            columns.insert(column.name().to_owned(), kind);
        }
    }
    columns
}

fn unknown_column(name: &str, place: &Place, layouts: &[Arc<Layout>]) -> Mistake {
    let mistake =
        Mistake::new(place, format!("none of the pack's layouts has the column `{name}`"));
    for layout in layouts {
        if let Some(at) = layout.header().iter().position(|spelling| spelling == name) {
            return mistake.help(format!(
                "`{name}` is the spelling in the layout `{}`; write the canonical name, `{}`",
                layout.name(),
                layout.columns()[at]
            ));
        }
    }
    mistake.choices(
        name,
        sorted(layouts.iter().flat_map(|layout| layout.columns()).map(String::as_str)),
    )
}

/// Reads the type of a column of a pack whose kind has no schema.
fn read_column(node: &Node, report: &Report) -> Option<ColumnType> {
    let mut fields = Fields::of(node, "a column", report)?;
    let typing = read_typing(&mut fields, ColumnKind::Text, &node.place, report);
    fields.why();
    fields.finish();
    let typing = typing?;
    resolved(typing.kind, typing.format.as_ref(), typing.place, report)
}

/// Reads what a pack says about a column that the kind's schema declares: its date format.
fn read_spelling(node: &Node, column: &SchemaColumn, report: &Report) -> Option<DateFormat> {
    let mut fields = Fields::of(node, "a column", report)?;
    let typing = read_typing(&mut fields, column.kind(), &node.place, report);
    fields.why();
    fields.finish();
    let typing = typing?;
    if typing.kind != column.kind() {
        let message = format!(
            "the kind's schema says that `{}` is {}, not {}",
            column.name(),
            column.kind(),
            typing.kind
        );
        report.add(
            Mistake::new(typing.place, message)
                .help("all files of a kind have the same types; a pack only sets how dates are written, with `format`"),
        );
    }
    typing.format
}

/// Checks that constants are of their column's type, like any other cell.
pub(super) fn check_constants(
    layouts: &[Arc<Layout>],
    schema: &Schema,
    columns: &IndexMap<String, ColumnType>,
    place: &Place,
    report: &Report,
) {
    for layout in layouts {
        for (name, cell) in layout.constants() {
            let Some(column) = schema.column(name) else { continue };
            let kind = columns.get(name).unwrap_or(&ColumnType::Text);
            if number_of(kind, cell.as_bytes()).is_none_or(|n| !column.kind().fits(n)) {
                let layout = layout.name();
                let kind = column.kind();
                let message = format!(
                    "the constant `{name}` of layout `{layout}` is `{cell}`, which does not parse as {kind}"
                );
                report.add(Mistake::new(place, message));
            }
        }
    }
}

/// Returns the numeric value of a cell; 0 for text.
fn number_of(kind: &ColumnType, cell: &[u8]) -> Option<i64> {
    match kind {
        ColumnType::Text => Some(0),
        ColumnType::Integer => parse_integer(cell).ok(),
        ColumnType::Decimal { scale, .. } => parse_decimal(cell, *scale).ok(),
        ColumnType::Date(format) => format.parse(cell).ok().map(i64::from),
    }
}

pub(super) fn read_amounts(
    names: &[(&str, &Place)],
    columns: &IndexMap<String, ColumnType>,
    declared: bool,
    report: &Report,
) -> Vec<String> {
    let decimals = || {
        columns
            .iter()
            .filter(|(_, kind)| matches!(kind, ColumnType::Decimal { .. }))
            .map(|(name, _)| name.as_str())
    };
    for (at, (name, place)) in names.iter().enumerate() {
        if !decimals().any(|decimal| decimal == *name) {
            let help = match nearest(name, decimals()) {
                Some(guess) => format!("did you mean `{guess}`?"),
                None if declared => {
                    "its type is in the kind's schema: `type = \"decimal\"` with a `scale`"
                        .to_owned()
                }
                None => format!("add `[columns.{name}]` with `type = \"decimal\"` and a `scale`"),
            };
            let message = format!("`{name}` is not a decimal column of the pack, so it has no sum");
            report.add(Mistake::new(place, message).help(help));
        } else if names[..at].iter().any(|(earlier, _)| earlier == name) {
            report.add(Mistake::new(place, format!("`{name}` is listed twice")));
        }
    }
    names.iter().map(|(name, _)| (*name).to_owned()).collect()
}
