//! Rules with mistakes: they stop the files for which they may be meant, and no others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::certain::Certain;
use crate::dataset::{self, Dataset, read_dataset};
use crate::diagnostic::Report;
use crate::error::PackError;
use crate::identify::Identified;
use crate::merge::Reader;
use crate::overlap::{check_apart, check_packs};
use crate::pack::{Pack, read_pack};
use crate::refusal::Refusal;
use crate::rules_folder::{folders, pack_files};
use crate::source::Place;

/// A pack or a dataset that cannot be used.
#[derive(Debug)]
pub struct Broken {
    path: PathBuf,
    scope: Scope,
    error: PackError,
}

/// The files for which they may be meant.
#[derive(Debug)]
enum Scope {
    /// A dataset: any file whose header belongs to no other dataset.
    Dataset,
    /// A pack of this dataset.
    Pack { dataset: String, certain: Certain },
}

impl Broken {
    /// The file that declares the pack or dataset.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the reason.
    pub fn into_error(self) -> PackError {
        self.error
    }

    /// Whether it may be meant for a file for which the sound rules found `found`.
    pub(crate) fn may_be_for(&self, found: &Result<Identified, Refusal>) -> bool {
        match (&self.scope, found) {
            (Scope::Dataset, found) => matches!(found, Err(Refusal::LayoutUnknown { .. })),
            (Scope::Pack { dataset, certain }, Ok(found)) => {
                *dataset == found.dataset
                    && certain.may_take(&found.layout, &found.partition)
                    && !certain.says_less_than(found.pack.pins().len())
            }
            (Scope::Pack { certain, .. }, Err(refusal)) => match refusal {
                Refusal::LayoutNotTaken { layout, partition, .. }
                | Refusal::PartitionNotTaken { layout, partition, .. } => {
                    certain.may_take(layout, partition)
                }
                // No pack can help these files.
                Refusal::LayoutUnknown { .. }
                | Refusal::KindDiffers { .. }
                | Refusal::PartitionNotFound { .. } => false,
            },
        }
    }
}

/// A dataset with its packs.
type Sound = (Arc<Dataset>, Vec<Arc<Pack>>);

/// Reads each dataset and pack of a rules folder by itself, and returns those without mistakes and the others separately.
pub(crate) fn read_apart(root: &Path) -> Result<(Vec<Sound>, Vec<Broken>), PackError> {
    let mut broken = Vec::new();
    let mut datasets: Vec<(PathBuf, Arc<Dataset>, Place)> = Vec::new();
    for folder in folders(root)? {
        let path = folder.join(dataset::FILE);
        if !path.is_file() {
            continue;
        }
        match dataset_alone(&path) {
            Ok((dataset, place)) => datasets.push((folder, dataset, place)),
            Err(error) => broken.push(Broken { path, scope: Scope::Dataset, error }),
        }
    }
    let mut sound = Vec::new();
    for (at, (folder, dataset, place)) in datasets.iter().enumerate() {
        let report = Report::default();
        for (_, (_, other, _)) in datasets.iter().enumerate().filter(|(other, _)| *other != at) {
            check_apart(other, dataset, place, &report);
        }
        // It is impossible to say which of the two is meant, so neither is used.
        match report.conclude(Some(())) {
            Ok(()) => sound.push((Arc::clone(dataset), packs_alone(folder, dataset, &mut broken)?)),
            Err(mistakes) => {
                let path = dataset.path().to_owned();
                broken.push(Broken { path, scope: Scope::Dataset, error: mistakes.into() });
            }
        }
    }
    Ok((sound, broken))
}

fn dataset_alone(path: &Path) -> Result<(Arc<Dataset>, Place), PackError> {
    let report = Report::default();
    let file = Reader::default()
        .file(path, &report)
        .map_err(|source| PackError::Read { path: path.to_owned(), source })?;
    let read = file.and_then(|(source, table)| {
        let dataset = read_dataset(&source, &table, &report)?;
        Some((Arc::new(dataset), Place::start_of(&source)))
    });
    Ok(report.conclude(read)?)
}

fn packs_alone(
    folder: &Path,
    dataset: &Arc<Dataset>,
    broken: &mut Vec<Broken>,
) -> Result<Vec<Arc<Pack>>, PackError> {
    let mut packs: Vec<Arc<Pack>> = Vec::new();
    for path in pack_files(folder)? {
        let read = match pack_alone(&path, dataset) {
            Ok(None) => continue,
            Ok(Some(pack)) => beside(&mut packs, pack),
            Err(error) => Err(error),
        };
        let Err(error) = read else { continue };
        let certain = Certain::of(&path, dataset);
        // A file that is only extended stops the files of the packs that extend it.
        if !certain.is_base {
            let scope = Scope::Pack { dataset: dataset.name().to_owned(), certain };
            broken.push(Broken { path, scope, error });
        }
    }
    Ok(packs)
}

/// Reads a pack; `None` if the file exists only to be extended.
fn pack_alone(path: &Path, dataset: &Arc<Dataset>) -> Result<Option<Arc<Pack>>, PackError> {
    let report = Report::default();
    let merged = Reader::default()
        .merged(path, &report)
        .map_err(|source| PackError::Read { path: path.to_owned(), source })?;
    let read = match merged {
        Some(merged) if merged.base.is_some() => Some(None),
        Some(merged) => read_pack(&merged, Some(dataset), &report).map(Arc::new).map(Some),
        None => None,
    };
    Ok(report.conclude(read)?)
}

/// Adds a pack if it is compatible with the others.
fn beside(packs: &mut Vec<Arc<Pack>>, pack: Arc<Pack>) -> Result<(), PackError> {
    packs.push(pack);
    let report = Report::default();
    check_packs(packs, &report);
    report.conclude(Some(())).inspect_err(|_| drop(packs.pop()))?;
    Ok(())
}
