//! Tracks versions of one thing, such as the publications of a year, and which is the newest.

use std::cmp::Ordering;

use assay_store::{Key, Store, StoreError, Version};

use crate::SinkError;
use crate::documents::{self, Newest, VERSION};
use crate::paths::Partition;

/// The document that names the newest version, and this run's own version.
#[derive(Debug)]
pub struct Versions<'a> {
    store: &'a dyn Store,
    key: Key,
    own: Newest,
}

impl<'a> Versions<'a> {
    /// Returns `None` if the partition has no versions because its dataset does not order them.
    pub fn of(
        store: &'a dyn Store,
        partition: &Partition,
        by: Option<&str>,
    ) -> Result<Option<Self>, SinkError> {
        let Some(by) = by else { return Ok(None) };
        let Some((_, value)) = partition.keys.last().filter(|(key, _)| key == by) else {
            return Ok(None);
        };
        let Some(key) = partition.newest().transpose()? else { return Ok(None) };
        let own = Newest {
            version: VERSION,
            by: by.to_owned(),
            value: value.clone(),
            manifest: partition.manifest()?.to_string(),
        };
        Ok(Some(Self { store, key, own }))
    }

    /// Returns the version that is newer than the run's own and already published, if any.
    pub fn newer(&self) -> Result<Option<String>, SinkError> {
        let now = self.read()?.map(|(newest, _)| newest.value);
        Ok(now.filter(|value| order(value, &self.own.value) == Ordering::Greater))
    }

    /// Makes the run's own version the newest, unless a newer one is. The newest version never goes back, however many runs do this
    /// concurrently.
    pub fn advance(&self) -> Result<(), SinkError> {
        let bytes = documents::indented(&self.own).map_err(|source| self.fault(source))?;
        loop {
            let written = match self.read()? {
                Some((now, _)) if order(&now.value, &self.own.value) != Ordering::Less => {
                    return Ok(());
                }
                Some((_, version)) => self.store.replace(&self.key, &bytes, &version),
                None => self.store.create(&self.key, &bytes),
            };
            match written {
                Ok(_) => return Ok(()),
                // Another writer was faster, or this write succeeded and its reply was lost: read again.
                Err(StoreError::Exists { .. } | StoreError::Changed { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn read(&self) -> Result<Option<(Newest, Version)>, SinkError> {
        let Some(object) = self.store.get(&self.key)? else { return Ok(None) };
        let newest = serde_json::from_slice(&object.bytes).map_err(|source| self.fault(source))?;
        Ok(Some((newest, object.version)))
    }

    fn fault(&self, source: serde_json::Error) -> SinkError {
        SinkError::Document {
            key: self.key.clone(),
            expected: "the newest of several versions",
            source,
        }
    }
}

/// Compares numbers by value and everything else by bytes, which is chronological for dates in the form that partitions use.
fn order(left: &str, right: &str) -> Ordering {
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        _ => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_the_order_of_time_or_of_numbers() {
        let check = |older: &str, newer: &str| {
            assert_eq!(order(older, newer), Ordering::Less);
            assert_eq!(order(newer, older), Ordering::Greater);
            assert_eq!(order(newer, newer), Ordering::Equal);
        };
        check("2024-01-30", "2024-06-28");
        check("2023-12-31", "2024-01-01");
        check("9", "10");
        check("a", "b");
        check("10", "v2");
    }
}
