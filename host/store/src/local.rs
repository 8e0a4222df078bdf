//! A folder as a store.
//!
//! Everything is written under a hidden name in its own folder, flushed to the disk, and then named: a reader sees an
//! object whole or not at all, and so does the next process after a crash. Create-only writes and compare-and-swaps
//! are serialised by a lock on one file at the root, which the system releases when its holder dies.

mod cleaning;
mod upload;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use assay_files::{Access, Created, Draft, Keep};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::key::RESERVED;
use crate::{Cleaning, Key, Object, Store, StoreError, Upload, Version};

/// What stands for itself in a URL's path; all else is percent-encoded.
const NOT_PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'=')
    .remove(b'+')
    .remove(b',')
    .remove(b'@');

/// Objects in a folder, at paths that are their keys.
#[derive(Debug, Clone)]
pub struct LocalStore {
    root: PathBuf,
}

impl LocalStore {
    /// Opens the store at `root`, creating the folder where there is none.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, StoreError> {
        let root = root.as_ref();
        let fault = |source| StoreError::io("open", &root.display(), source);
        assay_files::create_folder(root, Keep::Durable).map_err(fault)?;
        Ok(Self { root: root.canonicalize().map_err(fault)? })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the object lies.
    pub fn path(&self, key: &Key) -> PathBuf {
        key.segments().fold(self.root.clone(), |path, segment| path.join(segment))
    }

    /// Held while a document is compared and swapped; a few milliseconds at most, so one lock for the store will do.
    fn lock(&self) -> io::Result<File> {
        let path = self.root.join(format!("{RESERVED}.lock"));
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.lock()?;
        Ok(file)
    }

    fn draft(&self, key: &Key) -> io::Result<Draft> {
        Draft::begin_locked(&self.path(key), Access::Usual, Keep::Durable)
    }

    fn draft_of(&self, key: &Key, bytes: &[u8]) -> io::Result<Draft> {
        let mut draft = self.draft(key)?;
        draft.write_all(bytes)?;
        Ok(draft)
    }
}

fn version(bytes: &[u8]) -> Version {
    Version::new(blake3::hash(bytes).to_hex().as_str())
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Store for LocalStore {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        let draft = self.draft(key).map_err(|source| StoreError::io("write", key, source))?;
        Ok(upload::begin(draft, self.path(key), key))
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        let bytes = read(&self.path(key)).map_err(|source| StoreError::io("read", key, source))?;
        Ok(bytes.map(|bytes| Object { version: version(&bytes), bytes }))
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        let fault = |source| StoreError::io("create", key, source);
        let exists = || StoreError::Exists { key: key.clone() };
        // Taking the name is atomic by itself; the lock keeps out a swap that has looked and not yet written.
        let _lock = self.lock().map_err(fault)?;
        if self.path(key).try_exists().map_err(fault)? {
            return Err(exists());
        }
        match self.draft_of(key, bytes).and_then(Draft::create).map_err(fault)? {
            Created::Now => Ok(version(bytes)),
            Created::Taken(_) => Err(exists()),
        }
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        let fault = |source| StoreError::io("replace", key, source);
        let _lock = self.lock().map_err(fault)?;
        let current = read(&self.path(key)).map_err(fault)?;
        if current.as_deref().map(version).as_ref() != Some(expected) {
            return Err(StoreError::Changed { key: key.clone(), expected: expected.clone() });
        }
        self.draft_of(key, bytes).and_then(Draft::replace).map_err(fault)?;
        Ok(version(bytes))
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        match fs::remove_file(self.path(key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("delete", key, error))
            }
            _ => Ok(()),
        }
    }

    fn url(&self, key: &Key) -> String {
        let path = self.path(key);
        format!("file://{}", percent_encode(path.as_os_str().as_encoded_bytes(), NOT_PLAIN))
    }

    fn cleaning(&self) -> Option<&dyn Cleaning> {
        Some(self)
    }
}
