//! A folder as a store.
//!
//! Everything is written under a hidden name in its own folder, flushed to the disk, and then named: a reader sees an
//! object whole or not at all, and so does the next process after a crash. Taking a free name is atomic; compare-and-swaps
//! are serialised by a lock beside the document.

mod cleaning;
mod lock;
mod upload;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use assay_files::{Access, Created, Draft, Keep};
use assay_model::shown;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use self::lock::lock_beside;
use crate::{Cleaning, Expected, Found, Key, Object, Store, StoreError, Upload, Version};

/// Characters to percent-encode in a URL's path: all but these.
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
    /// Opens the store at `root`, creating the folder if it is missing.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, StoreError> {
        let root = root.as_ref();
        let fault = |source| StoreError::io("open", &shown(root.display()), source);
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

    fn draft(&self, key: &Key) -> io::Result<Draft> {
        Draft::begin_locked(&self.path(key), Access::Usual, Keep::Durable)
    }

    fn draft_of(&self, key: &Key, bytes: &[u8]) -> io::Result<Draft> {
        let mut draft = self.draft(key)?;
        draft.write_all(bytes)?;
        Ok(draft)
    }
}

/// Bytes digested at a time: enough for the widest SIMD instructions, few enough for the caches.
const DIGESTED: usize = 256 * 1024;

fn digest(mut file: File) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; DIGESTED];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            read => hasher.update(&buffer[..read]),
        };
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

    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        let fault = |source| StoreError::io("read", key, source);
        let file = match File::open(self.path(key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            opened => opened.map_err(fault)?,
        };
        let bytes = file.metadata().map_err(fault)?.len();
        let same = bytes == expected.bytes && digest(file).map_err(fault)? == expected.digest;
        Ok(if same { Found::Same } else { Found::Other { bytes } })
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        let fault = |source| StoreError::io("create", key, source);
        // No lock needed: a swap requires an existing object, and then the name is not free.
        match self.draft_of(key, bytes).and_then(Draft::create).map_err(fault)? {
            Created::Now => Ok(version(bytes)),
            Created::Taken(_) => Err(StoreError::Exists { key: key.clone() }),
        }
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        let fault = |source| StoreError::io("replace", key, source);
        let changed = || StoreError::Changed { key: key.clone(), expected: expected.clone() };
        let path = self.path(key);
        if !path.try_exists().map_err(fault)? {
            return Err(changed());
        }
        let _lock = lock_beside(&path)?;
        let current = read(&path).map_err(fault)?;
        if current.as_deref().map(version).as_ref() != Some(expected) {
            return Err(changed());
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
