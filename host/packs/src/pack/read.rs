//! Resolves a merged tree to a pack.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_model::{Digest, shown};

use super::columns::{check_constants, read_amounts, read_columns};
use super::digest::digest;
use super::levels::read_levels;
use super::limits::{Limits, read_limits};
use super::plugins::read_plugins;
use super::resolved::{Pack, Pin};
use super::schema::schema_of;
use super::thresholds::{Thresholds, read_thresholds};
use super::trust::read_trust;
use crate::dataset::{self, Dataset, read_dataset};
use crate::diagnostic::{Mistake, Report};
use crate::error::PackError;
use crate::fields::{Fields, as_table, as_texts};
use crate::layout::{Declared, Layout, read_layouts};
use crate::merge::{Merged, OWN_KEYS, Reader};
use crate::name::{check_name, is_name};
use crate::partition::PartitionKey;
use crate::schema::Schemas;
use crate::source::Place;
use crate::tree::{Node, Value};

impl Pack {
    /// Reads a single pack. Its dataset is the first `dataset.toml` found walking up from it; if there is none, the pack must bring its own
    /// layouts. Fails with all mistakes, or if a file cannot be read.
    pub fn open(path: &Path) -> Result<Arc<Self>, PackError> {
        let unreadable = |source| PackError::Read { path: path.to_owned(), source };
        let report = Report::default();
        let mut reader = Reader::default();
        let dataset = surrounding_dataset(path, &mut reader, &report)?;
        let merged = reader.merged(path, &report).map_err(unreadable)?;
        let broken = report.count() > 0;
        let pack = merged.filter(|_| !broken).and_then(|merged| {
            refuse_base(&merged, &report);
            read_pack(&merged, dataset.as_ref(), &report)
        });
        Ok(report.conclude(pack.map(Arc::new))?)
    }
}

/// Returns the dataset of a pack: the first `dataset.toml` found walking up. `None` if there is none or it has mistakes, which are then
/// reported.
pub(crate) fn surrounding_dataset(
    pack: &Path,
    reader: &mut Reader,
    report: &Report,
) -> Result<Option<Arc<Dataset>>, PackError> {
    // A relative path ends at the current folder, but the dataset may be above it.
    let pack = std::path::absolute(pack).unwrap_or_else(|_| pack.to_owned());
    let Some(path) = pack
        .ancestors()
        .skip(1)
        .map(|folder| folder.join(dataset::FILE))
        .find(|path| path.is_file())
    else {
        return Ok(None);
    };
    let file = reader.file(&path, report).map_err(|source| PackError::Read { path, source })?;
    Ok(file.and_then(|(source, table)| read_dataset(&source, &table, report)).map(Arc::new))
}

/// Reports a file that was named as a pack but exists only to be extended.
pub(super) fn refuse_base(merged: &Merged, report: &Report) {
    if let Some(place) = &merged.base {
        report.add(
            Mistake::new(place, "this file is not a pack by itself: it says `base = true`")
                .help("name a pack that extends it"),
        );
    }
}

/// Resolves a pack. Without a dataset, the pack must bring its own layouts.
pub(crate) fn read_pack(
    merged: &Merged,
    dataset: Option<&Arc<Dataset>>,
    report: &Report,
) -> Option<Pack> {
    let before = report.count();
    let path: PathBuf = merged.source.path().to_owned();
    let start = Place::start_of(&merged.source);
    let mut fields = Fields::new(&merged.table, &start, "a pack", report);

    fields.know(&OWN_KEYS);
    let title = fields.text("title").map(|(title, _)| title.to_owned()).unwrap_or_default();
    let name = fields.need_text("dataset", "\"library\"");
    let kind = fields.need_text("kind", "\"loans\"");
    let layout_names = fields.need("layouts", "[\"loans-8\"]");
    let own_layouts = fields.get("layout");
    let partition = fields.get("partition");
    let columns = fields.get("columns");
    let amounts = fields.texts("amounts");
    let thresholds = fields.get("thresholds");
    let levels = fields.get("levels");
    let limits = fields.get("limits");
    let plugins = fields.get("plugins");
    let trust = fields.get("trust");
    fields.why();
    fields.finish();

    let none = Schemas::new();
    let schemas = dataset.map_or(&none, |dataset| &dataset.schemas);
    let own_layouts = read_layouts(own_layouts, kind.map(|(kind, _)| kind), schemas, report);
    let pins = read_pins(partition, report);
    let dataset = match (dataset, name) {
        (Some(dataset), Some(name)) => {
            if name.0 != dataset.name() {
                let message =
                    format!("the pack lies in the dataset `{}`, not `{}`", dataset.name(), name.0);
                report.add(
                    Mistake::new(name.1, message)
                        .help(format!("that is what `{}` says", shown(dataset.path().display()))),
                );
            }
            check_pins(&pins, dataset, report);
            Some(Arc::clone(dataset))
        }
        (None, Some(name)) => Some(Arc::new(dataset_of(name, &path, &pins, &own_layouts, report))),
        (_, None) => None,
    };
    if let Some(kind) = kind {
        check_name("kind", kind, report);
    }
    let layouts = dataset
        .as_deref()
        .zip(layout_names)
        .map(|(dataset, names)| take_layouts(names, kind, &own_layouts, dataset, report))
        .unwrap_or_default();

    let declared = dataset.as_deref().zip(kind).and_then(|(dataset, kind)| dataset.schema(kind.0));
    let columns = read_columns(
        columns,
        &layouts,
        declared.map(Arc::as_ref),
        layout_names.map_or(&start, |names| &names.place),
        report,
    );
    let amounts = read_amounts(&amounts, &columns, declared.is_some(), report);
    let schema = dataset.as_deref().zip(layout_names).and_then(|(dataset, names)| {
        schema_of(dataset, &own_layouts, &layouts, &columns, &names.place, report)
    });
    if let (Some(schema), Some(names)) = (&schema, layout_names) {
        check_constants(&layouts, schema, &columns, &names.place, report);
    }
    let thresholds =
        thresholds.map_or_else(Thresholds::default, |node| read_thresholds(node, report));
    let levels = levels.map(|node| read_levels(node, report)).unwrap_or_default();
    let limits = limits.map_or_else(Limits::default, |node| read_limits(node, report));
    let plugins = plugins.map(|node| read_plugins(node, report)).unwrap_or_default();
    let trusted_keys = trust.map(|node| read_trust(node, report)).unwrap_or_default();
    if report.count() > before {
        return None;
    }

    let mut pack = Pack {
        path,
        start: start.clone(),
        title,
        dataset: dataset?,
        kind: kind?.0.to_owned(),
        layouts,
        pins,
        schema: schema?,
        columns,
        amounts,
        thresholds,
        levels,
        limits,
        plugins,
        trusted_keys,
        digest: Digest([0; 32]),
    };
    pack.digest = digest(&pack);
    Some(pack)
}

