//! A store that fails on demand, to test that callers survive it.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{
    Cleaning, Expected, Finished, Found, Key, Listed, Object, Store, StoreError, Upload, Version,
};

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
    /// The operation is carried out twice, and its caller is told how the second went: a client that lost the first reply
    /// and tried again by itself. A create-only write then finds its own object in the way.
    Repeated,
    /// The operation is carried out, but its caller is told that the disk did not confirm it.
    Unconfirmed,
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

/// What happens to one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Succeeds,
    Fails(io::ErrorKind),
    LosesReply(io::ErrorKind),
    Repeats,
    StaysUnconfirmed,
}

impl Plan {
    fn turn(&self) -> Turn {
        let number = self.done.fetch_add(1, Ordering::Relaxed);
        let (now, since) = (number == self.at, number >= self.at);
        match self.fault {
            Fault::Once(kind) if now => Turn::Fails(kind),
            Fault::Lasting(kind) if since => Turn::Fails(kind),
            Fault::LostReply(kind) if now => Turn::LosesReply(kind),
            Fault::LostReply(kind) if since => Turn::Fails(kind),
            Fault::Repeated if now => Turn::Repeats,
            Fault::Unconfirmed if now => Turn::StaysUnconfirmed,
            _ => Turn::Succeeds,
        }
    }

    /// Runs an idempotent operation.
    fn run<T>(
        &self,
        place: &str,
        operation: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.turn().take(place, operation)
    }

    /// Runs an operation whose repetition may find the result of the first.
    fn run_twice<T>(
        &self,
        place: &str,
        mut operation: impl FnMut() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let turn = self.turn();
        let first = turn.take(place, &mut operation)?;
        if turn == Turn::Repeats { operation() } else { Ok(first) }
    }
}

impl Turn {
    fn take<T>(
        self,
        place: &str,
        operation: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kind = match self {
            Self::Succeeds | Self::Repeats => return operation(),
            Self::StaysUnconfirmed => {
                operation()?;
                let source = io::ErrorKind::Other.into();
                return Err(StoreError::Unconfirmed { place: place.to_owned(), source });
            }
            Self::Fails(kind) => kind,
            Self::LosesReply(kind) => {
                operation()?;
                kind
            }
        };
        Err(StoreError::io("reach", place, kind.into()))
    }
}

impl<S: Store> FaultyStore<S> {
    /// Wraps `inner`; operation number `at` (from 0) fails as `fault` says.
    pub fn new(inner: S, at: u64, fault: Fault) -> Self {
        Self { inner, plan: Arc::new(Plan { at, fault, done: AtomicU64::new(0) }) }
    }

    /// Number of operations requested so far.
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
    fn finish(self: Box<Self>) -> Result<Finished, StoreError> {
        let Self { inner, plan, key } = *self;
        let turn = plan.turn();
        let finished = turn.take(key.as_str(), || inner.finish())?;
        // The second time its own object is there.
        Ok(if turn == Turn::Repeats { Finished::AlreadyThere } else { finished })
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

    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        self.plan.run(key.as_str(), || self.inner.verify(key, expected))
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        self.plan.run_twice(key.as_str(), || self.inner.create(key, bytes))
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        self.plan.run_twice(key.as_str(), || self.inner.replace(key, bytes, expected))
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.plan.run_twice(key.as_str(), || self.inner.delete(key))
    }

    fn memory(&self) -> usize {
        self.inner.memory()
    }

    fn url(&self, key: &Key) -> String {
        self.inner.url(key)
    }

    fn cleaning(&self) -> Option<&dyn Cleaning> {
        self.inner.cleaning().map(|_| self as &dyn Cleaning)
    }
}

impl<S: Store> Cleaning for FaultyStore<S> {
    fn list(&self, folder: &Key) -> Result<Vec<Listed>, StoreError> {
        let list = |inner: &dyn Cleaning| self.plan.run(folder.as_str(), || inner.list(folder));
        self.inner.cleaning().map_or(Ok(Vec::new()), list)
    }

    fn prune(&self, folder: &Key) -> Result<(), StoreError> {
        let prune = |inner: &dyn Cleaning| self.plan.run(folder.as_str(), || inner.prune(folder));
        self.inner.cleaning().map_or(Ok(()), prune)
    }

    fn sweep(&self, folder: &Key, grace: Duration) -> Result<usize, StoreError> {
        let sweep =
            |inner: &dyn Cleaning| self.plan.run(folder.as_str(), || inner.sweep(folder, grace));
        self.inner.cleaning().map_or(Ok(0), sweep)
    }
}
