//! Lists the files of a pack, for copying it elsewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::diagnostic::Report;
use crate::error::PackError;
use crate::merge::Reader;
use crate::pack::{Pack, surrounding_dataset};
use crate::tree::{Table, Value};

impl Pack {
    /// Returns every file that [`Pack::open`] reads for a pack, sorted: the pack, the files it extends, its dataset, schemas, and headers
    /// of layouts. Fails if the pack cannot be opened.
    pub fn files(path: &Path) -> Result<Vec<PathBuf>, PackError> {
        Self::open(path)?;
        let report = Report::default();
        let mut reader = Reader::default();
        surrounding_dataset(path, &mut reader, &report)?;
        let unreadable = |source| PackError::Read { path: path.to_owned(), source };
        let merged = reader.merged(path, &report).map_err(unreadable)?;
        report.conclude(merged.map(drop))?;
        let mut files = BTreeSet::new();
        for (file, table) in reader.into_tables() {
            for named in headers(&table).chain(schemas(&table)) {
                files.insert(file.parent().unwrap_or(Path::new("")).join(named));
            }
            files.insert(file);
        }
        Ok(files.into_iter().collect())
    }
}

/// Returns the files from which `[[layout]]` tables take their columns.
fn headers(table: &Table) -> impl Iterator<Item = &str> {
    let layouts = match table.get("layout").map(|node| &node.value) {
        Some(Value::List(layouts)) => &layouts[..],
        _ => &[],
    };
    layouts.iter().filter_map(|layout| match &layout.value {
        Value::Table(layout) => match &layout.get("columns")?.value {
            Value::Text(file) => Some(file.as_str()),
            _ => None,
        },
        _ => None,
    })
}

/// Returns the files from which `[kinds.*]` tables take their columns.
fn schemas(table: &Table) -> impl Iterator<Item = &str> {
    let kinds = match table.get("kinds").map(|node| &node.value) {
        Some(Value::Table(kinds)) => Some(kinds),
        _ => None,
    };
    kinds.into_iter().flat_map(|kinds| kinds.entries.values()).filter_map(|kind| {
        let Value::Table(kind) = &kind.node.value else { return None };
        match &kind.get("schema")?.value {
            Value::Text(file) => Some(file.as_str()),
            _ => None,
        }
    })
}
