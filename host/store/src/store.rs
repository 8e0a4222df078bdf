//! What a store can do, whether it is a folder or a bucket.

use std::fmt;
use std::io::Write;

use crate::{Key, StoreError};

/// Names what an object held when it was read: a digest on a local disk, an entity tag in a bucket. Only good for
/// comparing with itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// Wraps what the store uses to tell contents apart.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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
    /// Makes the whole object durable, then visible under its key, in one step.
    fn finish(self: Box<Self>) -> Result<(), StoreError>;
}

impl fmt::Debug for dyn Upload + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upload")
    }
}

/// A place for objects. All methods are safe to call from many threads and processes at once.
pub trait Store: fmt::Debug + Send + Sync {
    /// Begins an object of any size. Finishing it replaces what an earlier, unfinished run left under the same key:
    /// keys of uploads contain the run's id, which is derived from all that determines the content.
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError>;

    /// Reads a small object, or `None` where there is none.
    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError>;

    /// Writes a small object that must not exist: [`StoreError::Exists`] if it does.
    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError>;

    /// Writes a small object that must still be what was read: [`StoreError::Changed`] if it is not.
    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError>;

    /// Removes an object. Removing what is not there is no error.
    fn delete(&self, key: &Key) -> Result<(), StoreError>;

    /// All keys below `folder`, sorted by bytes. Readers follow manifests instead; this is for cleaning and tests.
    fn list(&self, folder: &Key) -> Result<Vec<Key>, StoreError>;

    /// Removes what uploads of dead processes left below `folder`, and says how many. Uploads that are still under
    /// way, here or in other processes, are left alone.
    fn sweep(&self, folder: &Key) -> Result<usize, StoreError>;

    /// How other tools address the object.
    fn url(&self, key: &Key) -> String;
}
