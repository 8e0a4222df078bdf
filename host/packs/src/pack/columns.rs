//! `[columns]` and `amounts`: what cells are, once the rules are done with them.

use std::sync::Arc;

use assay_model::DateFormat;
use indexmap::IndexMap;

use crate::dataset::sorted;
use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_count, as_table};
use crate::layout::Layout;
use crate::partition::read_format;
use crate::source::Place;
use crate::suggest::nearest;
use crate::tree::Node;

/// What the cells of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// Any text.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Decimal numbers.
    Decimal {
        /// Digits in all, 1 to 18.
        precision: u8,
        /// Digits after the point, at most `precision`.
        scale: u8,
    },
    /// Dates written in one way.
    Date(DateFormat),
}

/// As many digits as 64 bits always hold.
const PRECISION_MOST: u8 = 18;

const TYPES: [&str; 4] = ["text", "integer", "decimal", "date"];

pub(super) fn read_columns(
    node: Option<&Node>,
    layouts: &[Arc<Layout>],
    report: &Report,
) -> IndexMap<String, ColumnType> {
    let Some(table) = node.and_then(|node| as_table(node, "`columns`", report)) else {
        return IndexMap::new();
    };
    let mut columns = IndexMap::new();
    for (name, entry) in &table.entries {
        // Without any layout, which is a mistake by itself, each column would be one more.
        if !layouts.is_empty() && !layouts.iter().any(|layout| layout.position(name).is_some()) {
            report.add(unknown_column(name, &entry.key, layouts));
        }
        if let Some(column) = read_column(&entry.node, report) {
            columns.insert(name.clone(), column);
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
                "`{name}` is how `{}` spells `{}`; packs use the latter, the canonical name",
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

fn read_column(node: &Node, report: &Report) -> Option<ColumnType> {
    let mut fields = Fields::of(node, "a column", report)?;
    let kind = fields.text("type");
    let (scale, precision) = (fields.get("scale"), fields.get("precision"));
    let format = fields.text("format");
    fields.why();
    fields.finish();

    let (kind, kind_place) = kind.unwrap_or(("text", &node.place));
    if kind != "decimal" && TYPES.contains(&kind) {
        for (key, given) in [("scale", scale), ("precision", precision)] {
            if let Some(node) = given {
                report.add(Mistake::new(
                    &node.place,
                    format!("`{key}` is for decimals, and the column is `{kind}`"),
                ));
            }
        }
    }
    if kind != "date"
        && TYPES.contains(&kind)
        && let Some((_, place)) = format
    {
        report
            .add(Mistake::new(place, format!("`format` is for dates, and the column is `{kind}`")));
    }
    match kind {
        "text" => Some(ColumnType::Text),
        "integer" => Some(ColumnType::Integer),
        "decimal" => {
            if scale.is_none() {
                let mistake =
                    Mistake::new(kind_place, "a decimal needs `scale`, the digits after the point");
                report.add(mistake.help("for money, `scale = 2`"));
            }
            let digits = |node: &Node, key: &str, least: u8, most: u8| {
                let number = as_count(node, key, report)?;
                let digits =
                    u8::try_from(number).ok().filter(|digits| (least..=most).contains(digits));
                if digits.is_none() {
                    let message = format!("`{key}` must be {least} to {most}, not {number}");
                    report.add(Mistake::new(&node.place, message));
                }
                digits
            };
            let precision = match precision {
                None => Some(PRECISION_MOST),
                Some(node) => digits(node, "precision", 1, PRECISION_MOST),
            };
            let scale = scale
                .and_then(|node| digits(node, "scale", 0, precision.unwrap_or(PRECISION_MOST)));
            Some(ColumnType::Decimal { precision: precision?, scale: scale? })
        }
        "date" => {
            if format.is_none() {
                let mistake = Mistake::new(kind_place, "a date needs `format`, how it is written");
                report.add(mistake.help("such as `format = \"%m/%d/%Y\"`"));
            }
            let (text, place) = format?;
            read_format(text, place, report).map(ColumnType::Date)
        }
        other => {
            let message = format!("there is no column type `{other}`");
            report.add(Mistake::new(kind_place, message).choices(other, TYPES));
            None
        }
    }
}

pub(super) fn read_amounts(
    names: &[(&str, &Place)],
    columns: &IndexMap<String, ColumnType>,
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
                None => format!("add `[columns.{name}]` with `type = \"decimal\"` and a `scale`"),
            };
            let message = format!("`{name}` is not a decimal column of the pack, so it has no sum");
            report.add(Mistake::new(place, message).help(help));
        } else if names[..at].iter().any(|(earlier, _)| earlier == name) {
            report.add(Mistake::new(place, format!("`{name}` stands twice")));
        }
    }
    names.iter().map(|(name, _)| (*name).to_owned()).collect()
}
