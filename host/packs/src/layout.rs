//! Layouts: exact, ordered, named headers.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use assay_model::{Digest, shown};

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_table, as_text, as_texts};
use crate::name::{check_name, fold_case};
use crate::schema::{Schema, Schemas};
use crate::source::{Place, Source};
use crate::tree::{Node, Value};

/// One exact, ordered header with which files were published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    name: String,
    kind: String,
    title: String,
    years: String,
    publications: String,
    header: Vec<String>,
    /// Same length and order as `header`.
    columns: Vec<String>,
    /// Index of each of them: looking up all of thousands must not be quadratic.
    positions: HashMap<String, usize>,
    constants: Vec<(String, String)>,
    fingerprint: Digest,
}

/// Returns the fingerprint of a header: the SHA-256 of its column names as written, joined by line feeds.
pub fn fingerprint<S: AsRef<str>>(header: &[S]) -> Digest {
    let names: Vec<&str> = header.iter().map(AsRef::as_ref).collect();
    assay_digest::sha256(names.join("\n"))
}

impl Layout {
    /// Its name, unique in the dataset.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kind of files that have it.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its title, for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The column names as spelled in files, in order.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The column names used by rules, packs and output, in the order of `header`.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Columns that files of this layout lack and that are published with the same cell in every record: canonical name and cell.
    pub fn constants(&self) -> &[(String, String)] {
        &self.constants
    }

    /// Whether the layout determines the column's cell in each record.
    pub(crate) fn tells(&self, column: &str) -> bool {
        self.position(column).is_some() || self.constants.iter().any(|(name, _)| name == column)
    }

    /// Index of a column by its canonical name.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.positions.get(column).copied()
    }

    /// The spelling of a canonical name in files of this layout.
    pub fn spelling(&self, column: &str) -> Option<&str> {
        self.position(column).map(|at| self.header[at].as_str())
    }

    /// Fingerprint of the header, see [`fingerprint`].
    pub fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// Describes the layout in one phrase for messages: name, title and when it was used.
    pub fn describe(&self) -> String {
        let when = [("years: ", &self.years), ("publications: ", &self.publications)];
        let parts: Vec<String> = std::iter::once(("", &self.title))
            .chain(when)
            .filter(|(_, text)| !text.is_empty())
            .map(|(what, text)| format!("{what}{text}"))
            .collect();
        if parts.is_empty() {
            format!("`{}`", self.name)
        } else {
            format!("`{}` ({})", self.name, parts.join("; "))
        }
    }
}

/// A layout and the place of its declaration.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) layout: Arc<Layout>,
    pub(crate) place: Place,
}

/// Reads all `[[layout]]` tables of a file. `kind` applies to those that name none; `schemas` defines the spelling of canonical names.
pub(crate) fn read_layouts(
    node: Option<&Node>,
    kind: Option<&str>,
    schemas: &Schemas,
    report: &Report,
) -> Vec<Declared> {
    let Some(node) = node else { return Vec::new() };
    let Value::List(tables) = &node.value else {
        report.add(
            Mistake::new(
                &node.place,
                format!("`layout` must be a list of tables, not {}", node.value.kind()),
            )
            .help("write `[[layout]]`, with two brackets, above each"),
        );
        return Vec::new();
    };
    let mut declared: Vec<Declared> = Vec::new();
    for table in tables {
        let Some(new) = read_layout(table, kind, schemas, report) else { continue };
        for old in &declared {
            let same = match () {
                () if old.layout.name == new.layout.name => "has the same name",
                () if old.layout.fingerprint == new.layout.fingerprint => "has the same columns",
                () => continue,
            };
            report.add(
                Mistake::new(&new.place, format!("layout `{}` is declared twice", new.layout.name))
                    .also(&old.place, format!("this one {same}")),
            );
        }
        declared.push(new);
    }
    declared
}

fn read_layout(
    node: &Node,
    default_kind: Option<&str>,
    schemas: &Schemas,
    report: &Report,
) -> Option<Declared> {
    let before = report.count();
    let mut fields = Fields::of(node, "a layout", report)?;
    let name = fields.need_text("name", "\"loans-8\"");
    let kind = match default_kind {
        Some(kind) => fields.text("kind").or(Some((kind, &node.place))),
        None => fields.need_text("kind", "\"loans\""),
    };
    let mut prose = |key| fields.text(key).map(|(text, _)| text.to_owned()).unwrap_or_default();
    let (title, years, publications) = (prose("title"), prose("years"), prose("publications"));
    let columns = fields.need("columns", "\"layouts/loans-8.txt\"");
    let aliases = fields.get("aliases");
    let constants = fields.get("constants");
    fields.finish();

    let (name, kind) = (name?, kind?);
    check_name("name", name, report);
    check_name("kind", kind, report);
    let header = read_header(columns?, report)?;
    let schema = schemas.get(kind.0).map(|declared| declared.schema.as_ref());
    let canonical = canonical(read_aliases(aliases, &header, report), schema);
    check_case(&canonical, name.1, report);
    let constants = read_constants(constants, &canonical, report);
    let layout = Layout {
        name: name.0.to_owned(),
        kind: kind.0.to_owned(),
        title,
        years,
        publications,
        fingerprint: fingerprint(&header),
        positions: (0..).zip(&canonical).map(|(at, name)| (name.clone(), at)).collect(),
        columns: canonical,
        constants,
        header,
    };
    (report.count() == before).then(|| Declared { layout: Arc::new(layout), place: name.1.clone() })
}

