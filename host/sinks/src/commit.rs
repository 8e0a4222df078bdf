//! The commit: one small write that makes a run visible to readers.
//!
//! A partition's manifest is read before the run starts and is written at its end only if it has not changed since: created if there was
//! none, swapped otherwise. Of two runs that race for a partition, one is published and the other learns which run won.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::SinkError;
use crate::damage::Damage;
use crate::documents::{self, Manifest, SchemaVersion, VERSION};
use crate::paths::Partition;
use crate::verify::damaged;
use assay_store::{Key, Store, StoreError, Version};

/// A partition's manifest as it was when the run began, and the means to replace it.
#[derive(Debug)]
pub struct Publication<'a> {
    store: &'a dyn Store,
    key: Key,
    current: Option<(Manifest, Version)>,
}

/// How a run relates to what is published for its partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or another run.
    Other,
    /// This run, undamaged: nothing is left to do.
    Published,
    /// This run, but these of its files are missing or changed and must be written again.
    Damaged(Vec<Damage>),
}

/// Result of a commit that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// The attempt is published.
    Now {
        /// If set, why it is uncertain that the manifest will survive a power failure.
        unconfirmed: Option<String>,
    },
    /// Another attempt at the same run was faster: the run is published, but not by this attempt.
    ByTwin,
}

impl<'a> Publication<'a> {
    /// Reads the manifest of `partition`. Fails if the store fails or the manifest cannot be parsed.
    pub fn begin(store: &'a dyn Store, partition: &Partition) -> Result<Self, SinkError> {
        let key = partition.manifest()?;
        let current = read(store, &key)?;
        Ok(Self { store, key, current })
    }

    /// Returns the published manifest, if there is one.
    pub fn current(&self) -> Option<&Manifest> {
        self.current.as_ref().map(|(manifest, _)| manifest)
    }

    /// Returns how this run relates to what is published. The published files are verified, not taken for granted. Fails if the store
    /// fails.
    pub fn standing(&self, run_id: &str) -> Result<Standing, SinkError> {
        match self.current() {
            Some(current) if current.assay.run_id == run_id => {
                let found = damaged(self.store, current.assay.files())?;
                Ok(if found.is_empty() { Standing::Published } else { Standing::Damaged(found) })
            }
            _ => Ok(Standing::Other),
        }
    }

    /// Publishes `manifest` after verifying that all the files it names are present. Sets its `replaces` and `mends`.
    ///
    /// After [`SinkError::LostRace`], and after an error before the manifest was sent, nothing names the attempt's files, and nothing ever
    /// will. After [`SinkError::Undecided`] something may.
    pub fn commit(self, mut manifest: Manifest) -> Result<Committed, SinkError> {
        if let Some(damage) = damaged(self.store, manifest.assay.files())?.into_iter().next() {
            return Err(SinkError::Vanished { damage });
        }
        self.tell_what_goes(&mut manifest);
        let bytes = documents::indented(&manifest).map_err(|source| self.fault(source))?;
        let written = match &self.current {
            None => self.store.create(&self.key, &bytes),
            Some((_, version)) => self.store.replace(&self.key, &bytes, version),
        };
        let Err(error) = written else { return Ok(Committed::Now { unconfirmed: None }) };
        // The write may have succeeded with only its reply lost, or the store may have repeated it and met the result of its own first try.
        // The manifest that is there now decides.
        let (own, attempt) = (manifest.assay.run_id, manifest.assay.attempt);
        let now = match read(self.store, &self.key) {
            Ok(now) => now.map(|(manifest, _)| manifest.assay),
            // The store is not reachable at all; the first error says more.
            Err(_) => {
                return Err(SinkError::Undecided { key: self.key, other: None, source: error });
            }
        };
        match (now, error) {
            (Some(now), error) if now.run_id == own && now.attempt == attempt => {
                let unconfirmed = matches!(error, StoreError::Unconfirmed { .. });
                Ok(Committed::Now { unconfirmed: unconfirmed.then(|| error.to_string()) })
            }
            // The condition was not met, so this write was not carried out and never will be.
            (Some(now), StoreError::Exists { .. } | StoreError::Changed { .. })
                if now.run_id == own =>
            {
                Ok(Committed::ByTwin)
            }
            (now, StoreError::Exists { key } | StoreError::Changed { key, .. }) => {
                Err(SinkError::LostRace { key, own, other: now.map(|now| now.run_id) })
            }
            (now, source) => {
                let before = self.current.as_ref().map(|(manifest, _)| &manifest.assay.run_id);
                let other = now.map(|now| now.run_id);
                let other = other.filter(|run| *run != own && Some(run) != before);
                Err(SinkError::Undecided { key: self.key, other, source })
            }
        }
    }

    fn tell_what_goes(&self, manifest: &mut Manifest) {
        let Some(current) = self.current() else { return };
        let (new, old) = (&mut manifest.assay, &current.assay);
        if new.run_id == old.run_id {
            new.replaces.clone_from(&old.replaces);
            new.mends = Some(old.attempt.clone());
        } else {
            new.replaces = Some(old.run_id.clone());
        }
    }

    fn fault(&self, source: serde_json::Error) -> SinkError {
        SinkError::Document { key: self.key.clone(), expected: "a manifest", source }
    }
}

/// Returns the manifest under `key` with its version, if there is one.
fn read(store: &dyn Store, key: &Key) -> Result<Option<(Manifest, Version)>, SinkError> {
    let Some(object) = store.get(key)? else { return Ok(None) };
    let fault = |source| SinkError::Document { key: key.clone(), expected: "a manifest", source };
    let manifest: Manifest = serde_json::from_slice(&object.bytes).map_err(fault)?;
    if manifest.assay.version > VERSION {
        let found = manifest.assay.version;
        let problem =
            format!("found version {found}, expected {VERSION} or older; use a newer host");
        return Err(fault(serde::de::Error::custom(problem)));
    }
    Ok(Some((manifest, object.version)))
}

/// Serialises a report, whatever type the caller uses: one object on one line. `key` is used for errors.
pub fn report_bytes(record: &impl Serialize, key: &Key) -> Result<Vec<u8>, SinkError> {
    documents::one_line(record).map_err(|source| SinkError::Document {
        key: key.clone(),
        expected: "an audit record",
        source,
    })
}

/// Writes an attempt's audit record. It is created once and never changed.
pub fn write_audit(store: &dyn Store, key: &Key, record: &impl Serialize) -> Result<(), SinkError> {
    // The attempt's name is unique, so an existing record can only be its own.
    store.ensure(key, &report_bytes(record, key)?)?;
    Ok(())
}

/// Reads an audit record or a report, if it exists. Fails if the store fails or the document cannot be parsed.
pub fn read_report<T: DeserializeOwned>(
    store: &dyn Store,
    key: &Key,
) -> Result<Option<T>, SinkError> {
    let fault =
        |source| SinkError::Document { key: key.clone(), expected: "an audit record", source };
    let Some(object) = store.get(key)? else { return Ok(None) };
    serde_json::from_slice(&object.bytes).map_err(fault).map(Some)
}

/// Records that a layout was seen: one object on one line. An earlier attempt at the same run may have recorded it already.
pub fn write_schema_version(
    store: &dyn Store,
    key: &Key,
    record: &SchemaVersion,
) -> Result<(), SinkError> {
    let bytes = documents::one_line(record).map_err(|source| SinkError::Document {
        key: key.clone(),
        expected: "a schema version",
        source,
    })?;
    match store.create(key, &bytes) {
        Ok(_) | Err(StoreError::Exists { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
