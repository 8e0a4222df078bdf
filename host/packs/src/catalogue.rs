//! Every dataset and pack under a rules folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::dataset::{self, Dataset, read_dataset};
use crate::diagnostic::{Mistake, Report};
use crate::error::PackError;
use crate::identify::{FirstCells, Identified, choose, find};
use crate::layout::Layout;
use crate::merge::Reader;
use crate::nearest::Nearest;
use crate::pack::{Pack, read_pack};
use crate::refusal::Refusal;
use crate::source::Place;

/// Every dataset and pack under a rules folder, checked against one another.
#[derive(Debug, Clone)]
pub struct Catalogue {
    root: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    dataset: Arc<Dataset>,
    packs: Vec<Arc<Pack>>,
}

/// These lie among the packs and are none: how `assay sample` makes files of the kind, and the kind's columns.
const NO_PACKS: [&str; 2] = ["sample.toml", "schema.toml"];

/// What a header is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutMatch {
    /// Exactly this layout.
    Known(Arc<Layout>),
    /// None, but it resembles this one.
    Near(Nearest),
    /// Nothing like any layout.
    Strange,
}

impl Catalogue {
    /// Reads every `<root>/<dataset>/dataset.toml` and the packs in the folders beside it. Folders without one are left alone.
    pub fn open(root: &Path) -> Result<Self, PackError> {
        let report = Report::default();
        let mut reader = Reader::default();
        let mut entries: Vec<Entry> = Vec::new();
        for folder in folders(root)? {
            let path = folder.join(dataset::FILE);
            if !path.is_file() {
                continue;
            }
            let file =
                reader.file(&path, &report).map_err(|source| PackError::Read { path, source })?;
            let Some((source, table)) = file else { continue };
            let before = report.count();
            let Some(dataset) = read_dataset(&source, &table, &report).map(Arc::new) else {
                continue;
            };
            for other in &entries {
                check_apart(&other.dataset, &dataset, &Place::start_of(&source), &report);
            }
            // A layout that could not be read would make every pack that takes it one more mistake.
            let packs = if report.count() == before {
                read_packs(&folder, &dataset, &mut reader, &report)?
            } else {
                Vec::new()
            };
            entries.push(Entry { dataset, packs });
        }
        Ok(report.conclude(Some(Self { root: root.to_owned(), entries }))?)
    }

    /// The rules folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The datasets, by folder.
    pub fn datasets(&self) -> impl ExactSizeIterator<Item = &Arc<Dataset>> {
        self.entries.iter().map(|entry| &entry.dataset)
    }

    /// The packs, by folder and file.
    pub fn packs(&self) -> impl Iterator<Item = &Arc<Pack>> {
        self.entries.iter().flat_map(|entry| &entry.packs)
    }

    fn layouts(&self) -> impl Iterator<Item = &Arc<Layout>> + Clone {
        self.entries
            .iter()
            .flat_map(|entry| entry.dataset.layouts.iter().map(|declared| &declared.layout))
    }

    /// What a header is.
    pub fn layout_of(&self, header: &[String]) -> LayoutMatch {
        match find(header, self.layouts()) {
            Ok(layout) => LayoutMatch::Known(Arc::clone(layout)),
            Err(Refusal::LayoutUnknown { nearest: Some(nearest), .. }) => {
                LayoutMatch::Near(*nearest)
            }
            Err(_) => LayoutMatch::Strange,
        }
    }

    /// What a file is and which pack judges it. `first_cells` gives the cell of the first data record under a column's name
    /// in the header; it is asked only for partition keys that the name does not tell.
    pub fn identify(
        &self,
        file_name: Option<&str>,
        header: &[String],
        first_cells: &FirstCells<'_>,
    ) -> Result<Identified, Refusal> {
        let layout = find(header, self.layouts())?;
        let entry = self.entry_of(layout).expect("it was found among those of the datasets");
        choose(&entry.dataset, &entry.packs, layout, file_name, first_cells)
    }

    /// The dataset that declares a layout: one that [`Self::identify`] found.
    pub fn dataset_of(&self, layout: &Arc<Layout>) -> Option<&Arc<Dataset>> {
        self.entry_of(layout).map(|entry| &entry.dataset)
    }

    fn entry_of(&self, layout: &Arc<Layout>) -> Option<&Entry> {
        let declares =
            |entry: &&Entry| entry.dataset.layouts().any(|known| Arc::ptr_eq(known, layout));
        self.entries.iter().find(declares)
    }
}

