//! Partition keys: how the output is partitioned, and where a file's values come from.

use std::ops::RangeInclusive;

use assay_model::{DateFormat, format_date};

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_table};
use crate::name::is_name;
use crate::source::Place;
use crate::tree::Node;

/// A key of the output's path, and the sources of a file's value for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionKey {
    pub(crate) name: String,
    name_formats: Vec<DateFormat>,
    pub(crate) column: Option<String>,
    column_formats: Vec<DateFormat>,
    part: Part,
}

/// The part of a date that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Date,
    Year,
}

/// Keys that are part of every path already.
pub(crate) const RESERVED: [&str; 4] = ["dataset", "kind", "run", "attempt"];

impl PartitionKey {
    /// Creates a key whose value is fixed by a pack.
    pub(crate) fn fixed(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            name_formats: Vec::new(),
            column: None,
            column_formats: Vec::new(),
            part: Part::Date,
        }
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Canonical name of the column whose cells give its value.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// The column's date formats and the part of the date that is kept; `None` if the cells are the values themselves.
    pub(crate) fn reading(&self) -> Option<(&[DateFormat], &'static str)> {
        let part = match self.part {
            Part::Date => "date",
            Part::Year => "year",
        };
        (!self.column_formats.is_empty()).then_some((self.column_formats.as_slice(), part))
    }

    /// Returns what the column's cells must match in a file whose value for the key is `value`.
    pub fn expects(&self, value: &str) -> Expected {
        if self.column_formats.is_empty() {
            return Expected(Kind::Text(value.to_owned()));
        }
        let days = match self.part {
            Part::Date => day(value).map(|day| day..=day),
            Part::Year => day(&format!("{value}-01-01"))
                .zip(day(&format!("{value}-12-31")))
                .map(|(first, last)| first..=last),
        };
        Expected(Kind::Days { formats: self.column_formats.clone(), days })
    }

    /// Converts the value in a file's name, or returns why it is invalid.
    pub(crate) fn of_name(&self, text: &str) -> Result<String, String> {
        value(text, &self.name_formats, self.part)
    }

    /// Converts the value in a cell of the column, or returns why it is invalid.
    pub(crate) fn of_cell(&self, text: &str) -> Result<String, String> {
        value(text, &self.column_formats, self.part)
    }
}

/// Parses a date in the form used by partition values.
fn day(text: &str) -> Option<i32> {
    DateFormat::new("%Y-%m-%d").ok()?.parse(text.as_bytes()).ok()
}

/// A partition's value for a key, for comparison with the cells of many records.
#[derive(Debug, Clone)]
pub struct Expected(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Text(String),
    Days {
        formats: Vec<DateFormat>,
        /// `None` if the value is not a date, so that no cell can match.
        days: Option<RangeInclusive<i32>>,
    },
}

impl Expected {
    /// Whether a cell matches the value; `None` if it is blank.
    pub fn holds(&self, cell: &[u8]) -> Option<bool> {
        let cell = cell.trim_ascii();
        if cell.is_empty() {
            return None;
        }
        Some(match &self.0 {
            Kind::Text(value) => cell == value.as_bytes(),
            Kind::Days { formats, days } => {
                let day = formats.iter().find_map(|format| format.parse(cell).ok());
                day.zip(days.as_ref()).is_some_and(|(day, days)| days.contains(&day))
            }
        })
    }
}

