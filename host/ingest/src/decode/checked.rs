//! Tells errors of the compressed data from errors of the source below it.

use std::io::{Error, ErrorKind, Read, Result};

use super::compression::Compression;
use super::error::DecodeError;

/// Marks the errors of a source, so that they are known again above the decoder.
pub(super) struct Tagged<R>(pub(super) R);

/// An error of the source, on its way through the decoder.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SourceError(Error);

impl<R: Read> Read for Tagged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            // Decoders and readers try these again.
            ErrorKind::Interrupted => error,
            kind => Error::new(kind, SourceError(error)),
        })
    }
}

/// Names what is wrong with compressed data, and gives errors of the source as they were.
pub(super) struct Checked<R> {
    decoder: R,
    compression: Compression,
}

impl<R> Checked<R> {
    pub(super) fn new(decoder: R, compression: Compression) -> Self {
        Self { decoder, compression }
    }

    fn name(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::Interrupted {
            return error;
        }
        let error = match error.downcast::<SourceError>() {
            Ok(SourceError(error)) => return error,
            Err(error) => error,
        };
        let compression = self.compression;
        if error.kind() == ErrorKind::UnexpectedEof {
            Error::new(ErrorKind::UnexpectedEof, DecodeError::Truncated { compression })
        } else {
            let problem = error.to_string();
            Error::new(ErrorKind::InvalidData, DecodeError::Corrupt { compression, problem })
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.decoder.read(buffer).map_err(|error| self.name(error))
    }
}
