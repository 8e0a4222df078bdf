//! Tells errors of the compressed data from errors of the source below it.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use super::compression::Compression;
use super::error::DecodeError;

/// A source under a decoder. What it fails with is kept: decoders put errors of their own in its place, or take it for the end.
pub(super) struct Watched<R> {
    source: R,
    failure: Failure,
}

/// What a source failed with, for those above the decoder.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure(Arc<Mutex<Option<Error>>>);

impl Failure {
    /// Takes it, if there is one.
    pub(super) fn take(&self) -> Option<Error> {
        self.0.lock().ok()?.take()
    }

    /// Keeps an error, and gives what the decoder is told instead: nothing that it has an opinion on.
    fn keep(&self, error: Error) -> Error {
        // Decoders and readers try these again.
        if error.kind() == ErrorKind::Interrupted {
            return error;
        }
        if let Ok(mut kept) = self.0.lock() {
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
        self.source.read(buffer).map_err(|error| self.failure.keep(error))
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

/// Names what is wrong with compressed data, and gives errors of the source as they were.
pub(super) struct Checked<R> {
    decoder: R,
    compression: Compression,
    failure: Failure,
}

impl<R> Checked<R> {
    /// `failure` is of the source that `decoder` reads.
    pub(super) fn new(decoder: R, compression: Compression, failure: Failure) -> Self {
        Self { decoder, compression, failure }
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
            Ok(read) => Ok(read),
            Err(error) => Err(self.name(error)),
        }
    }
}
