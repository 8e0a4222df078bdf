//! TOML as a tree in which every key and value has its place.

use std::sync::Arc;

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Mistake, Report};
use crate::source::{Place, Source};

#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    /// As written, so that fractions can be parsed exactly; in settings it becomes a number.
    Float(String),
    Bool(bool),
    /// A date or time, as text.
    Moment(String),
    List(Vec<Node>),
    Table(Table),
}

impl Value {
    /// Returns the kind of value with its article, as used in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Bool(_) => "a boolean",
            Self::Moment(_) => "a date or time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// Entries, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) entries: IndexMap<String, Entry>,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Place,
    pub(crate) node: Node,
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.get(key).map(|entry| &entry.node)
    }
}

/// Parses the text of a file. Returns `None` if it is not TOML; all errors are reported.
pub(crate) fn parse(source: &Arc<Source>, report: &Report) -> Option<Table> {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    if errors.is_empty() {
        let before = report.count();
        let table = table(document.get_ref(), source, report);
        return (report.count() == before).then_some(table);
    }
    for error in errors {
        let place = Place::new(source, error.span().unwrap_or(0..0));
        report.add(Mistake::new(&place, format!("this is not TOML: {}", error.message())));
    }
    None
}

/// Returns what precedes the first mistake in a file, exactly as it is meant, and whether that is the whole file.
pub(crate) fn beginning(source: &Arc<Source>) -> (Table, bool) {
    let unheard = Report::default();
    if let Some(table) = parse(source, &unheard) {
        return (table, true);
    }
    let mut text = source.text();
    loop {
        let (document, errors) = DeTable::parse_recoverable(text);
        let Some(first) =
            errors.iter().map(|error| error.span().map_or(0, |span| span.start)).min()
        else {
            return (table(document.get_ref(), source, &unheard), false);
        };
        // Drops the line of the mistake and everything after it; at least one line is dropped each time.
        let end = text.trim_end().len().min(first);
        let line = text.get(..end).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        text = &text[..line];
    }
}

fn table(entries: &DeTable<'_>, source: &Arc<Source>, report: &Report) -> Table {
    let entries = entries
        .iter()
        .map(|(key, value)| {
            let entry =
                Entry { key: Place::new(source, key.span()), node: node(value, source, report) };
            (key.get_ref().to_string(), entry)
        })
        .collect();
    Table { entries }
}

fn node(value: &Spanned<DeValue<'_>>, source: &Arc<Source>, report: &Report) -> Node {
    let place = Place::new(source, value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(digits) => Value::Integer(
            i64::from_str_radix(digits.as_str(), digits.radix()).unwrap_or_else(|_| {
                report.add(Mistake::new(&place, "the integer does not fit 64 bits"));
                0
            }),
        ),
        DeValue::Float(digits) => Value::Float(digits.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(moment) => Value::Moment(moment.to_string()),
        DeValue::Array(items) => {
            Value::List(items.iter().map(|item| node(item, source, report)).collect())
        }
        DeValue::Table(entries) => Value::Table(table(entries, source, report)),
    };
    Node { value, place }
}
