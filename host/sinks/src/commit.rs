//! The commit: one small write that makes a run the one that readers see.
//!
//! A partition's manifest is read before the run starts, and written at its end only if it is still what was read: created if there was none,
//! swapped otherwise. Of two runs that race for a partition one is published, and the other is told by whom it was beaten.

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

/// What a run finds published for its partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or another run.
    Other,
    /// This run, whole: nothing is left to do.
    Published,
    /// This run, and some of its files are not what they were: they have to be written anew.
    Damaged(Vec<Damage>),
}

/// What a commit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// The attempt is published.
    Now {
        /// What cannot be said for certain: whether the manifest outlasts a power cut.
        unconfirmed: Option<String>,
    },
    /// Another attempt at the same run was faster: the run is published, and not by this attempt.
    ByTwin,
}

impl<'a> Publication<'a> {
    /// Reads what is published for `partition`.
    pub fn begin(store: &'a dyn Store, partition: &Partition) -> Result<Self, SinkError> {
        let key = partition.manifest()?;
        let current = read(store, &key)?;
        Ok(Self { store, key, current })
    }

    /// What is published, if anything is.
    pub fn current(&self) -> Option<&Manifest> {
        self.current.as_ref().map(|(manifest, _)| manifest)
    }

    /// How this run stands to what is published. What is published is looked at, and not taken for granted.
    pub fn standing(&self, run_id: &str) -> Result<Standing, SinkError> {
        match self.current() {
            Some(current) if current.assay.run_id == run_id => {
                let found = damaged(self.store, current.assay.files())?;
                Ok(if found.is_empty() { Standing::Published } else { Standing::Damaged(found) })
            }
            _ => Ok(Standing::Other),
        }
    }

    /// Publishes `manifest`, once all that it names was found to be there. Sets its `replaces` and `mends`.
    ///
    /// On [`SinkError::LostRace`] and on an error before the manifest was sent nothing names the attempt's files, and nothing ever will; on
    /// [`SinkError::Undecided`] something may.
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
        // The write may have been done and only its reply lost, or the store may have repeated it by itself and found
        // its own first try in the way. What is there now decides.
        let (own, attempt) = (manifest.assay.run_id, manifest.assay.attempt);
        let now = match read(self.store, &self.key) {
            Ok(now) => now.map(|(manifest, _)| manifest.assay),
            // The store is gone altogether; the first error says more.
            Err(_) => {
                return Err(SinkError::Undecided { key: self.key, other: None, source: error });
            }
        };
        match (now, error) {
            (Some(now), error) if now.run_id == own && now.attempt == attempt => {
                let unconfirmed = matches!(error, StoreError::Unconfirmed { .. });
                Ok(Committed::Now { unconfirmed: unconfirmed.then(|| error.to_string()) })
            }
            // The condition was not met, so that this write was not carried out and never will be.
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

/// The manifest under `key` with its version, if there is one.
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

/// A report, whatever the caller's document is: one object on one line.
pub fn report_bytes(record: &impl Serialize, key: &Key) -> Result<Vec<u8>, SinkError> {
    documents::one_line(record).map_err(|source| SinkError::Document {
        key: key.clone(),
        expected: "an audit record",
        source,
    })
}

/// Writes an attempt's audit record: created once.
pub fn write_audit(store: &dyn Store, key: &Key, record: &impl Serialize) -> Result<(), SinkError> {
    // An attempt has a name that nobody else has, so that its record can only be there if it wrote it itself.
    store.ensure(key, &report_bytes(record, key)?)?;
    Ok(())
}

/// Reads an audit record or a report back, if it is there.
pub fn read_report<T: DeserializeOwned>(
    store: &dyn Store,
    key: &Key,
) -> Result<Option<T>, SinkError> {
    let fault =
        |source| SinkError::Document { key: key.clone(), expected: "an audit record", source };
    let Some(object) = store.get(key)? else { return Ok(None) };
    serde_json::from_slice(&object.bytes).map_err(fault).map(Some)
}

/// Writes that a layout was seen: one object on one line. An earlier attempt at the same run may have said so already.
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
