//! A blob that gives the same bytes whenever it is read, or an error.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::fingerprint::Fingerprints;
use super::open::{Blob, State};

/// Bytes that have one fingerprint. 32 KiB: they stay in the first caches while they are looked at, and where a slab begins or ends
/// little is read for nothing. For 10 GB that is 2.4 MB of fingerprints.
const BLOCK: u64 = 32 << 10;

/// Fingerprints at most, 8 MB of them: blocks of larger blobs, from 32 GiB on, are larger.
const BLOCKS: u64 = 1 << 20;

/// An open input for several passes. Of each block a fingerprint is kept when it is first read; who reads it again gets the
/// same bytes, or [`Changed`]. So what is judged is what was digested, whatever the system says of sizes and times.
#[derive(Debug)]
pub struct Steady {
    blob: Arc<dyn Blob>,
    fingerprints: Fingerprints,
    block: u64,
    /// What each block came to; 0 until it is read.
    seen: Box<[AtomicU64]>,
    changed: AtomicBool,
}

/// Other bytes than those that were read before, or an end where there was none. It is inside of the [`io::Error`] that a reader gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes from {offset} on have changed since they were first read")]
pub struct Changed {
    /// Where the block that differs begins.
    pub offset: u64,
}

impl Steady {
    /// Nothing of it was read so far.
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

    /// Bytes, as they were when it was opened.
    pub fn len(&self) -> u64 {
        self.blob.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blob.is_empty()
    }

    /// Whether what was read is of one moment and still there, as far as the system tells or a reader has met.
    pub fn state(&self) -> io::Result<State> {
        let met = self.changed.load(Ordering::Relaxed);
        if met { Ok(State::Changed) } else { self.blob.state() }
    }

    /// Bytes of memory that it takes at most for what is read ahead.
    pub fn memory(&self) -> usize {
        self.blob.memory()
    }

    /// Bytes of a block.
    pub(super) fn block(&self) -> u64 {
        self.block
    }

    /// Fills `buffer` from `offset` on: whole blocks, of which the last may be cut off by the end.
    pub(super) fn read_blocks(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let read = self.blob.read_at(offset, buffer).map_err(|error| match error.kind() {
            // A blob tries again itself. Readers would go on trying what fails like this each time.
            io::ErrorKind::Interrupted => io::Error::other(error),
            _ => error,
        })?;
        if read < buffer.len() {
            return Err(self.differs(offset));
        }
        let block = usize::try_from(self.block).expect("a block is in memory");
        let first = usize::try_from(offset / self.block).expect("blocks are in memory");
        for (seen, bytes) in self.seen[first..].iter().zip(buffer.chunks(block)) {
            // 0 means that it was not read.
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
    /// Whether that is why reading failed.
    pub fn is_in(error: &io::Error) -> bool {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).is_some()
    }
}