/// Builds the dataset of a pack that belongs to none from what the pack itself brings.
fn dataset_of(
    name: (&str, &Place),
    path: &Path,
    pins: &[Pin],
    layouts: &[Declared],
    report: &Report,
) -> Dataset {
    check_name("dataset", name, report);
    if layouts.is_empty() {
        report.add(
            Mistake::new(
                name.1,
                format!("there is no `{}` in this folder or above it", dataset::FILE),
            )
            .help("put one there, or give the pack its own `[[layout]]`"),
        );
    }
    for pin in pins.iter().filter(|pin| pin.values.len() != 1) {
        report.add(Mistake::new(
            &pin.place,
            "without a dataset, a partition key needs exactly one value",
        ));
    }
    Dataset {
        path: path.to_owned(),
        name: name.0.to_owned(),
        title: String::new(),
        keys: pins.iter().map(|pin| PartitionKey::fixed(&pin.key)).collect(),
        newest_by: None,
        file_names: Vec::new(),
        layouts: layouts.to_vec(),
        schemas: Schemas::new(),
    }
}

fn read_pins(node: Option<&Node>, report: &Report) -> Vec<Pin> {
    let Some(table) = node.and_then(|node| as_table(node, "`partition`", report)) else {
        return Vec::new();
    };
    let mut pins = Vec::new();
    for (key, entry) in &table.entries {
        let texts = as_texts(&entry.node, key, report);
        for (text, place) in &texts {
            if !is_name(text) {
                report.add(Mistake::new(
                    place,
                    format!("`{text}` cannot be a partition value: values are names of folders"),
                ));
            }
        }
        if matches!(&entry.node.value, Value::List(items) if items.is_empty()) {
            report.add(
                Mistake::new(
                    &entry.node.place,
                    format!("`{key}` has an empty list of values, which no file can match"),
                )
                .help("leave the key out to accept any value"),
            );
        }
        let values = texts.iter().map(|(text, _)| (*text).to_owned()).collect();
        pins.push(Pin { key: key.clone(), values, place: entry.key.clone() });
    }
    pins
}

fn check_pins(pins: &[Pin], dataset: &Dataset, report: &Report) {
    let keys = dataset.partition_keys();
    for pin in pins.iter().filter(|pin| !keys.iter().any(|key| key.name() == pin.key)) {
        report.add(
            Mistake::new(&pin.place, format!("the dataset has no partition key `{}`", pin.key))
                .choices(&pin.key, keys.iter().map(PartitionKey::name)),
        );
    }
}

fn take_layouts(
    names: &Node,
    kind: Option<(&str, &Place)>,
    own: &[Declared],
    dataset: &Dataset,
    report: &Report,
) -> Vec<Arc<Layout>> {
    let declared: Vec<&Arc<Layout>> =
        own.iter().map(|declared| &declared.layout).chain(dataset.layouts()).collect();
    let texts = as_texts(names, "layouts", report);
    if texts.is_empty() {
        report.add(Mistake::new(&names.place, "a pack takes at least one layout"));
    }
    let mut taken: Vec<Arc<Layout>> = Vec::new();
    for (name, place) in texts {
        let Some(layout) = declared.iter().find(|layout| layout.name() == name) else {
            if declared.is_empty() {
                // It was reported already that there are no layouts.
                continue;
            }
            let of_kind = declared.iter().filter(|l| kind.is_none_or(|(kind, _)| l.kind() == kind));
            report.add(
                Mistake::new(place, format!("there is no layout `{name}`"))
                    .choices(name, of_kind.map(|l| l.name())),
            );
            continue;
        };
        if let Some((kind, kind_place)) = kind
            && layout.kind() != kind
        {
            report.add(
                Mistake::new(place, format!("layout `{name}` is of the kind `{}`", layout.kind()))
                    .also(kind_place, "the pack's kind"),
            );
        } else if taken.iter().any(|other| other.name() == name) {
            report.add(Mistake::new(place, format!("layout `{name}` is listed twice")));
        } else {
            taken.push(Arc::clone(layout));
        }
    }
    taken
}