fn value(text: &str, formats: &[DateFormat], part: Part) -> Result<String, String> {
    let text = text.trim();
    if !formats.is_empty() {
        let days = formats.iter().find_map(|format| format.parse(text.as_bytes()).ok());
        let date = format_date(days.ok_or_else(|| {
            let expected: Vec<String> =
                formats.iter().map(|format| format!("`{}`", format.pattern())).collect();
            format!("`{text}` is not a date written {}", expected.join(" or "))
        })?);
        return Ok(match part {
            Part::Date => date,
            Part::Year => date.split('-').next().unwrap_or_default().to_owned(),
        });
    }
    if is_name(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` cannot be a folder's name"))
    }
}

/// Reads `partition` and `[partition_keys.*]`, in the order of `partition`.
pub(crate) fn read_keys(
    order: &[(&str, &Place)],
    tables: Option<&Node>,
    report: &Report,
) -> Vec<PartitionKey> {
    for (at, (name, place)) in order.iter().enumerate() {
        if !is_name(name) || RESERVED.contains(name) {
            report.add(
                Mistake::new(place, format!("`{name}` cannot be a partition key")).help(
                    "a key is letters, digits, `-` and `_`, and not `dataset`, `kind`, `run` or `attempt`",
                ),
            );
        } else if order[..at].iter().any(|(earlier, _)| earlier == name) {
            report.add(Mistake::new(place, format!("partition key `{name}` is listed twice")));
        }
    }
    let tables = tables.and_then(|node| as_table(node, "`partition_keys`", report));
    for (name, entry) in tables.iter().flat_map(|tables| &tables.entries) {
        if !order.iter().any(|(known, _)| known == name) {
            report.add(
                Mistake::new(&entry.key, format!("`{name}` is not in `partition`"))
                    .choices(name, order.iter().map(|(name, _)| *name)),
            );
        }
    }
    order
        .iter()
        .map(|(name, _)| match tables.and_then(|tables| tables.get(name)) {
            Some(node) => read_key(name, node, report),
            None => PartitionKey::fixed(name),
        })
        .collect()
}

fn read_key(name: &str, node: &Node, report: &Report) -> PartitionKey {
    let mut key = PartitionKey::fixed(name);
    let Some(mut fields) = Fields::of(node, "a partition key", report) else { return key };
    key.name_formats = formats(&fields.texts("name_format"), report);
    key.column = fields.text("column").map(|(column, _)| column.to_owned());
    let column_formats = fields.texts("column_format");
    key.column_formats = formats(&column_formats, report);
    if let (Some((_, place)), None) = (column_formats.first(), &key.column) {
        report.add(
            Mistake::new(place, "`column_format` without `column`")
                .help("say which column holds the date"),
        );
    }
    if let Some((part, place)) = fields.text("part") {
        match part {
            "date" => key.part = Part::Date,
            "year" => key.part = Part::Year,
            _ => report.add(
                Mistake::new(place, format!("a date has no part `{part}`"))
                    .choices(part, ["date", "year"]),
            ),
        }
        if key.name_formats.is_empty() && key.column_formats.is_empty() {
            report.add(
                Mistake::new(place, "`part` needs a date, and none is declared here")
                    .help("add `column_format` or `name_format`"),
            );
        }
    }
    fields.why();
    fields.finish();
    key
}

fn formats(texts: &[(&str, &Place)], report: &Report) -> Vec<DateFormat> {
    texts.iter().filter_map(|(text, place)| read_format(text, place, report)).collect()
}

/// Parses a date format; reports a mistake if it is invalid.
pub(crate) fn read_format(text: &str, place: &Place, report: &Report) -> Option<DateFormat> {
    let format = DateFormat::new(text).map_err(|error| {
        let mistake = Mistake::new(place, format!("`{text}` is not a date format"));
        report.add(mistake.help(error.to_string()));
    });
    format.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(formats: &[&str], part: Part) -> PartitionKey {
        let column_formats =
            formats.iter().map(|format| DateFormat::new(format).expect("a format"));
        PartitionKey {
            column: Some("c".to_owned()),
            column_formats: column_formats.collect(),
            part,
            ..PartitionKey::fixed("key")
        }
    }

    /// A cell belongs to a partition exactly if it gives the partition's value.
    #[test]
    fn a_cell_is_compared_as_it_tells_the_value() {
        let check = |key: &PartitionKey, value: &str, cell: &str, expected: Option<bool>| {
            let holds = key.expects(value).holds(cell.as_bytes());
            assert_eq!(holds, expected, "{value} {cell}");
            let told = key.of_cell(cell).is_ok_and(|told| told == value);
            assert_eq!(holds == Some(true), told, "{value} {cell}");
        };
        let text = key(&[], Part::Date);
        check(&text, "2024", "2024", Some(true));
        check(&text, "2024", " 2024 ", Some(true));
        check(&text, "2024", "2023", Some(false));
        check(&text, "2024", "20241", Some(false));
        check(&text, "2024", "", None);
        check(&text, "2024", "  ", None);
        let year = key(&["%Y-%m-%d", "%d.%m.%Y"], Part::Year);
        check(&year, "2024", "2024-01-01", Some(true));
        check(&year, "2024", "31.12.2024", Some(true));
        check(&year, "2024", "2025-01-01", Some(false));
        check(&year, "2024", "2023-12-31", Some(false));
        check(&year, "2024", "2024-02-30", Some(false));
        check(&year, "2024", "soon", Some(false));
        let date = key(&["%m/%d/%Y"], Part::Date);
        check(&date, "2024-06-28", "06/28/2024", Some(true));
        check(&date, "2024-06-28", "06/29/2024", Some(false));
        check(&date, "2024-06-28", "2024-06-28", Some(false));
        check(&date, "soon", "06/28/2024", Some(false));
    }
}
