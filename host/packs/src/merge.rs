//! `extends`: merges files; each value keeps the place it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_model::shown;

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_texts};
use crate::source::{Place, Source};
use crate::tree::{Table, Value, parse};

/// Reads each file once, however many files extend it.
#[derive(Default)]
pub(crate) struct Reader {
    files: BTreeMap<PathBuf, Option<(Arc<Source>, Table)>>,
}

/// A file merged over everything it extends.
pub(crate) struct Merged {
    pub(crate) source: Arc<Source>,
    pub(crate) table: Table,
    /// Where it says that it exists only to be extended, if it does.
    pub(crate) base: Option<Place>,
}

/// Keys about the file itself, which are not inherited.
pub(crate) const OWN_KEYS: [&str; 3] = ["format", "base", "extends"];

impl Reader {
    /// Reads a file by itself. `None` if it is not TOML or, with the error, if it cannot be read.
    pub(crate) fn file(
        &mut self,
        path: &Path,
        report: &Report,
    ) -> std::io::Result<Option<(Arc<Source>, Table)>> {
        if let Some(known) = self.files.get(path) {
            return Ok(known.clone());
        }
        let source = Source::read(path)?;
        let parsed = parse(&source, report).map(|table| (source, table));
        self.files.insert(path.to_owned(), parsed.clone());
        Ok(parsed)
    }

    /// Returns every file read, with its content.
    pub(crate) fn into_tables(self) -> impl Iterator<Item = (PathBuf, Table)> {
        self.files.into_iter().filter_map(|(path, file)| Some((path, file?.1)))
    }

    /// Reads a pack's file and all files it extends.
    pub(crate) fn merged(
        &mut self,
        path: &Path,
        report: &Report,
    ) -> std::io::Result<Option<Merged>> {
        self.layered(path, &mut Vec::new(), report)
    }

    fn layered(
        &mut self,
        path: &Path,
        above: &mut Vec<PathBuf>,
        report: &Report,
    ) -> std::io::Result<Option<Merged>> {
        let Some((source, mut own)) = self.file(path, report)? else { return Ok(None) };
        let start = Place::start_of(&source);
        let mut head = Fields::new(&own, &start, "a pack", report);
        head.format();
        let base = head.flag("base").then(|| own.entries["base"].key.clone());

        above.push(canonical(path));
        let mut whole = true;
        let mut table = Table::default();
        for (name, place) in
            own.get("extends").map(|node| as_texts(node, "extends", report)).unwrap_or_default()
        {
            let below = path.parent().unwrap_or(Path::new("")).join(name);
            if above.contains(&canonical(&below)) {
                report.add(
                    Mistake::new(place, format!("`{name}` extends this file, which extends it"))
                        .help("move what both share into a third file with `base = true`"),
                );
                whole = false;
                continue;
            }
            match self.layered(&below, above, report) {
                Ok(Some(merged)) => lay_over(&mut table, merged.table),
                Ok(None) => whole = false,
                Err(error) => {
                    report.add(
                        Mistake::new(place, format!("`{name}` cannot be read: {error}")).help(
                            format!(
                                "the path is relative to this file: `{}`",
                                shown(below.display())
                            ),
                        ),
                    );
                    whole = false;
                }
            }
        }
        above.pop();

        for key in OWN_KEYS {
            own.entries.shift_remove(key);
        }
        lay_over(&mut table, own);
        Ok(whole.then_some(Merged { source, table, base }))
    }
}

/// Only for comparison: two spellings of one path must not hide a cycle.
pub(crate) fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Merges tables key by key; any other value is replaced. Keys keep the order of their first appearance.
pub(crate) fn lay_over(below: &mut Table, above: Table) {
    for (key, mut entry) in above.entries {
        if let (Value::Table(over), Some(under)) =
            (&mut entry.node.value, below.entries.get_mut(&key))
            && let Value::Table(merged) = &mut under.node.value
        {
            lay_over(merged, std::mem::take(over));
            under.key = entry.key;
            under.node.place = entry.node.place;
        } else {
            below.entries.insert(key, entry);
        }
    }
}
