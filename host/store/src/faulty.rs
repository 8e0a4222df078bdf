//! A store that fails on demand, so that callers can be shown to survive it.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::StoreError;
use crate::{Key, Object, Store, Upload, Version};

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// One operation fails, those after it succeed.
    Once(io::ErrorKind),
    /// One operation fails and so does everything after it: a full disk, or a killed process.
    Lasting(io::ErrorKind),
    /// The operation is carried out, but its caller is told that it failed, and so is everyone after it: a reply
    /// lost on the network, or a process killed right after a rename.
    LostReply(io::ErrorKind),
}

/// Wraps a store and makes the `at`-th operation fail, counting from 0. Each method call is an operation, and so
/// is each chunk written to an upload, and its end. Run something once with `at` out of reach to learn how many
/// operations it takes ([`FaultyStore::operations`]), then once for each of them.
#[derive(Debug)]
pub struct FaultyStore<S> {
    inner: S,
    plan: Arc<Plan>,
}

#[derive(Debug)]
struct Plan {
    at: u64,
    fault: Fault,
    done: AtomicU64,
}

impl Plan {
    fn run<T>(
        &self,
        place: &str,
        operation: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let number = self.done.fetch_add(1, Ordering::Relaxed);
        let (kind, fails) = match self.fault {
            Fault::Once(kind) => (kind, number == self.at),
            Fault::Lasting(kind) | Fault::LostReply(kind) => (kind, number >= self.at),
        };
        if !fails {
            return operation();
        }
        if matches!(self.fault, Fault::LostReply(_)) && number == self.at {
            operation()?;
        }
        Err(StoreError::io("reach", place, kind.into()))
    }
}

impl<S: Store> FaultyStore<S> {
    /// `inner`, with the operation number `at` failing as `fault` says.
    pub fn new(inner: S, at: u64, fault: Fault) -> Self {
        Self { inner, plan: Arc::new(Plan { at, fault, done: AtomicU64::new(0) }) }
    }

    /// How many operations were asked for so far.
    pub fn operations(&self) -> u64 {
        self.plan.done.load(Ordering::Relaxed)
    }
}

struct FaultyUpload {
    inner: Box<dyn Upload>,
    plan: Arc<Plan>,
    key: Key,
}

impl Write for FaultyUpload {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let inner = &mut self.inner;
        let written = self.plan.run(self.key.as_str(), || {
            inner.write(buf).map_err(|source| StoreError::io("write", "upload", source))
        });
        written.map_err(|error| match error {
            StoreError::Full { source, .. } | StoreError::Io { source, .. } => source,
            other => io::Error::other(other),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Upload for FaultyUpload {
    fn finish(self: Box<Self>) -> Result<(), StoreError> {
        let Self { inner, plan, key } = *self;
        plan.run(key.as_str(), || inner.finish())
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        let inner = self.plan.run(key.as_str(), || self.inner.upload(key))?;
        Ok(Box::new(FaultyUpload { inner, plan: Arc::clone(&self.plan), key: key.clone() }))
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        self.plan.run(key.as_str(), || self.inner.get(key))
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        self.plan.run(key.as_str(), || self.inner.create(key, bytes))
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        self.plan.run(key.as_str(), || self.inner.replace(key, bytes, expected))
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.plan.run(key.as_str(), || self.inner.delete(key))
    }

    fn list(&self, folder: &Key) -> Result<Vec<Key>, StoreError> {
        self.plan.run(folder.as_str(), || self.inner.list(folder))
    }

    fn sweep(&self, folder: &Key) -> Result<usize, StoreError> {
        self.plan.run(folder.as_str(), || self.inner.sweep(folder))
    }

    fn url(&self, key: &Key) -> String {
        self.inner.url(key)
    }
}
