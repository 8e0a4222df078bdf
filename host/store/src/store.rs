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
    /// Names this content for a later [`Store::replace`].
    pub version: Version,
}

/// A large object on its way. Nobody sees any of it before [`Upload::finish`]; dropping it leaves nothing behind.
pub trait Upload: Write + Send {
    /// Makes the whole object durable, then visible under its key, in one step; or finds that the very same bytes are there.
    ///
    /// Nothing is ever overwritten. What is there already was written by an attempt that was killed, by a process that does the
    /// same at this moment, or by this very call, whose first reply was lost: a bucket then says that its condition is not met, and
    /// so compares before it says so. If other bytes are there they stay, and this fails with [`StoreError::Differs`].
    fn finish(self: Box<Self>) -> Result<Finished, StoreError>;
}

impl fmt::Debug for dyn Upload + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upload")
    }
}

/// What an object should be: its size and the digest of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// In bytes.
    pub bytes: u64,
    /// Of all of them.
    pub digest: blake3::Hash,
}

/// What was found in an object's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// What should be there.
    Same,
    /// Nothing.
    Nothing,
    /// Something else.
    Other {
        /// Its size, which may be the same.
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
/// A run needs these and no others. An object store has no rename, no locks and no cheap listing, and so none is asked for.
pub trait Store: fmt::Debug + Send + Sync {
    /// Begins an object of any size. Its key should contain what determines its content, as a run's id does: then an object that
    /// is there when the upload is finished is the same one.
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError>;

    /// Reads a small object, or `None` where there is none.
    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError>;

    /// Looks whether an object of any size is what it should be, without trusting that it was written.
    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError>;

    /// Writes a small object that must not exist: [`StoreError::Exists`] if it does. That may be this call's own doing, if the
    /// store lost the reply and tried again; see [`Store::ensure`].
    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError>;

    /// Writes a small object that must still be what was read: [`StoreError::Changed`] if it is not, which may be this call's own
    /// doing as well.
    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError>;

    /// Removes an object. Removing what is not there is not an error.
    fn delete(&self, key: &Key) -> Result<(), StoreError>;

    /// How other tools address the object.
    fn url(&self, key: &Key) -> String;

    /// Bytes of memory that it takes at most for what it has not written yet.
    fn memory(&self) -> usize {
        0
    }

    /// What it can do besides, if it can do it cheaply.
    fn cleaning(&self) -> Option<&dyn Cleaning> {
        None
    }

    /// Writes a small object, or finds that it is there: what [`Upload::finish`] is to large ones. For content that only its
    /// writer can have written, so that a lost reply is told from somebody else's object.
    fn ensure(&self, key: &Key, bytes: &[u8]) -> Result<Finished, StoreError> {
        let Err(error) = self.create(key, bytes) else { return Ok(Finished::Created) };
        // Whatever went wrong: what is there now decides. If nobody can tell, the first error says more.
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

/// An object that a listing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: Key,
    /// Its size.
    pub bytes: u64,
}

/// What takes a look at all there is, which costs the more the longer a store is in use. Runs do without, and readers follow manifests:
/// only who cleans up lists.
pub trait Cleaning {
    /// All objects below `folder`, sorted by key.
    fn list(&self, folder: &Key) -> Result<Vec<Listed>, StoreError>;

    /// Removes the folders that nothing is in any more: `folder`, those below, and those it lies in. A store without folders has nothing to do.
    fn prune(&self, folder: &Key) -> Result<(), StoreError>;

    /// Removes what uploads of dead processes left below `folder`, and says how many. Uploads that are still under
    /// way, here or in other processes, are left alone; where that cannot be told, those that began less than `grace` ago.
    fn sweep(&self, folder: &Key, grace: Duration) -> Result<usize, StoreError>;
}
