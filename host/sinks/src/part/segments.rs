//! The bytes of a column chunk, in segments.
//!
//! A chunk of many mebibytes in one buffer would be moved each time it grows, and would take twice its memory meanwhile.

use std::io::{self, Read, Write};

use bytes::{Buf, Bytes};
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};

/// Writes shorter than this are appended to an open segment, which ends when it reaches this size. 4 KiB: page headers, and the pages of
/// columns with little content.
const SMALL: usize = 4 << 10;

/// Contiguous bytes, stored in segments.
#[derive(Debug, Default)]
pub(super) struct Segments {
    ended: Vec<Bytes>,
    /// The segment after them, as long as it is small.
    open: Vec<u8>,
}

impl Segments {
    fn end(&mut self) {
        if !self.open.is_empty() {
            self.ended.push(std::mem::take(&mut self.open).into());
        }
    }
}

impl Write for Segments {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() < SMALL {
            self.open.extend_from_slice(bytes);
            if self.open.len() >= SMALL {
                self.end();
            }
        } else {
            self.end();
            self.ended.push(Bytes::copy_from_slice(bytes));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Length for Segments {
    fn len(&self) -> u64 {
        let ended: usize = self.ended.iter().map(Bytes::len).sum();
        (ended + self.open.len()) as u64
    }
}

impl ChunkReader for Segments {
    type T = Rest;

    fn get_read(&self, start: u64) -> Result<Rest> {
        let open = Bytes::copy_from_slice(&self.open);
        let mut rest = Rest { segments: self.ended.clone(), nth: 0 };
        rest.segments.push(open);
        io::copy(&mut rest.by_ref().take(start), &mut io::sink())?;
        Ok(rest)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = vec![0; length];
        self.get_read(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// A reader of the remaining bytes.
#[derive(Debug)]
pub(super) struct Rest {
    segments: Vec<Bytes>,
    nth: usize,
}

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(segment) = self.segments.get_mut(self.nth) {
            if segment.has_remaining() {
                let count = segment.len().min(buffer.len());
                segment.copy_to_slice(&mut buffer[..count]);
                return Ok(count);
            }
            self.nth += 1;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let mut segments = Segments::default();
        let mut expected = Vec::new();
        for (nth, length) in (0..).zip([0, 10, SMALL - 1, SMALL, 3, 100_000, SMALL - 1, 1]) {
            let bytes = vec![nth; length];
            segments.write_all(&bytes).unwrap();
            expected.extend(bytes);
        }
        assert_eq!(segments.len(), expected.len() as u64);
        for start in [0, 5, SMALL, expected.len() - 1, expected.len()] {
            let mut read = Vec::new();
            segments.get_read(start as u64).unwrap().read_to_end(&mut read).unwrap();
            assert!(read == expected[start..], "from {start}");
        }
        assert_eq!(segments.get_bytes(8, 5).unwrap(), expected[8..13]);
    }
}
