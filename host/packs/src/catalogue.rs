//! Every dataset and pack under a rules folder.

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

/// Every dataset and pack under a rules folder, checked against one another.
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
        Ok(report.conclude(Some(Self { root: root.to_owned(), entries, broken: Vec::new() }))?)
    }

    /// The same as far as it can be used: what has a mistake is left out and kept in [`Self::broken`].
    pub fn open_sound(root: &Path) -> Result<Self, PackError> {
        // Nearly always nothing is broken, and then all files are read once.
        if let Ok(whole) = Self::open(root) {
            return Ok(whole);
        }
        let (sound, broken) = read_apart(root)?;
        let entries = sound.into_iter().map(|(dataset, packs)| Entry { dataset, packs }).collect();
        Ok(Self { root: root.to_owned(), entries, broken })
    }

    /// Rules that were left out because they have mistakes.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Fails with what is wrong with rules that may be meant for a file of which [`Self::identify`] said `found`, if any are.
    pub fn check_meant(self, found: &Result<Identified, Refusal>) -> Result<(), PackError> {
        match self.broken.into_iter().find(|broken| broken.may_be_for(found)) {
            Some(broken) => Err(broken.into_error()),
            None => Ok(()),
        }
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
