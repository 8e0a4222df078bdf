//! Derives the kind of a file and values of partition keys from its name.

use regex::Regex;

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_text};
use crate::partition::PartitionKey;
use crate::tree::{Node, Value};

/// Pattern of the file names of one kind.
#[derive(Debug, Clone)]
pub(crate) struct FileName {
    pattern: Regex,
    pub(crate) kind: Option<String>,
}

/// Result of matching a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameMatch {
    pub(crate) kind: Option<String>,
    /// Keys and their values as written in the name, not yet converted.
    pub(crate) values: Vec<(String, String)>,
}

impl FileName {
    /// Matches a name, ignoring leading folders.
    pub(crate) fn matches(&self, name: &str) -> Option<NameMatch> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let found = self.pattern.captures(name)?;
        let values = self
            .pattern
            .capture_names()
            .flatten()
            .filter_map(|group| Some((group.to_owned(), found.name(group)?.as_str().to_owned())))
            .collect();
        Some(NameMatch { kind: self.kind.clone(), values })
    }

    pub(crate) fn has_group(&self, key: &str) -> bool {
        self.pattern.capture_names().flatten().any(|group| group == key)
    }
}

/// Reads all `[[file_name]]` tables. `kinds` are the existing kinds, if known.
pub(crate) fn read_file_names(
    node: Option<&Node>,
    keys: &[PartitionKey],
    kinds: Option<&[&str]>,
    report: &Report,
) -> Vec<FileName> {
    let Some(node) = node else { return Vec::new() };
    let Value::List(tables) = &node.value else {
        report.add(
            Mistake::new(
                &node.place,
                format!("`file_name` must be a list of tables, not {}", node.value.kind()),
            )
            .help("write `[[file_name]]`, with two brackets, above each"),
        );
        return Vec::new();
    };
    tables.iter().filter_map(|table| read_file_name(table, keys, kinds, report)).collect()
}

fn read_file_name(
    node: &Node,
    keys: &[PartitionKey],
    kinds: Option<&[&str]>,
    report: &Report,
) -> Option<FileName> {
    let mut fields = Fields::of(node, "a file name", report)?;
    let pattern = fields.need("pattern", "'^loans-(?<year>\\d{4})'");
    let kind = fields.text("kind");
    fields.why();
    fields.finish();
    if let Some((kind, place)) = kind
        && let Some(kinds) = kinds
        && !kinds.contains(&kind)
    {
        report.add(
            Mistake::new(place, format!("no layout has the kind `{kind}`"))
                .choices(kind, kinds.iter().copied()),
        );
    }
    let (text, place) = as_text(pattern?, "pattern", report)?;
    let pattern = match Regex::new(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            // The regex crate draws the pattern on several lines; its last line gives the reason.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            report.add(Mistake::new(place, format!("the pattern is not a valid regex: {reason}")));
            return None;
        }
    };
    for group in pattern.capture_names().flatten() {
        if !keys.iter().any(|key| key.name == group) {
            report.add(
                Mistake::new(place, format!("the group `{group}` is not a partition key"))
                    .choices(group, keys.iter().map(PartitionKey::name)),
            );
        }
    }
    Some(FileName { pattern, kind: kind.map(|(kind, _)| kind.to_owned()) })
}
