//! The input: an open blob with the name it was published under.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use assay_store::blob::{Blob, Cursor, FileBlob, Opened, Spool, State, Steady};

/// The input of a run. It is opened once for all passes; each pass gets the same bytes as the first, or an error.
#[derive(Debug)]
pub struct Input {
    blob: Arc<Steady>,
    name: Option<String>,
}

impl Input {
    /// An input from any source. `name` is the published name of its content.
    pub fn new(blob: Arc<dyn Blob>, name: Option<String>) -> Self {
        Self { blob: Arc::new(Steady::new(blob)), name }
    }

    /// A file on disk. Its own name is the published name unless `name` is given. A pipe or a device is spooled, since it can be read only
    /// once.
    pub fn from_path(path: &Path, name: Option<String>) -> io::Result<Self> {
        let own = || path.file_name().map(|name| name.to_string_lossy().into_owned());
        match FileBlob::open(path)? {
            Opened::File(file) => Ok(Self::new(Arc::new(file), name.or_else(own))),
            Opened::Stream(mut stream) => Self::from_reader(&mut stream, name),
        }
    }

    /// A stream that can be read only once: copied to a temporary file.
    pub fn from_reader(reader: &mut dyn Read, name: Option<String>) -> io::Result<Self> {
        // The conventional name of standard input on a command line.
        Ok(Self::new(Arc::new(Spool::of(reader, "-")?), name))
    }

    /// The published name, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Stored size in bytes, compressed or not.
    pub fn bytes(&self) -> u64 {
        self.blob.len()
    }

    /// Where it was read from, for reports.
    pub fn location(&self) -> String {
        self.blob.location()
    }

    /// Opens it at the beginning. `consumed` counts the bytes read, for progress.
    pub(crate) fn open(&self, consumed: Arc<AtomicU64>) -> Cursor {
        self.open_at(0, consumed)
    }

    /// Opens it at `offset`. Any number of cursors can be used concurrently.
    pub(crate) fn open_at(&self, offset: u64, consumed: Arc<AtomicU64>) -> Cursor {
        Cursor::new(Arc::clone(&self.blob), offset, consumed)
    }

    /// Whether the input is unchanged since it was opened, and still exists.
    pub(crate) fn state(&self) -> io::Result<State> {
        self.blob.state()
    }

    /// Maximum memory for read-ahead, in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.blob.memory()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn a_stream_can_be_read_twice() {
        let input = Input::from_reader(&mut &b"a,b\n1,2\n"[..], None).unwrap();
        for _ in 0..2 {
            let consumed = Arc::new(AtomicU64::new(0));
            let mut text = String::new();
            input.open(Arc::clone(&consumed)).read_to_string(&mut text).unwrap();
            assert_eq!(text, "a,b\n1,2\n");
            assert_eq!(consumed.load(Ordering::Relaxed), 8);
        }
        assert_eq!(input.bytes(), 8);
    }
}
