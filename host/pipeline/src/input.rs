//! The input: a file that can be read twice. Standard input is spooled to a temporary file first.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// A source of bytes that can be opened again.
#[derive(Debug)]
pub struct Input {
    origin: Origin,
    name: Option<String>,
    bytes: u64,
    modified: Option<SystemTime>,
    shared: Mutex<Option<Arc<File>>>,
}

#[derive(Debug)]
enum Origin {
    Path(PathBuf),
    /// An unnamed temporary file, gone when the process ends, however it ends.
    Spool(Arc<File>),
}

impl Input {
    /// A file on disk. Its own name says what it holds, unless `name` does.
    pub fn from_path(path: &Path, name: Option<String>) -> io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "is a directory, expected a file",
            ));
        }
        if !metadata.is_file() {
            // A pipe or device can be read once only.
            return Self::from_reader(&mut File::open(path)?, name);
        }
        let own = || path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Self {
            name: name.or_else(own),
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            origin: Origin::Path(path.to_owned()),
            shared: Mutex::default(),
        })
    }

    /// A stream that can be read once: copied to a temporary file.
    pub fn from_reader(reader: &mut dyn Read, name: Option<String>) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        let bytes = io::copy(reader, &mut file)?;
        let origin = Origin::Spool(Arc::new(file));
        Ok(Self { origin, name, bytes, modified: None, shared: Mutex::default() })
    }

    /// The published name, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Size as stored, compressed or not.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where it was read from, for reports.
    pub fn location(&self) -> String {
        match &self.origin {
            Origin::Path(path) => path.display().to_string(),
            Origin::Spool(_) => "-".to_owned(),
        }
    }

    /// Opens it at the beginning. `consumed` counts the bytes read, for progress.
    pub(crate) fn open(&self, consumed: Arc<AtomicU64>) -> io::Result<Counted> {
        let mut file = match &self.origin {
            Origin::Path(path) => File::open(path)?,
            Origin::Spool(file) => file.try_clone()?,
        };
        file.seek(SeekFrom::Start(0))?;
        Ok(Counted { file, consumed })
    }

    /// The same from `offset` on. Any number of them can be read at the same time.
    pub(crate) fn open_at(&self, offset: u64, consumed: Arc<AtomicU64>) -> io::Result<Ranged> {
        Ok(Ranged { file: self.shared()?, at: offset, consumed })
    }

    /// The open file itself, opened once for all who read pieces of it.
    fn shared(&self) -> io::Result<Arc<File>> {
        match &self.origin {
            Origin::Path(path) => {
                let mut shared = self.shared.lock().expect("nobody panics while opening");
                match &*shared {
                    Some(file) => Ok(Arc::clone(file)),
                    None => Ok(Arc::clone(shared.insert(Arc::new(File::open(path)?)))),
                }
            }
            Origin::Spool(file) => Ok(Arc::clone(file)),
        }
    }

    /// Whether the file is no longer the one that was opened first.
    pub(crate) fn changed(&self) -> bool {
        let Origin::Path(path) = &self.origin else { return false };
        match std::fs::metadata(path) {
            Ok(now) => now.len() != self.bytes || now.modified().ok() != self.modified,
            Err(_) => true,
        }
    }
}

/// A file that counts what is read of it.
#[derive(Debug)]
pub(crate) struct Counted {
    file: File,
    consumed: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A file read from some place on, whoever else reads it.
#[derive(Debug)]
pub(crate) struct Ranged {
    file: Arc<File>,
    at: u64,
    consumed: Arc<AtomicU64>,
}

impl Read for Ranged {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_can_be_read_twice() {
        let input = Input::from_reader(&mut &b"a,b\n1,2\n"[..], None).unwrap();
        for _ in 0..2 {
            let consumed = Arc::new(AtomicU64::new(0));
            let mut text = String::new();
            input.open(Arc::clone(&consumed)).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "a,b\n1,2\n");
            assert_eq!(consumed.load(Ordering::Relaxed), 8);
        }
        assert_eq!(input.bytes(), 8);
    }
}
