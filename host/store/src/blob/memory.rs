//! A blob for tests: it counts who reads it, and changes or fails when told to.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::open::{Blob, State};

/// Bytes in memory.
#[derive(Debug)]
pub struct MemoryBlob {
    content: Mutex<Content>,
    len: u64,
    reads: AtomicU64,
}

#[derive(Debug)]
struct Content {
    bytes: Vec<u8>,
    changed: bool,
    /// The number of the read that changes the content, the new content, and whether `state` reports the change.
    later: Option<(u64, Vec<u8>, bool)>,
    /// The reads that fail, and the kind of error.
    fails: Option<(Range<u64>, io::ErrorKind)>,
}

impl MemoryBlob {
    /// Opens these bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let len = bytes.len() as u64;
        let content = Content { bytes, changed: false, later: None, fails: None };
        Self { content: Mutex::new(content), len, reads: AtomicU64::new(0) }
    }

    /// Replaces the content, at any length, as another process may do with a file.
    pub fn change(&self, bytes: impl Into<Vec<u8>>) {
        let mut content = self.content();
        content.bytes = bytes.into();
        content.changed = true;
    }

    /// Replaces the content just before read number `read`, counted from 0.
    pub fn change_at(&self, read: u64, bytes: impl Into<Vec<u8>>) {
        self.content().later = Some((read, bytes.into(), true));
    }

    /// Like [`change_at`](Self::change_at), but without a trace, as a write through a memory map.
    pub fn change_unseen_at(&self, read: u64, bytes: impl Into<Vec<u8>>) {
        self.content().later = Some((read, bytes.into(), false));
    }

    /// Makes these reads fail.
    pub fn fail_at(&self, reads: Range<u64>, kind: io::ErrorKind) {
        self.content().fails = Some((reads, kind));
    }

    /// How many times it was read.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().expect("nobody panics while copying bytes")
    }
}

impl Blob for MemoryBlob {
    fn location(&self) -> String {
        "memory".to_owned()
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let number = self.reads.fetch_add(1, Ordering::Relaxed);
        let mut content = self.content();
        if let Some((_, bytes, told)) = content.later.take_if(|(at, ..)| *at <= number) {
            content.bytes = bytes;
            content.changed |= told;
        }
        if let Some((reads, kind)) = &content.fails
            && reads.contains(&number)
        {
            return Err(io::Error::new(*kind, "the line went dead"));
        }
        let opened = usize::try_from(self.len).unwrap_or(usize::MAX).min(content.bytes.len());
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(opened);
        let count = buffer.len().min(opened - from);
        buffer[..count].copy_from_slice(&content.bytes[from..from + count]);
        Ok(count)
    }

    fn state(&self) -> io::Result<State> {
        Ok(if self.content().changed { State::Changed } else { State::Same })
    }
}
