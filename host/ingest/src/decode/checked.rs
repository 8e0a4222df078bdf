//! Tells errors of the compressed data from errors of the source below it.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::compression::Compression;
use super::error::DecodeError;

/// A source under a decoder. What it fails with is kept: decoders put errors of their own in its place, or take it for the end.
pub(super) struct Watched<R> {
    source: R,
    failure: Failure,
}

/// What a source failed with, for those above the decoder, and how much it gave before.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure {
    kept: Arc<Mutex<Option<Error>>>,
    /// Bytes that were read of it.
    read: Arc<AtomicU64>,
}

impl Failure {
    /// Takes it, if there is one.
    pub(super) fn take(&self) -> Option<Error> {
        self.kept.lock().ok()?.take()
    }

    /// Keeps an error, and gives what the decoder is told instead: nothing that it has an opinion on.
    fn keep(&self, error: Error) -> Error {
        // Decoders and readers try these again.
        if error.kind() == ErrorKind::Interrupted {
            return error;
        }
        if let Ok(mut kept) = self.kept.lock() {
            kept.get_or_insert(error);
        }
        Error::other("the source failed")
    }
}

impl<R> Watched<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, failure: Failure::default() }
    }

    pub(super) fn failure(&self) -> Failure {
        self.failure.clone()
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.source.read(buffer).map_err(|error| self.failure.keep(error))?;
        self.failure.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.source.seek(to).map_err(|error| match error.kind() {
            // A place before the beginning: an archive's own numbers are wrong, and nothing was read.
            ErrorKind::InvalidInput => error,
            _ => self.failure.keep(error),
        })
    }
}

/// Bytes that each compressed one may become, and up to how many in all nobody asks. 500: tables of little else than commas stay below 200,
/// and only what was made for it, or the same line again and again, is above. 64 MiB: a few seconds' work, whatever is in them.
const MOST_RATIO: u64 = 500;
const UNASKED: u64 = 64 << 20;

/// Names what is wrong with compressed data, and gives errors of the source as they were. Data that becomes many times what it was ends as
/// if it were damaged: few bytes would keep a run busy for hours.
pub(super) struct Checked<R> {
    decoder: R,
    compression: Compression,
    failure: Failure,
    given: u64,
}

impl<R> Checked<R> {
    /// `failure` is of the source that `decoder` reads.
    pub(super) fn new(decoder: R, compression: Compression, failure: Failure) -> Self {
        Self { decoder, compression, failure, given: 0 }
    }

    /// Counts what was decompressed, and fails if it is too much for what was read.
    fn count(&mut self, bytes: usize) -> Result<usize> {
        self.given += bytes as u64;
        let read = self.failure.read.load(Ordering::Relaxed);
        if self.given > UNASKED && self.given / MOST_RATIO > read {
            let (compression, given) = (self.compression, self.given);
            let fault = DecodeError::Expands { compression, read, given, most: MOST_RATIO };
            return Err(Error::new(ErrorKind::InvalidData, fault));
        }
        Ok(bytes)
    }

    fn name(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::Interrupted {
            return error;
        }
        if let Some(failure) = self.failure.take() {
            return failure;
        }
        let compression = self.compression;
        if error.kind() == ErrorKind::UnexpectedEof {
            return Error::new(error.kind(), DecodeError::Truncated { compression });
        }
        let problem = error.to_string();
        let fault = if compression == Compression::Zstd && problem.contains(ZSTD_WINDOW) {
            DecodeError::Window { bytes: None }
        } else {
            DecodeError::Corrupt { compression, problem }
        };
        Error::new(ErrorKind::InvalidData, fault)
    }
}

/// What the zstd library says of a frame whose window is larger than it takes.
const ZSTD_WINDOW: &str = "too much memory";

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self.decoder.read(buffer) {
            // A decoder may take a failure for the end.
            Ok(0) if !buffer.is_empty() => self.failure.take().map_or(Ok(0), Err),
            Ok(read) => self.count(read),
            Err(error) => Err(self.name(error)),
        }
    }
}
