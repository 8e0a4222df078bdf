//! The commit: one small write that makes a run the one that readers see.
//!
//! A partition's manifest is read before the run starts, and written at its end only if it is still what was read: created if there was none,
//! swapped otherwise. Of two runs that race for a partition one is published, and the other is told by whom it was beaten.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::SinkError;
use crate::documents::{self, Manifest, SchemaVersion, VERSION};
use crate::paths::Partition;
use assay_store::{Key, Store, StoreError, Version};

/// A partition's manifest as it was when the run began, and the means to replace it.
#[derive(Debug)]
pub struct Publication<'a> {
    store: &'a dyn Store,
    key: Key,
    current: Option<(Manifest, Version)>,
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Key of the manifest.
    pub key: Key,
    /// The run that was published before, if any.
    pub replaced: Option<String>,
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

    /// Whether this very run is what is published, so that nothing is left to do.
    pub fn already(&self, run_id: &str) -> bool {
        self.current().is_some_and(|manifest| manifest.assay.run_id == run_id)
    }

    /// Publishes `manifest`. Sets its `replaces`. Everything it names must have been written before.
    pub fn commit(self, mut manifest: Manifest) -> Result<Committed, SinkError> {
        let replaced = self.current().map(|current| current.assay.run_id.clone());
        manifest.assay.replaces.clone_from(&replaced);
        let bytes = documents::indented(&manifest).map_err(|source| self.fault(source))?;
        let written = match &self.current {
            None => self.store.create(&self.key, &bytes),
            Some((_, version)) => self.store.replace(&self.key, &bytes, version),
        };
        let Err(error) = written else {
            return Ok(Committed { key: self.key, replaced });
        };
        // The write may have been done and only its reply lost, or the store may have repeated it by itself and found
        // its own first try in the way. What is there now decides.
        let now = match read(self.store, &self.key) {
            Ok(now) => now.map(|(manifest, _)| manifest.assay.run_id),
            // The store is gone altogether; the first error says more.
            Err(_) => return Err(error.into()),
        };
        let own = manifest.assay.run_id;
        if now.as_ref() == Some(&own) {
            return Ok(Committed { key: self.key, replaced });
        }
        match error {
            StoreError::Exists { key } | StoreError::Changed { key, .. } => {
                let other = now.unwrap_or_else(|| "unknown".to_owned());
                Err(SinkError::LostRace { key, own, other })
            }
            other => Err(other.into()),
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

/// Writes an attempt's audit record, whatever the caller's document is: one object on one line, created once.
pub fn write_audit(store: &dyn Store, key: &Key, record: &impl Serialize) -> Result<(), SinkError> {
    let bytes = documents::one_line(record).map_err(|source| SinkError::Document {
        key: key.clone(),
        expected: "an audit record",
        source,
    })?;
    // An attempt has a name that nobody else has, so that its record can only be there if it wrote it itself.
    store.ensure(key, &bytes)?;
    Ok(())
}

/// Reads an audit record back.
pub fn read_audit<T: DeserializeOwned>(store: &dyn Store, key: &Key) -> Result<T, SinkError> {
    let fault =
        |source| SinkError::Document { key: key.clone(), expected: "an audit record", source };
    match store.get(key)? {
        Some(object) => serde_json::from_slice(&object.bytes).map_err(fault),
        None => Err(fault(serde::de::Error::custom("found no such object"))),
    }
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
