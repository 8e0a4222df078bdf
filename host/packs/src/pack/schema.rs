//! The columns that a pack publishes: those of its kind, whatever the layout.

use std::sync::Arc;

use assay_model::ColumnKind;
use indexmap::IndexMap;

use crate::column::ColumnType;
use crate::dataset::{self, Dataset};
use crate::diagnostic::{Mistake, Report};
use crate::layout::{Declared, Layout};
use crate::schema::Schema;
use crate::source::Place;
use crate::taken::check_free;

/// Maximum number of columns named in one message.
const NAMED: usize = 3;

/// Returns the kind's schema if the dataset declares one; otherwise that of the kind's layouts, which must all have the same columns. If
/// `taken` is empty, that was reported already.
pub(super) fn schema_of(
    dataset: &Dataset,
    own: &[Declared],
    taken: &[Arc<Layout>],
    columns: &IndexMap<String, ColumnType>,
    place: &Place,
    report: &Report,
) -> Option<Arc<Schema>> {
    let first = taken.first()?;
    let kind = first.kind();
    if let Some(schema) = dataset.schema(kind) {
        for layout in taken {
            check_told(layout, schema, kind, place, report);
        }
        return Some(Arc::clone(schema));
    }
    let of_kind = || {
        let all = own.iter().map(|declared| &declared.layout).chain(dataset.layouts());
        all.filter(|layout| layout.kind() == kind)
    };
    if let Some(other) = of_kind().find(|layout| layout.columns() != first.columns()) {
        report.add(
            Mistake::new(
                place,
                format!(
                    "layouts of the kind `{kind}` have different columns (`{}`, `{}`), and nothing says which a published file has",
                    first.name(),
                    other.name()
                ),
            )
            .help(format!(
                "declare them in `{}`: `[kinds.{kind}]` with `last_id` and `columns`, each `{{ id = 4, name = \"…\", type = \"…\" }}`",
                dataset::FILE
            )),
        );
        return None;
    }
    if let Some((name, _)) = of_kind().flat_map(|layout| layout.constants()).next() {
        report.add(
            Mistake::new(
                place,
                format!("the constant `{name}` is not a column of the kind `{kind}`"),
            )
            .help(format!("declare the kind's columns under `[kinds.{kind}]`")),
        );
    }
    for name in first.columns() {
        check_free(name, dataset.partition_keys(), place, report);
    }
    let kinds = first
        .columns()
        .iter()
        .map(|name| (name.clone(), columns.get(name).map_or(ColumnKind::Text, ColumnType::kind)));
    Some(Arc::new(Schema::by_position(kinds)))
}

/// Checks that every column of a layout is published.
fn check_told(layout: &Layout, schema: &Schema, kind: &str, place: &Place, report: &Report) {
    let constants = layout.constants().iter().map(|(name, _)| name);
    let unknown: Vec<String> = layout
        .columns()
        .iter()
        .chain(constants)
        .filter(|name| schema.column(name).is_none())
        .map(|name| format!("`{name}`"))
        .collect();
    if unknown.is_empty() {
        return;
    }
    let more = unknown.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let named = unknown[..unknown.len().min(NAMED)].join(", ");
    let message = format!(
        "layout `{}` has columns that the kind `{kind}` lacks: {named}{more}",
        layout.name()
    );
    report.add(Mistake::new(place, message).help(format!(
        "add them to the columns of `[kinds.{kind}]`, or say under `[layout.aliases]` which column each is"
    )));
}
