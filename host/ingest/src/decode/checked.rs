//! Distinguishes errors of the compressed data from errors of the underlying source.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::compression::Compression;
use super::error::DecodeError;

/// A source under a decoder. Its error is kept, because decoders replace it with their own or mistake it for the end of the data.
pub(super) struct Watched<R> {
    source: R,
    failure: Failure,
}

/// The error of a source, for the layers above the decoder, and how much was read before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure {
    kept: Arc<Mutex<Option<Error>>>,
    /// Bytes read from it.
    read: Arc<AtomicU64>,
}

impl Failure {
    /// Takes the error, if there is one.
    pub(super) fn take(&self) -> Option<Error> {
        self.kept.lock().ok()?.take()
    }

    /// Keeps an error, and returns a neutral one for the decoder.
    fn keep(&self, error: Error) -> Error {
        // Decoders and readers retry these.
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
            // An offset before the beginning: the archive's own numbers are wrong, and nothing was read.
            ErrorKind::InvalidInput => error,
            _ => self.failure.keep(error),
        })
    }
}

/// The highest ratio of decompressed to compressed bytes, and the number of decompressed bytes below which it is not checked. 500: tables
/// of little but commas stay below 200, and only crafted data, or the same line again and again, exceeds it. 64 MiB: a few seconds' work,
/// whatever they contain.
const MOST_RATIO: u64 = 500;
const UNASKED: u64 = 64 << 20;

/// Describes what is wrong with compressed data, and passes errors of the source on unchanged. Data that expands too much ends in an error
/// as if it were damaged: otherwise a few bytes could keep a run busy for hours.
pub(super) struct Checked<R> {
    decoder: R,
    compression: Compression,
    failure: Failure,
    given: u64,
}

impl<R> Checked<R> {
    /// `failure` belongs to the source that `decoder` reads.
    pub(super) fn new(decoder: R, compression: Compression, failure: Failure) -> Self {
        Self { decoder, compression, failure, given: 0 }
    }

    /// Counts decompressed bytes, and fails if there are too many for the bytes that were read.
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

/// The zstd library's error for a frame whose window is larger than it accepts.
const ZSTD_WINDOW: &str = "too much memory";

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self.decoder.read(buffer) {
            // A decoder may mistake a failure for the end.
            Ok(0) if !buffer.is_empty() => self.failure.take().map_or(Ok(0), Err),
            Ok(read) => self.count(read),
            Err(error) => Err(self.name(error)),
        }
    }
}
