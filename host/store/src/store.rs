//! What a store can do, whether it is a folder or a bucket.

use std::fmt;
use std::io::Write;
use std::time::Duration;

use crate::error::StoreError;
use crate::key::Key;
use crate::version::Version;

/// A small object, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Identifies this content for a later [`Store::replace`].
    pub version: Version,
}

/// An upload of a large object. Nothing is visible before [`Upload::finish`]; dropping it leaves nothing behind.
pub trait Upload: Write + Send {
    /// Makes the whole object durable, then visible under its key, in one step; or finds the very same bytes there.
    ///
    /// Nothing is ever overwritten. An existing object was written by an attempt that was killed, by a concurrent process doing the
    /// same, or by this very call, if its first reply was lost: a bucket then reports a failed precondition, so
    /// implementations compare before they report it. If other bytes are there they stay, and this fails with [`StoreError::Differs`].
    fn finish(self: Box<Self>) -> Result<Finished, StoreError>;
}

impl fmt::Debug for dyn Upload + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upload")
    }
}

/// The expected size and digest of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Size in bytes.
    pub bytes: u64,
    /// Digest of all bytes.
    pub digest: blake3::Hash,
}

/// What was found under an object's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The expected object.
    Same,
    /// Nothing.
    Nothing,
    /// Something else.
    Other {
        /// Its size in bytes, which may equal the expected one.
        bytes: u64,
    },
}

/// How an object came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It was written now.
    Created,
    /// The same bytes were there.
    AlreadyThere,
}

/// A place for objects. All methods are safe to call from many threads and processes at once.
///
/// These operations are all that a run needs. Object stores have no rename, locks or cheap listing, so none is required.
pub trait Store: fmt::Debug + Send + Sync {
    /// Begins an object of any size. Its key should contain what determines its content, as a run's id does: then an object that
    /// already exists when the upload finishes is the same one.
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError>;

    /// Reads a small object; `None` if it does not exist.
    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError>;

    /// Checks by reading whether an object of any size is the expected one.
    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError>;

    /// Writes a small object that must not exist: [`StoreError::Exists`] if it does. This call may itself have created it, if the
    /// reply was lost and the store retried; see [`Store::ensure`].
    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError>;

    /// Writes a small object that must still be what was read: [`StoreError::Changed`] if it is not, which this call may likewise
    /// have caused itself.
    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError>;

    /// Removes an object. Removing what is not there is not an error.
    fn delete(&self, key: &Key) -> Result<(), StoreError>;

    /// How other tools address the object.
    fn url(&self, key: &Key) -> String;

    /// Maximum memory for data not yet written, in bytes.
    fn memory(&self) -> usize {
        0
    }

    /// Listing and cleaning, if the store can do it cheaply.
    fn cleaning(&self) -> Option<&dyn Cleaning> {
        None
    }

    /// Writes a small object, or finds it there, as [`Upload::finish`] does for large ones. For content that only this
    /// writer can produce, so that a lost reply can be distinguished from another writer's object.
    fn ensure(&self, key: &Key, bytes: &[u8]) -> Result<Finished, StoreError> {
        let Err(error) = self.create(key, bytes) else { return Ok(Finished::Created) };
        // Whatever went wrong, what exists now decides. If that cannot be read, the first error says more.
        let Ok(Some(now)) = self.get(key) else { return Err(error) };
        match error {
            _ if now.bytes == bytes => Ok(Finished::AlreadyThere),
            StoreError::Exists { key } => {
                let (found, written) = (now.bytes.len() as u64, bytes.len() as u64);
                Err(StoreError::Differs { key, found, written })
            }
            other => Err(other),
        }
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        (**self).upload(key)
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        (**self).get(key)
    }

    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        (**self).verify(key, expected)
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        (**self).create(key, bytes)
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        (**self).replace(key, bytes, expected)
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        (**self).delete(key)
    }

    fn url(&self, key: &Key) -> String {
        (**self).url(key)
    }

    fn memory(&self) -> usize {
        (**self).memory()
    }

    fn cleaning(&self) -> Option<&dyn Cleaning> {
        (**self).cleaning()
    }

    fn ensure(&self, key: &Key, bytes: &[u8]) -> Result<Finished, StoreError> {
        (**self).ensure(key, bytes)
    }
}

/// An object found by a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: Key,
    /// Its size.
    pub bytes: u64,
}

/// Operations that list the whole store, which cost more the longer it is in use. Runs do not need them and readers follow manifests:
/// only cleaning up needs to list.
pub trait Cleaning {
    /// All objects below `folder`, sorted by key.
    fn list(&self, folder: &Key) -> Result<Vec<Listed>, StoreError>;

    /// Removes empty folders: `folder`, those below it, and its parents. A store without folders has nothing to do.
    fn prune(&self, folder: &Key) -> Result<(), StoreError>;

    /// Removes what uploads of dead processes left below `folder`, and returns how many. Uploads still in
    /// progress, here or in other processes, are left alone; where that cannot be told, those that began less than `grace` ago.
    fn sweep(&self, folder: &Key, grace: Duration) -> Result<usize, StoreError>;
}
