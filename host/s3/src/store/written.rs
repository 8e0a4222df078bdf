//! Objects uploaded by this process, which need not be read to be verified.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assay_store::blob::Blob;
use assay_store::{Expected, Found, Key};

use crate::object::ObjectBlob;

/// Tags returned by S3 with the content they stand for, by key. S3 stores an upload completely or not at all and gives anything written
/// over it another tag, so an object that still has its tag is the one uploaded.
#[derive(Debug, Clone, Default)]
pub(super) struct Written(Arc<Mutex<HashMap<Key, (String, Expected)>>>);

/// Bytes digested at a time.
const CHUNK: usize = 1 << 20;

impl Written {
    /// Remembers an upload.
    pub(super) fn note(&self, key: &Key, tag: String, what: Expected) {
        self.known().insert(key.clone(), (tag, what));
    }

    /// Whether an object has the expected content: judged by its tag if this process uploaded it, else by all of its bytes.
    pub(super) fn holds(
        &self,
        key: &Key,
        blob: &ObjectBlob,
        expected: &Expected,
    ) -> io::Result<Found> {
        let bytes = blob.len();
        if bytes != expected.bytes {
            return Ok(Found::Other { bytes });
        }
        if let Some((tag, what)) = self.known().get(key)
            && tag == blob.tag()
            && what == expected
        {
            return Ok(Found::Same);
        }
        let same = digest(blob)? == expected.digest;
        Ok(if same { Found::Same } else { Found::Other { bytes } })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Key, (String, Expected)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(blob: &ObjectBlob) -> io::Result<blake3::Hash> {
    let (mut hasher, mut buffer, mut at) = (blake3::Hasher::new(), vec![0; CHUNK], 0);
    loop {
        match blob.read_at(at, &mut buffer)? {
            0 => return Ok(hasher.finalize()),
            read => {
                hasher.update(&buffer[..read]);
                at += read as u64;
            }
        }
    }
}
