//! A blob whose reads return the same bytes every time, or an error.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::fingerprint::Fingerprints;
use super::open::{Blob, State};

/// Bytes per fingerprint. 32 KiB: a block stays in the L1 or L2 cache while it is hashed, and little is read in vain where a slab begins
/// or ends. For 10 GB that is 2.4 MB of fingerprints.
const BLOCK: u64 = 32 << 10;

/// Maximum number of fingerprints (8 MB): blobs from 32 GiB on get larger blocks.
const BLOCKS: u64 = 1 << 20;

/// An open input for several passes. A fingerprint of each block is kept when it is first read; later reads return the
/// same bytes, or [`Changed`]. So what is judged is what was digested, whatever the system reports about sizes and times.
#[derive(Debug)]
pub struct Steady {
    blob: Arc<dyn Blob>,
    fingerprints: Fingerprints,
    block: u64,
    /// Fingerprint of each block; 0 until it is read.
    seen: Box<[AtomicU64]>,
    changed: AtomicBool,
}

/// A reread returned other bytes, or an earlier end. Readers find it inside their [`io::Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes from {offset} on have changed since they were first read")]
pub struct Changed {
    /// Byte offset of the block that differs.
    pub offset: u64,
}

impl Steady {
    /// Wraps a blob of which nothing has been read yet.
    pub fn new(blob: Arc<dyn Blob>) -> Self {
        let mut block = BLOCK;
        while blob.len().div_ceil(block) > BLOCKS {
            block *= 2;
        }
        let blocks = usize::try_from(blob.len().div_ceil(block)).expect("at most a million");
        Self {
            blob,
            fingerprints: Fingerprints::new(),
            block,
            seen: (0..blocks).map(|_| AtomicU64::new(0)).collect(),
            changed: AtomicBool::new(false),
        }
    }

    /// Where it is, for reports and messages.
    pub fn location(&self) -> String {
        self.blob.location()
    }

    /// Size in bytes when it was opened.
    pub fn len(&self) -> u64 {
        self.blob.len()
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.blob.is_empty()
    }

    /// Whether what was read is consistent and still in place, as far as the system or a reader has noticed.
    pub fn state(&self) -> io::Result<State> {
        let met = self.changed.load(Ordering::Relaxed);
        if met { Ok(State::Changed) } else { self.blob.state() }
    }

    /// Maximum memory for read-ahead, in bytes.
    pub fn memory(&self) -> usize {
        self.blob.memory()
    }

    /// Bytes per block.
    pub(super) fn block(&self) -> u64 {
        self.block
    }

    /// Fills `buffer` from `offset` on: whole blocks, of which the last may be cut off by the end.
    pub(super) fn read_blocks(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let read = self.blob.read_at(offset, buffer).map_err(|error| match error.kind() {
            // The blob retries by itself; readers would retry a lasting failure for ever.
            io::ErrorKind::Interrupted => io::Error::other(error),
            _ => error,
        })?;
        if read < buffer.len() {
            return Err(self.differs(offset));
        }
        let block = usize::try_from(self.block).expect("a block is in memory");
        let first = usize::try_from(offset / self.block).expect("blocks are in memory");
        for (seen, bytes) in self.seen[first..].iter().zip(buffer.chunks(block)) {
            // 0 means "not read yet".
            let now = self.fingerprints.of(bytes).max(1);
            let before = seen.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
            if before.is_err_and(|before| before != now) {
                return Err(self.differs(offset));
            }
        }
        Ok(())
    }

    fn differs(&self, offset: u64) -> io::Error {
        self.changed.store(true, Ordering::Relaxed);
        io::Error::other(Changed { offset })
    }
}

impl Changed {
    /// Whether a change made the read fail.
    pub fn is_in(error: &io::Error) -> bool {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).is_some()
    }
}
