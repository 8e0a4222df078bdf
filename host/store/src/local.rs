//! A folder as a store.
//!
//! Everything is written under a hidden name in its own folder, flushed to the disk, and then renamed: a reader sees an
//! object whole or not at all, and so does the next process after a crash. Create-only writes and compare-and-swaps
//! are serialised by a lock on one file at the root, which the system releases when its holder dies.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::StoreError;
use crate::key::RESERVED;
use crate::{Key, Object, Store, Upload, Version};

/// Parquet hands over whole pages and otherwise many small writes; this turns the latter into few system calls.
const UPLOAD_BUFFER: usize = 256 * 1024;

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
        fs::create_dir_all(root).map_err(fault)?;
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

    fn begin(&self, key: &Key) -> io::Result<Unfinished> {
        let target = self.path(key);
        let folder = target.parent().unwrap_or(&self.root).to_path_buf();
        create_durable(&folder)?;
        loop {
            let name = format!("{RESERVED}-{:016x}.tmp", RandomState::new().hash_one(&target));
            let temporary = folder.join(name);
            let file = match OpenOptions::new().create_new(true).write(true).open(&temporary) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                opened => opened?,
            };
            // The lock tells `sweep` of other processes that this one lives.
            file.lock()?;
            // One that came between the two lines above has removed the file; then another name is tried.
            if temporary.exists() {
                return Ok(Unfinished { file: Some(file), temporary, target, folder });
            }
        }
    }

    fn write(&self, key: &Key, bytes: &[u8]) -> io::Result<Version> {
        let mut unfinished = self.begin(key)?;
        unfinished.file()?.write_all(bytes)?;
        unfinished.publish()?;
        Ok(version(bytes))
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

/// Creates a folder with those above it, each of them on the disk before the next.
fn create_durable(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        create_durable(parent)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => sync_folder(parent)?,
        }
    }
    Ok(())
}

/// Makes the names in a folder durable. Only Unix lets a folder be opened for that.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A file under its hidden name. Removed when dropped, unless it was published.
#[derive(Debug)]
struct Unfinished {
    file: Option<File>,
    temporary: PathBuf,
    target: PathBuf,
    folder: PathBuf,
}

impl Unfinished {
    fn file(&mut self) -> io::Result<&mut File> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is published already"))
    }

    fn publish(&mut self) -> io::Result<()> {
        self.file()?.sync_all()?;
        fs::rename(&self.temporary, &self.target)?;
        self.file = None;
        sync_folder(&self.folder)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.file.is_some() {
            // Nothing can be done if this fails; the next sweep tries again.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

impl Write for Unfinished {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file()?.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file()?.flush()
    }
}

struct LocalUpload {
    out: BufWriter<Unfinished>,
    key: Key,
}

impl Write for LocalUpload {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.out.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Upload for LocalUpload {
    fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        let done = self.out.flush().and_then(|()| self.out.get_mut().publish());
        done.map_err(|source| StoreError::io("write", &self.key, source))
    }
}

/// Calls `visit` with each file below `folder`, in no particular order. Symbolic links are not followed.
fn walk(folder: &Path, visit: &mut impl FnMut(&Path, &str) -> io::Result<()>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), visit)?;
        } else if let Some(name) = entry.file_name().to_str() {
            visit(&entry.path(), name)?;
        }
    }
    Ok(())
}

impl Store for LocalStore {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        let unfinished = self.begin(key).map_err(|source| StoreError::io("write", key, source))?;
        let out = BufWriter::with_capacity(UPLOAD_BUFFER, unfinished);
        Ok(Box::new(LocalUpload { out, key: key.clone() }))
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        let bytes = read(&self.path(key)).map_err(|source| StoreError::io("read", key, source))?;
        Ok(bytes.map(|bytes| Object { version: version(&bytes), bytes }))
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        let fault = |source| StoreError::io("create", key, source);
        let _lock = self.lock().map_err(fault)?;
        if self.path(key).try_exists().map_err(fault)? {
            return Err(StoreError::Exists { key: key.clone() });
        }
        self.write(key, bytes).map_err(fault)
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        let fault = |source| StoreError::io("replace", key, source);
        let _lock = self.lock().map_err(fault)?;
        let current = read(&self.path(key)).map_err(fault)?;
        if current.as_deref().map(version).as_ref() != Some(expected) {
            return Err(StoreError::Changed { key: key.clone(), expected: expected.clone() });
        }
        self.write(key, bytes).map_err(fault)
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        match fs::remove_file(self.path(key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("delete", key, error))
            }
            _ => Ok(()),
        }
    }

    fn list(&self, folder: &Key) -> Result<Vec<Key>, StoreError> {
        let mut keys = Vec::new();
        let walked = walk(&self.path(folder), &mut |path, name| {
            let below = path.strip_prefix(&self.root).ok().and_then(Path::to_str);
            if let Some(below) = below
                && !name.starts_with(RESERVED)
                && let Ok(key) = Key::new(below.replace(std::path::MAIN_SEPARATOR, "/"))
            {
                keys.push(key);
            }
            Ok(())
        });
        walked.map_err(|source| StoreError::io("list", folder, source))?;
        keys.sort();
        Ok(keys)
    }

    fn sweep(&self, folder: &Key) -> Result<usize, StoreError> {
        let mut swept = 0;
        let walked = walk(&self.path(folder), &mut |path, name| {
            if !(name.starts_with(RESERVED)
                && Path::new(name).extension().is_some_and(|e| e == "tmp"))
            {
                return Ok(());
            }
            let file = match File::open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                opened => opened?,
            };
            match file.try_lock() {
                Ok(()) => match fs::remove_file(path) {
                    // Its owner published it between our opening and locking it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                    Err(error) => Err(error),
                    Ok(()) => {
                        swept += 1;
                        Ok(())
                    }
                },
                Err(TryLockError::WouldBlock) => Ok(()),
                Err(TryLockError::Error(error)) => Err(error),
            }
        });
        walked.map_err(|source| StoreError::io("sweep", folder, source))?;
        Ok(swept)
    }

    fn url(&self, key: &Key) -> String {
        let path = self.path(key);
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/=+,@".contains(&b);
        let mut url = "file://".to_owned();
        for byte in path.to_string_lossy().bytes() {
            if plain(byte) {
                url.push(char::from(byte));
            } else {
                // Writing to a `String` cannot fail.
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url
    }
}
