//! Uploads of large objects into the folder.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use assay_files::{Created, Draft};

use crate::{Finished, Key, StoreError, Upload};

/// Parquet hands over whole pages and otherwise many small writes; this turns the latter into few system calls.
const BUFFER: usize = 256 * 1024;

/// Bytes compared at a time.
const COMPARED: usize = 64 * 1024;

struct LocalUpload {
    out: BufWriter<Draft>,
    path: PathBuf,
    key: Key,
}

pub(super) fn begin(draft: Draft, path: PathBuf, key: &Key) -> Box<dyn Upload> {
    let out = BufWriter::with_capacity(BUFFER, draft);
    Box::new(LocalUpload { out, path, key: key.clone() })
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
    fn finish(self: Box<Self>) -> Result<Finished, StoreError> {
        let Self { out, path, key } = *self;
        let fault = |source| StoreError::io("write", &key, source);
        let mut draft = out.into_inner().map_err(|failed| fault(failed.into_error()))?;
        loop {
            let taken = match draft.create().map_err(fault)? {
                Created::Now => return Ok(Finished::Created),
                Created::Taken(draft) => draft,
            };
            // The draft is on this disk, so bytes are compared directly, and an upload without a conflict needs no digest.
            match compare(taken.file(), &path) {
                Ok(None) => return Ok(Finished::AlreadyThere),
                Ok(Some([found, written])) => {
                    return Err(StoreError::Differs { key, found, written });
                }
                // Its writer removed it just now: the name is free again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => draft = taken,
                Err(error) => return Err(fault(error)),
            }
        }
    }
}

/// The lengths of the file at `path` and of `written`, or `None` if they are equal byte for byte.
fn compare(mut written: &File, path: &Path) -> io::Result<Option<[u64; 2]>> {
    let found = File::open(path)?;
    let lengths = [found.metadata()?.len(), written.metadata()?.len()];
    if lengths[0] != lengths[1] {
        return Ok(Some(lengths));
    }
    written.rewind()?;
    let (mut left, mut right) = (Vec::with_capacity(COMPARED), Vec::with_capacity(COMPARED));
    loop {
        left.clear();
        right.clear();
        written.take(COMPARED as u64).read_to_end(&mut left)?;
        (&found).take(COMPARED as u64).read_to_end(&mut right)?;
        if left != right {
            return Ok(Some(lengths));
        }
        if left.is_empty() {
            return Ok(None);
        }
    }
}
