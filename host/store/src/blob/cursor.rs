//! A blob as a reader.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::open::Blob;

/// Reads a blob from some place on. Each has a place of its own, so any number of them read the same blob.
#[derive(Debug, Clone)]
pub struct Cursor {
    blob: Arc<dyn Blob>,
    at: u64,
    consumed: Arc<AtomicU64>,
}

impl Cursor {
    /// Begins at `offset`. `consumed` counts the bytes that are read, for progress; several cursors may share it.
    pub fn new(blob: Arc<dyn Blob>, offset: u64, consumed: Arc<AtomicU64>) -> Self {
        Self { blob, at: offset, consumed }
    }
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.blob.read_at(self.at, buffer)?;
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
