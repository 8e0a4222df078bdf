//! Finds attempts in a store by the keys of their files.

use std::collections::BTreeMap;

use assay_sinks::SinkError;
use assay_sinks::documents::Manifest;
use assay_store::{Cleaning, Key, Listed, Store};
use serde_json::Value;

use super::terms::State;

/// The files of one attempt at a run.
pub(super) struct Attempt {
    /// `dataset=…/kind=…/…`
    pub(super) partition: String,
    pub(super) run: String,
    pub(super) name: String,
    pub(super) files: Vec<Listed>,
}

/// Groups listed files by attempt, ordered by partition and time; returns the files that belong to none separately.
pub(super) fn attempts(listed: Vec<Listed>) -> (Vec<Attempt>, Vec<Key>) {
    let mut found: BTreeMap<(String, String, String), Vec<Listed>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for file in listed {
        match owner(&file.key) {
            Owner::Attempt { partition, run, attempt } => {
                found.entry((partition, attempt, run)).or_default().push(file);
            }
            Owner::Commit => {}
            Owner::Unknown => unknown.push(file.key),
        }
    }
    let attempts = found.into_iter().map(|((partition, attempt, run), files)| Attempt {
        partition,
        run,
        name: attempt,
        files,
    });
    (attempts.collect(), unknown)
}

enum Owner {
    Attempt {
        partition: String,
        run: String,
        attempt: String,
    },
    /// A manifest, or a file next to it.
    Commit,
    Unknown,
}

fn owner(key: &Key) -> Owner {
    let segments: Vec<_> = key.segments().collect();
    let ["staging", "validated" | "rejected", below @ .., _file] = &segments[..] else {
        return Owner::Unknown;
    };
    match below {
        [.., "_commit"] => Owner::Commit,
        [partition @ .., run, attempt] => {
            let (run, attempt) = (run.strip_prefix("run="), attempt.strip_prefix("attempt="));
            match (run, attempt) {
                (Some(run), Some(attempt)) => Owner::Attempt {
                    partition: partition.join("/"),
                    run: run.to_owned(),
                    attempt: attempt.to_owned(),
                },
                _ => Owner::Unknown,
            }
        }
        _ => Owner::Unknown,
    }
}

impl Attempt {
    /// Whether the partition's manifest names it.
    pub(super) fn is_published(&self, store: &dyn Store) -> Result<bool, SinkError> {
        let key = Key::new(format!("staging/validated/{}/_commit/manifest.json", self.partition))?;
        let Some(object) = store.get(&key)? else { return Ok(false) };
        let manifest: Manifest = serde_json::from_slice(&object.bytes)
            .map_err(|source| SinkError::Document { key, expected: "a manifest", source })?;
        let named = manifest.assay.files().any(|file| {
            let own = |own: &Listed| own.key.as_str() == file.key;
            self.files.iter().any(own)
        });
        Ok(named || manifest.assay.attempt == self.name)
    }

    /// Derives its state from the manifest and the audit record.
    pub(super) fn state(&self, store: &dyn Store) -> Result<State, SinkError> {
        if self.is_published(store)? {
            return Ok(State::Published);
        }
        let (partition, attempt) = (&self.partition, &self.name);
        let audit = Key::new(format!("metadata/ingestion_audit/{partition}/{attempt}.json"))?;
        let outcome = store.get(&audit)?.and_then(|object| {
            let audit: Value = serde_json::from_slice(&object.bytes).ok()?;
            Some(audit["outcome"].as_str()?.to_owned())
        });
        Ok(match outcome.as_deref() {
            Some("refused") => State::Refused,
            Some(outcome) if outcome.starts_with("accepted") => State::Replaced,
            _ => State::Unfinished,
        })
    }

    pub(super) fn delete(
        &self,
        store: &dyn Store,
        cleaning: &dyn Cleaning,
    ) -> Result<(), SinkError> {
        for file in &self.files {
            store.delete(&file.key)?;
        }
        for side in ["validated", "rejected"] {
            let Self { partition, run, name: attempt, .. } = self;
            let folder = format!("staging/{side}/{partition}/run={run}/attempt={attempt}");
            cleaning.prune(&Key::new(folder)?)?;
        }
        Ok(())
    }
}
