//! A file on this machine, opened once.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::open::{Blob, State};

/// A regular file. All reads go to the file that was opened, whatever the path names later.
#[derive(Debug)]
pub struct FileBlob {
    path: PathBuf,
    file: File,
    opened: Identity,
}

/// What a path turned out to name.
#[derive(Debug)]
pub enum Opened {
    /// A file, which can be read in place.
    File(FileBlob),
    /// A pipe or a device, which can be read once only: to be copied to a [`super::Spool`].
    Stream(File),
}

/// Identifies a file and its state, as far as the file system can tell.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    len: u64,
    modified: Option<SystemTime>,
    /// When anything about the file changed, in seconds and nanoseconds. Unlike `modified`, `rsync --times` and `cp -p` cannot set it back.
    changed: (i64, i64),
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            len: metadata.len(),
            modified: metadata.modified().ok(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl FileBlob {
    /// Opens the file, pipe or device at `path`.
    pub fn open(path: &Path) -> io::Result<Opened> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            let problem = "is a directory, expected a file";
            return Err(io::Error::new(io::ErrorKind::IsADirectory, problem));
        }
        if !metadata.is_file() {
            return Ok(Opened::Stream(file));
        }
        let opened = Identity::of(&metadata);
        Ok(Opened::File(Self { path: path.to_owned(), file, opened }))
    }
}

impl Blob for FileBlob {
    fn location(&self) -> String {
        self.path.display().to_string()
    }

    fn len(&self) -> u64 {
        self.opened.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_file_at(&self.file, self.opened.len, offset, buffer)
    }

    fn state(&self) -> io::Result<State> {
        // The open file shows writes to it, the path shows replacement: an upstream job that has
        // replaced its file does not want a report on the old one.
        let named = match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Gone),
            named => Identity::of(&named?),
        };
        let same = named == self.opened && Identity::of(&self.file.metadata()?) == self.opened;
        Ok(if same { State::Same } else { State::Changed })
    }
}

/// Fills `buffer` from a file of `len` bytes.
pub(super) fn read_file_at(
    file: &File,
    len: u64,
    offset: u64,
    buffer: &mut [u8],
) -> io::Result<usize> {
    let left = usize::try_from(len.saturating_sub(offset)).unwrap_or(usize::MAX);
    let wanted = buffer.len().min(left);
    let mut filled = 0;
    while filled < wanted {
        match file.read_at(&mut buffer[filled..wanted], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
