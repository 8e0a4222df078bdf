//! Reads one table: each key is requested by name, and a key that nobody requested is a mistake.

use crate::diagnostic::{Mistake, Report};
use crate::source::Place;
use crate::tree::{Node, Table, Value};

/// The format version of rule files; only this one is supported.
pub(crate) const FORMAT: i64 = 1;

pub(crate) struct Fields<'a> {
    table: &'a Table,
    place: &'a Place,
    /// The kind of table, as named in messages: "a column".
    what: &'static str,
    known: Vec<&'static str>,
    report: &'a Report,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(
        table: &'a Table,
        place: &'a Place,
        what: &'static str,
        report: &'a Report,
    ) -> Self {
        Self { table, place, what, known: Vec::new(), report }
    }

    /// Returns the fields of a node, which must be a table.
    pub(crate) fn of(node: &'a Node, what: &'static str, report: &'a Report) -> Option<Self> {
        let table = as_table(node, what, report)?;
        Some(Self::new(table, &node.place, what, report))
    }

    /// Returns the node of `key`, if present.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Returns the node of `key`; a missing key is a mistake.
    pub(crate) fn need(&mut self, key: &'static str, example: &str) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            self.report.add(
                Mistake::new(self.place, format!("{} needs `{key}`", self.what))
                    .help(format!("add a line such as `{key} = {example}`")),
            );
        }
        node
    }

    pub(crate) fn text(&mut self, key: &'static str) -> Option<(&'a str, &'a Place)> {
        let node = self.get(key)?;
        as_text(node, key, self.report)
    }

    pub(crate) fn need_text(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<(&'a str, &'a Place)> {
        let node = self.need(key, example)?;
        as_text(node, key, self.report)
    }

    /// Returns a list of strings, or a single string as a list. Empty if the key is absent.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<(&'a str, &'a Place)> {
        self.get(key).map(|node| as_texts(node, key, self.report)).unwrap_or_default()
    }

    /// Returns an integer of at least 0.
    pub(crate) fn count(&mut self, key: &'static str) -> Option<(u64, &'a Place)> {
        let node = self.get(key)?;
        as_count(node, key, self.report).map(|count| (count, &node.place))
    }

    /// Returns a boolean; false if the key is absent.
    pub(crate) fn flag(&mut self, key: &'static str) -> bool {
        match self.get(key) {
            None => false,
            Some(Node { value: Value::Bool(value), .. }) => *value,
            Some(node) => {
                let message = format!("`{key}` must be true or false, not {}", found(node));
                self.report.add(Mistake::new(&node.place, message));
                false
            }
        }
    }

    /// Returns the reason given under `why`. It is for people, so it only has to be a string.
    pub(crate) fn why(&mut self) -> Option<String> {
        self.text("why").map(|(why, _)| why.to_owned())
    }

    /// Checks that the file has the format this version reads.
    pub(crate) fn format(&mut self) {
        match self.need("format", "1") {
            None | Some(Node { value: Value::Integer(FORMAT), .. }) => {}
            Some(node) => self.report.add(
                Mistake::new(&node.place, format!("this version reads format {FORMAT}"))
                    .help("a newer `assay` may read the file"),
            ),
        }
    }

    /// Accepts keys that are read elsewhere.
    pub(crate) fn know(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// Reports every key that was not requested.
    pub(crate) fn finish(self) {
        for (key, entry) in &self.table.entries {
            if !self.known.contains(&key.as_str()) {
                self.report.add(
                    Mistake::new(&entry.key, format!("{} has no key `{key}`", self.what))
                        .choices(key, self.known.iter().copied()),
                );
            }
        }
    }
}

/// Formats the value for messages: strings and numbers as written, others by kind.
pub(crate) fn found(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => format!("`\"{text}\"`"),
        Value::Integer(number) => format!("`{number}`"),
        Value::Float(number) => format!("`{number}`"),
        Value::Bool(value) => format!("`{value}`"),
        other => other.kind().to_owned(),
    }
}

pub(crate) fn as_table<'a>(node: &'a Node, what: &str, report: &Report) -> Option<&'a Table> {
    if let Value::Table(table) = &node.value {
        return Some(table);
    }
    let message = format!("{what} must be a table, not {}", node.value.kind());
    report.add(Mistake::new(&node.place, message));
    None
}

pub(crate) fn as_text<'a>(
    node: &'a Node,
    key: &str,
    report: &Report,
) -> Option<(&'a str, &'a Place)> {
    if let Value::Text(text) = &node.value {
        return Some((text, &node.place));
    }
    let mistake =
        Mistake::new(&node.place, format!("`{key}` must be a string, not {}", node.value.kind()));
    let number = match &node.value {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) | Value::Moment(number) => Some(number.clone()),
        _ => None,
    };
    report.add(match number {
        Some(number) => mistake.help(format!("write it in quotes: \"{number}\"")),
        None => mistake,
    });
    None
}

pub(crate) fn as_texts<'a>(
    node: &'a Node,
    key: &str,
    report: &Report,
) -> Vec<(&'a str, &'a Place)> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(|item| as_text(item, key, report)).collect(),
        _ => as_text(node, key, report).into_iter().collect(),
    }
}

pub(crate) fn as_count(node: &Node, key: &str, report: &Report) -> Option<u64> {
    let count = match node.value {
        Value::Integer(number) => u64::try_from(number).ok(),
        _ => None,
    };
    if count.is_none() {
        let message = format!("`{key}` must be a whole number of at least 0, not {}", found(node));
        report.add(Mistake::new(&node.place, message));
    }
    count
}
