//! What an attempt writes, and may take back.

use std::sync::{Mutex, PoisonError};

use assay_store::{Key, Store, StoreError, Upload};

use crate::SinkError;
use crate::paths::{AttemptFolders, Rejected};

/// The files of one attempt at a run. It is the only thing in a run that deletes, and it deletes nothing but what it began itself, under
/// keys that hold the attempt's name. So an attempt cannot take away what another has published, whatever they have in common, and
/// neither locks nor renames are needed for that.
#[derive(Debug)]
pub struct OwnFiles<'a> {
    store: &'a dyn Store,
    folders: AttemptFolders,
    /// What was begun, in order.
    begun: Mutex<Vec<Key>>,
}

impl<'a> OwnFiles<'a> {
    /// Nothing was written yet.
    pub fn new(store: &'a dyn Store, folders: AttemptFolders) -> Self {
        Self { store, folders, begun: Mutex::default() }
    }

    /// Bytes of memory that the store takes at most for what it has not written yet.
    pub fn memory(&self) -> usize {
        self.store.memory()
    }

    /// Where they lie.
    pub fn folders(&self) -> &AttemptFolders {
        &self.folders
    }

    /// Begins a part file; `number` counts from 0.
    pub fn part(&self, number: usize) -> Result<(Key, Box<dyn Upload>), SinkError> {
        self.begin(self.folders.part(number)?)
    }

    /// Begins a file of what is not published; `number` counts from 0.
    pub fn rejected(
        &self,
        what: Rejected,
        number: usize,
    ) -> Result<(Key, Box<dyn Upload>), SinkError> {
        self.begin(self.folders.rejected_file(what, number)?)
    }

    /// Writes the run's report.
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

    /// Takes back all that would have been published. The quarantine stays: it says why.
    pub fn withdraw_validated(&self) -> Result<(), StoreError> {
        self.withdraw(&[self.folders.validated()])
    }

    /// Takes back everything.
    pub fn withdraw_all(&self) -> Result<(), StoreError> {
        self.withdraw(&[self.folders.validated(), self.folders.rejected()])
    }

    /// All are tried; the first failure is told. A folder goes with what lay in it, where a store has folders.
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