fn check_apart(one: &Dataset, other: &Dataset, place: &Place, report: &Report) {
    if one.name() == other.name() {
        let message =
            format!("`{}` also declares a dataset `{}`", one.path().display(), one.name());
        report.add(Mistake::new(place, message));
    }
    for theirs in &other.layouts {
        for ours in one
            .layouts
            .iter()
            .filter(|ours| ours.layout.fingerprint() == theirs.layout.fingerprint())
        {
            report.add(
                Mistake::new(&theirs.place, "a header can belong to one dataset only")
                    .also(&ours.place, "this layout has the same columns")
                    .help("a pack that stands alone may bring a layout of its own"),
            );
        }
    }
}

fn read_packs(
    folder: &Path,
    dataset: &Arc<Dataset>,
    reader: &mut Reader,
    report: &Report,
) -> Result<Vec<Arc<Pack>>, PackError> {
    let mut packs: Vec<Arc<Pack>> = Vec::new();
    for kind_folder in folders(folder)? {
        let files = entries(&kind_folder)?;
        let tables = files.into_iter().filter(|path| {
            path.extension().is_some_and(|extension| extension == "toml")
                && !NO_PACKS.iter().any(|name| path.ends_with(name))
        });
        for path in tables {
            let merged =
                reader.merged(&path, report).map_err(|source| PackError::Read { path, source })?;
            let Some(merged) = merged.filter(|merged| merged.base.is_none()) else { continue };
            let Some(pack) = read_pack(&merged, Some(dataset), report) else { continue };
            packs.push(Arc::new(pack));
        }
    }
    check_overlaps(&packs, report);
    check_schemas(&packs, report);
    Ok(packs)
}

/// Two packs that say equally much and can take the same file would leave the choice to chance.
fn check_overlaps(packs: &[Arc<Pack>], report: &Report) {
    let mut by_kind: BTreeMap<&str, Vec<&Arc<Pack>>> = BTreeMap::new();
    for pack in packs {
        for other in by_kind.get(pack.kind()).into_iter().flatten() {
            if overlap(pack, other) {
                let elsewhere = other.path().display();
                report.add(
                    Mistake::new(pack.place(), format!("`{elsewhere}` takes the same files"))
                        .help("make the values in `[partition]` differ, or pin one key more in the pack that is meant"),
                );
            }
        }
        by_kind.entry(pack.kind()).or_default().push(pack);
    }
}

/// Where packs give the types, those of a kind have to give the same ones.
fn check_schemas(packs: &[Arc<Pack>], report: &Report) {
    let mut by_kind: BTreeMap<&str, &Arc<Pack>> = BTreeMap::new();
    for pack in packs {
        let first = *by_kind.entry(pack.kind()).or_insert(pack);
        let pairs = first.schema().columns().iter().zip(pack.schema().columns());
        for (theirs, ours) in pairs.filter(|(theirs, ours)| theirs.kind() != ours.kind()) {
            let message = format!(
                "`{}` is {} here, and {} in `{}`",
                ours.name(),
                ours.kind(),
                theirs.kind(),
                first.path().display()
            );
            report.add(Mistake::new(pack.place(), message).help(format!(
                "all published files of a kind have the same types; declare them once, under `[kinds.{}]` in `{}`",
                pack.kind(),
                dataset::FILE
            )));
        }
    }
}

fn overlap(one: &Pack, other: &Pack) -> bool {
    let shared_layout = one.layouts().iter().any(|layout| other.takes_layout(layout));
    let disjoint = one.pins().iter().any(|pin| {
        let theirs = other.pins().iter().find(|theirs| theirs.key == pin.key);
        theirs.is_some_and(|theirs| !theirs.values.iter().any(|value| pin.values.contains(value)))
    });
    shared_layout && !disjoint && one.pins().len() == other.pins().len()
}

fn folders(path: &Path) -> Result<Vec<PathBuf>, PackError> {
    Ok(entries(path)?.into_iter().filter(|entry| entry.is_dir()).collect())
}

/// What a folder holds, in the order of names, so that messages come in the same order everywhere.
fn entries(path: &Path) -> Result<Vec<PathBuf>, PackError> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let mut entries = std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        entries.sort_unstable();
        Ok(entries)
    };
    read().map_err(|source| PackError::Read { path: path.to_owned(), source })
}
