//! Tracks the files that an attempt writes, so that it can delete them again.

use std::sync::{Mutex, PoisonError};

use assay_store::{Key, Store, StoreError, Upload};

use crate::SinkError;
use crate::paths::{AttemptFolders, Rejected};

/// The files of one attempt at a run. Nothing else in a run deletes files, and this deletes only files that the attempt itself began, under
/// keys that contain the attempt's name. An attempt therefore cannot delete what another has published, whatever they have in common;
/// neither locks nor renames are needed.
#[derive(Debug)]
pub struct OwnFiles<'a> {
    store: &'a dyn Store,
    folders: AttemptFolders,
    /// Keys of the files begun, in order.
    begun: Mutex<Vec<Key>>,
}

impl<'a> OwnFiles<'a> {
    /// Starts with no files.
    pub fn new(store: &'a dyn Store, folders: AttemptFolders) -> Self {
        Self { store, folders, begun: Mutex::default() }
    }

    /// Returns the maximum memory that the store uses for data not yet written, in bytes.
    pub fn memory(&self) -> usize {
        self.store.memory()
    }

    /// Returns the folders of the attempt.
    pub fn folders(&self) -> &AttemptFolders {
        &self.folders
    }

    /// Begins a part file; `number` counts from 0.
    pub fn part(&self, number: usize) -> Result<(Key, Box<dyn Upload>), SinkError> {
        self.begin(self.folders.part(number)?)
    }

    /// Begins a file of the given rejected kind; `number` counts from 0.
    pub fn rejected(
        &self,
        what: Rejected,
        number: usize,
    ) -> Result<(Key, Box<dyn Upload>), SinkError> {
        self.begin(self.folders.rejected_file(what, number)?)
    }

    /// Writes the run's report and returns its key.
    pub fn report(&self, bytes: &[u8]) -> Result<Key, SinkError> {
        let key = self.folders.report()?;
        self.note(&key);
        self.store.ensure(&key, bytes)?;
        Ok(key)
    }

    fn begin(&self, key: Key) -> Result<(Key, Box<dyn Upload>), SinkError> {
        self.note(&key);
        let upload = self.store.upload(&key)?;
        Ok((key, upload))
    }

    fn note(&self, key: &Key) {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).push(key.clone());
    }

    /// Deletes everything that would have been published. The quarantine stays, because it contains the reasons.
    pub fn withdraw_validated(&self) -> Result<(), StoreError> {
        self.withdraw(&[self.folders.validated()])
    }

    /// Deletes all files of the attempt.
    pub fn withdraw_all(&self) -> Result<(), StoreError> {
        self.withdraw(&[self.folders.validated(), self.folders.rejected()])
    }

    /// Tries to delete every file and returns the first failure. If the store has folders, empty ones are removed as well.
    fn withdraw(&self, folders: &[&Key]) -> Result<(), StoreError> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let mut outcome = Ok(());
        begun.retain(|key| {
            if !folders.iter().any(|folder| key.is_below(folder)) {
                return true;
            }
            let deleted = self.store.delete(key);
            let kept = deleted.is_err();
            outcome = std::mem::replace(&mut outcome, Ok(())).and(deleted);
            kept
        });
        if let Some(cleaning) = self.store.cleaning() {
            for folder in folders {
                outcome = outcome.and(cleaning.prune(folder));
            }
        }
        outcome
    }
}
