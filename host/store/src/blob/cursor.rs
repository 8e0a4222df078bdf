//! A blob as a reader.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::steady::Steady;

/// Reads a blob from an offset on. Each cursor has its own position, so any number of them can read the same blob.
#[derive(Debug, Clone)]
pub struct Cursor {
    blob: Arc<Steady>,
    at: u64,
    /// A block that was only partly consumed, and its offset.
    held: Vec<u8>,
    held_at: u64,
    consumed: Arc<AtomicU64>,
}

impl Cursor {
    /// Starts at byte `offset`. `consumed` counts bytes read, for progress; several cursors may share it.
    pub fn new(blob: Arc<Steady>, offset: u64, consumed: Arc<AtomicU64>) -> Self {
        Self { blob, at: offset, held: Vec::new(), held_at: 0, consumed }
    }

    /// Puts some bytes into `buffer`, which is not empty and ends where the blob does at the latest.
    fn some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let block = self.blob.block();
        let into = self.at % block;
        let wanted = buffer.len() as u64;
        let at_end = self.at + wanted == self.blob.len();
        let whole = if at_end { wanted } else { wanted - wanted % block };
        if into == 0 && whole > 0 {
            let whole = narrow(whole);
            self.blob.read_blocks(self.at, &mut buffer[..whole])?;
            return Ok(whole);
        }
        let start = self.at - into;
        if self.held.is_empty() || self.held_at != start {
            let length = narrow(block.min(self.blob.len() - start));
            let mut held = std::mem::take(&mut self.held);
            held.resize(length, 0);
            self.blob.read_blocks(start, &mut held)?;
            (self.held, self.held_at) = (held, start);
        }
        let rest = &self.held[narrow(into)..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.blob.len().saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.some(&mut buffer[..wanted])?;
        self.at += read as u64;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.blob.len().checked_add_signed(by),
        };
        let before = "a place before the beginning was asked for";
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, before))?;
        Ok(self.at)
    }
}

/// A byte count that fits in memory, as `usize`.
fn narrow(bytes: u64) -> usize {
    usize::try_from(bytes).expect("it is in memory")
}