/// Reads column names from a list, or from a file with one name per line.
fn read_header(node: &Node, report: &Report) -> Option<Vec<String>> {
    let names = if matches!(node.value, Value::List(_)) {
        let texts = as_texts(node, "columns", report).into_iter();
        texts.map(|(name, place)| (name.to_owned(), place.clone())).collect()
    } else {
        let (relative, place) = as_text(node, "columns", report)?;
        let path = place.source.path().parent().unwrap_or(Path::new("")).join(relative);
        let source =
            Source::read(&path).map_err(|error| {
                let mistake = Mistake::new(place, format!("`{relative}` cannot be read: {error}"));
                report.add(mistake.help(format!(
                    "the path is relative to this file: `{}`",
                    shown(path.display())
                )));
            });
        lines(&source.ok()?)
    };
    if names.is_empty() {
        report.add(Mistake::new(&node.place, "a layout has at least one column"));
        return None;
    }
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for (name, place) in &names {
        if name.is_empty() {
            report.add(
                Mistake::new(place, "a column's name is empty")
                    .help("remove the blank line, or write the column's name"),
            );
        } else if let Some(first) = seen.insert(name, place) {
            report.add(
                Mistake::new(place, format!("column `{name}` is listed twice"))
                    .also(first, "here first"),
            );
        }
    }
    Some(names.into_iter().map(|(name, _)| name).collect())
}

fn lines(source: &Arc<Source>) -> Vec<(String, Place)> {
    let mut start = 0;
    source
        .text()
        .split_inclusive('\n')
        .map(|line| {
            let name = line.trim_end_matches(['\n', '\r']);
            let place = Place::new(source, start..start + name.len());
            start += line.len();
            (name.to_owned(), place)
        })
        .collect()
}

/// Returns the header with names replaced by canonical names.
fn read_aliases(node: Option<&Node>, header: &[String], report: &Report) -> Vec<String> {
    let mut columns = header.to_vec();
    let Some(table) = node.and_then(|node| as_table(node, "`aliases`", report)) else {
        return columns;
    };
    for (canonical, entry) in &table.entries {
        let Some((spelling, place)) = as_text(&entry.node, canonical, report) else { continue };
        let Some(at) = header.iter().position(|name| name == spelling) else {
            report.add(
                Mistake::new(place, format!("the layout has no column `{spelling}`"))
                    .choices(spelling, header.iter().map(String::as_str)),
            );
            continue;
        };
        if header.contains(canonical) {
            report.add(
                Mistake::new(&entry.key, format!("`{canonical}` is itself a column of the layout"))
                    .help("an alias is `canonical name = \"spelling in this layout\"`"),
            );
        } else if columns[at] == header[at] {
            columns[at].clone_from(canonical);
        } else {
            let message = format!("`{spelling}` already stands for `{}`", columns[at]);
            report.add(Mistake::new(place, message));
        }
    }
    columns
}

/// Spells the names as in the kind's schema: a difference in case does not make a different column.
fn canonical(columns: Vec<String>, schema: Option<&Schema>) -> Vec<String> {
    let Some(schema) = schema else { return columns };
    let spelled = |name: String| match schema.column_folded(&name) {
        Some(column) => column.name().to_owned(),
        None => name,
    };
    columns.into_iter().map(spelled).collect()
}

/// Reports columns that differ only in case; most readers cannot tell them apart.
fn check_case(columns: &[String], place: &Place, report: &Report) {
    let mut seen: BTreeMap<String, &String> = BTreeMap::new();
    for name in columns {
        if let Some(first) = seen.insert(fold_case(name), name)
            && first != name
        {
            let message = format!("the columns `{first}` and `{name}` differ by case only");
            report.add(Mistake::new(place, message).help(format!(
                "Spark, Athena, Glue, Hive and Redshift cannot read such a table; give one another name under \
                 `[layout.aliases]`: `other_name = \"{name}\"`"
            )));
        }
    }
}

/// Reads columns that the files lack and that have the same value in every record.
fn read_constants(
    node: Option<&Node>,
    columns: &[String],
    report: &Report,
) -> Vec<(String, String)> {
    let Some(table) = node.and_then(|node| as_table(node, "`constants`", report)) else {
        return Vec::new();
    };
    let mut constants = Vec::new();
    for (name, entry) in &table.entries {
        let Some((cell, place)) = as_text(&entry.node, name, report) else { continue };
        if columns.iter().any(|column| fold_case(column) == fold_case(name)) {
            let message = format!("`{name}` is a column of the layout, so it is not constant");
            report.add(Mistake::new(&entry.key, message));
        } else if cell.is_empty() {
            report.add(
                Mistake::new(place, format!("the constant `{name}` is blank"))
                    .help("leave it out: a column that a layout lacks is null"),
            );
        } else {
            constants.push((name.clone(), cell.to_owned()));
        }
    }
    constants
}
