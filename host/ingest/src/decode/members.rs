//! A gzip file: one member after another, possibly with zeros up to the end of a block.

use std::io::{BufRead, BufReader, Read, Result};

use flate2::bufread::GzDecoder;

use super::checked::Watched;
use super::padding::read_zeros;
use super::source::{PIECE, ReadSeek};

type Source = BufReader<Watched<Box<dyn ReadSeek + Send>>>;

/// The bytes of all members. Zeros after the last are skipped, as gzip does.
pub(super) struct Members(GzDecoder<Source>);

impl Members {
    pub(super) fn new(source: Watched<Box<dyn ReadSeek + Send>>) -> Self {
        Self(GzDecoder::new(BufReader::with_capacity(PIECE, source)))
    }

    /// Moves on to the next member; false at the end.
    fn next(&mut self) -> Result<bool> {
        let source = self.0.get_mut();
        match source.fill_buf()?.first() {
            None => return Ok(false),
            Some(0) => return read_zeros(source).map(|()| false),
            Some(_) => {}
        }
        let nothing = BufReader::with_capacity(0, Watched::new(Box::new(std::io::empty()) as _));
        let source = std::mem::replace(source, nothing);
        self.0.reset(source);
        Ok(true)
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = self.0.read(buffer)?;
            if read > 0 || !self.next()? {
                return Ok(read);
            }
        }
    }
}
