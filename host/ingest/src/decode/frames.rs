//! A zstd file: one frame after another, possibly with zeros up to the end of a block.

use std::io::{BufRead, BufReader, Read, Result};

use zstd::Decoder;

use super::checked::Watched;
use super::padding::read_zeros;
use super::source::{PIECE, ReadSeek};

type Source = BufReader<Watched<Box<dyn ReadSeek + Send>>>;

/// The bytes of all frames. Zeros after the last are skipped, as they are for gzip.
pub(super) struct Frames(Option<Decoder<'static, Source>>);

impl Frames {
    pub(super) fn new(source: Watched<Box<dyn ReadSeek + Send>>) -> Result<Self> {
        frame(BufReader::with_capacity(PIECE, source)).map(|first| Self(Some(first)))
    }

    /// Moves on to the next frame; false at the end.
    fn next(&mut self) -> Result<bool> {
        let Some(decoder) = &mut self.0 else { return Ok(false) };
        let source = decoder.get_mut();
        match source.fill_buf()?.first() {
            None => return Ok(false),
            Some(0) => return read_zeros(source).map(|()| false),
            Some(_) => {}
        }
        let source = self.0.take().map(Decoder::into_inner);
        self.0 = source.map(frame).transpose()?;
        Ok(true)
    }
}

/// Decodes one frame from `source`.
fn frame(source: Source) -> Result<Decoder<'static, Source>> {
    Decoder::with_buffer(source).map(Decoder::single_frame)
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(decoder) = &mut self.0 {
            let read = decoder.read(buffer)?;
            if read > 0 || !self.next()? {
                return Ok(read);
            }
        }
        Ok(0)
    }
}
