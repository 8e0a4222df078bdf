//! All datasets and packs in a rules folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::broken::{Broken, read_apart};
use crate::dataset::{self, Dataset, read_dataset};
use crate::diagnostic::Report;
use crate::error::PackError;
use crate::identify::{FirstCells, Identified, choose, find};
use crate::layout::Layout;
use crate::merge::Reader;
use crate::nearest::Nearest;
use crate::overlap::{check_apart, check_packs};
use crate::pack::{Pack, read_pack};
use crate::refusal::Refusal;
use crate::rules_folder::{folders, pack_files};
use crate::source::Place;

/// All datasets and packs in a rules folder, checked against each other.
#[derive(Debug)]
pub struct Catalogue {
    root: PathBuf,
    entries: Vec<Entry>,
    broken: Vec<Broken>,
}

#[derive(Debug, Clone)]
struct Entry {
    dataset: Arc<Dataset>,
    packs: Vec<Arc<Pack>>,
}

/// How a header compares with the known layouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutMatch {
    /// It is exactly this layout.
    Known(Arc<Layout>),
    /// It is not a known layout, but resembles this one.
    Near(Nearest),
    /// It resembles no layout.
    Strange,
}

impl Catalogue {
    /// Reads every `<root>/<dataset>/dataset.toml` and the packs in the folders next to it. Folders without one are ignored. Fails with all
    /// mistakes, or if a file cannot be read.
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
            // A layout that could not be read would add a mistake to every pack that takes it.
            let packs = if report.count() == before {
                read_packs(&folder, &dataset, &mut reader, &report)?
            } else {
                Vec::new()
            };
            entries.push(Entry { dataset, packs });
        }
        Ok(report.conclude(Some(Self { root: root.to_owned(), entries, broken: Vec::new() }))?)
    }

    /// Like [`Self::open`], but omits datasets and packs with mistakes and keeps them in [`Self::broken`]. Fails only if a folder cannot be
    /// read.
    pub fn open_sound(root: &Path) -> Result<Self, PackError> {
        // Nearly always nothing is broken, and then all files are read only once.
        if let Ok(whole) = Self::open(root) {
            return Ok(whole);
        }
        let (sound, broken) = read_apart(root)?;
        let entries = sound.into_iter().map(|(dataset, packs)| Entry { dataset, packs }).collect();
        Ok(Self { root: root.to_owned(), entries, broken })
    }

    /// Returns the datasets and packs omitted because of mistakes.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Fails with the mistakes of the first omitted dataset or pack that may be meant for a file; `found` is what [`Self::identify`]
    /// returned for that file.
    pub fn check_meant(self, found: &Result<Identified, Refusal>) -> Result<(), PackError> {
        match self.broken.into_iter().find(|broken| broken.may_be_for(found)) {
            Some(broken) => Err(broken.into_error()),
            None => Ok(()),
        }
    }

    /// Returns the rules folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the datasets, ordered by folder.
    pub fn datasets(&self) -> impl ExactSizeIterator<Item = &Arc<Dataset>> {
        self.entries.iter().map(|entry| &entry.dataset)
    }

    /// Returns the packs, ordered by folder and file.
    pub fn packs(&self) -> impl Iterator<Item = &Arc<Pack>> {
        self.entries.iter().flat_map(|entry| &entry.packs)
    }

    fn layouts(&self) -> impl Iterator<Item = &Arc<Layout>> + Clone {
        self.entries
            .iter()
            .flat_map(|entry| entry.dataset.layouts.iter().map(|declared| &declared.layout))
    }

    /// Compares a header with the known layouts.
    pub fn layout_of(&self, header: &[String]) -> LayoutMatch {
        match find(header, self.layouts()) {
            Ok(layout) => LayoutMatch::Known(Arc::clone(layout)),
            Err(Refusal::LayoutUnknown { nearest: Some(nearest), .. }) => {
                LayoutMatch::Near(*nearest)
            }
            Err(_) => LayoutMatch::Strange,
        }
    }

    /// Identifies a file and the pack that judges it. `first_cells` returns the cells of the first intact records in a column, by its name
    /// in the header; it is called only for partition keys that the file's name does not give. Fails with the reason if no pack judges the
    /// file.
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

    /// Returns the dataset that declares a layout found by [`Self::identify`].
    pub fn dataset_of(&self, layout: &Arc<Layout>) -> Option<&Arc<Dataset>> {
        self.entry_of(layout).map(|entry| &entry.dataset)
    }

    fn entry_of(&self, layout: &Arc<Layout>) -> Option<&Entry> {
        let declares =
            |entry: &&Entry| entry.dataset.layouts().any(|known| Arc::ptr_eq(known, layout));
        self.entries.iter().find(declares)
    }
}

fn read_packs(
    folder: &Path,
    dataset: &Arc<Dataset>,
    reader: &mut Reader,
    report: &Report,
) -> Result<Vec<Arc<Pack>>, PackError> {
    let mut packs: Vec<Arc<Pack>> = Vec::new();
    for path in pack_files(folder)? {
        let merged =
            reader.merged(&path, report).map_err(|source| PackError::Read { path, source })?;
        let Some(merged) = merged.filter(|merged| merged.base.is_none()) else { continue };
        let Some(pack) = read_pack(&merged, Some(dataset), report) else { continue };
        packs.push(Arc::new(pack));
    }
    check_packs(&packs, report);
    Ok(packs)
}
