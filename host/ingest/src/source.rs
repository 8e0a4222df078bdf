//! The input, as a reader that takes bytes back.
//!
//! Where a slab ends is known only after more has been read. The excess is given back and comes first in the next read.

use std::io::{self, ErrorKind, Read, Result};

/// A reader to which bytes can be given back.
#[derive(Debug)]
pub(crate) struct Source<R> {
    reader: R,
    /// Bytes given back; those before `cursor` have been read again.
    returned: Vec<u8>,
    cursor: usize,
    /// Bytes read from the reader since bytes were last given back.
    fresh: usize,
    /// Bytes of the reader that will be needed; only a few more are read beyond them. `None`: all of them.
    wanted: Option<u64>,
    /// Bytes to read beyond them the next time.
    beyond: usize,
    ended: bool,
}

/// Contiguous bytes, of which the first `filled` are valid. The rest is spare room, which makes reading past the end harmless.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) filled: usize,
}

/// Bytes read beyond those that will be needed, the first time: 4 KiB, enough for a record that crosses the boundary, and little to read
/// in vain. The number doubles each time, up to [`ROOM`], so that a caller that starts over each time examines few bytes more than once.
const BEYOND: usize = 4 << 10;

/// Maximum room allocated in one step. 8 MiB: twice the size of a slab.
const ROOM: usize = 8 << 20;

/// Room that is always kept after the filled part: one block of the index.
pub(crate) const SLACK: usize = crate::index::BLOCK;

impl<R: Read> Source<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            returned: Vec::new(),
            cursor: 0,
            fresh: 0,
            wanted: None,
            beyond: BEYOND,
            ended: false,
        }
    }

    /// Sets how many bytes will probably be needed.
    pub(crate) fn will_want(&mut self, bytes: u64) {
        self.wanted = Some(bytes);
    }

    /// Skips bytes.
    pub(crate) fn skip(&mut self, bytes: u64) -> Result<()> {
        let again = bytes.min(self.returned_len() as u64);
        self.cursor += usize::try_from(again).expect("it is in memory");
        let fresh = bytes - again;
        let skipped = io::copy(&mut self.reader.by_ref().take(fresh), &mut io::sink())?;
        self.ended |= skipped < fresh;
        Ok(())
    }

    /// Whether nothing is left to read.
    pub(crate) fn at_end(&self) -> bool {
        self.ended && self.returned_len() == 0
    }

    /// Number of bytes that were given back and not read again.
    pub(crate) fn returned_len(&self) -> usize {
        self.returned.len() - self.cursor
    }

    /// Appends `want` bytes to `buffer`, or fewer if the input ends first. It reads until then, however little the reader returns per
    /// call, so that the result cannot depend on it.
    pub(crate) fn fill(&mut self, buffer: &mut Buffer, want: usize) -> Result<()> {
        let _span = tracing::debug_span!("read").entered();
        let want = match self.wanted {
            Some(wanted) => {
                let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
                // Reserves all the room in one step, so that nothing is moved when more is read. For a record that is too long, the excess
                // bytes are not kept.
                let room = buffer.filled + wanted.min(ROOM) + self.beyond.min(want) + SLACK;
                buffer.bytes.reserve_exact(room.saturating_sub(buffer.bytes.len()));
                let most = wanted.max(self.beyond);
                if wanted < self.beyond {
                    self.beyond = (self.beyond * 2).min(ROOM);
                }
                want.min(most)
            }
            None => want,
        };
        let target = buffer.filled + want;
        if buffer.bytes.len() < target + SLACK {
            buffer.bytes.resize(target + SLACK, 0);
        }
        let again = want.min(self.returned_len());
        buffer.bytes[buffer.filled..buffer.filled + again]
            .copy_from_slice(&self.returned[self.cursor..self.cursor + again]);
        self.cursor += again;
        buffer.filled += again;
        while buffer.filled < target && !self.ended {
            match self.reader.read(&mut buffer.bytes[buffer.filled..target]) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    buffer.filled += count;
                    self.fresh += count;
                    self.wanted = self.wanted.map(|wanted| wanted.saturating_sub(count as u64));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes back the last bytes of `buffer`, starting at `from`.
    pub(crate) fn give_back(&mut self, buffer: &mut Buffer, from: usize) {
        let bytes = &buffer.bytes[from..buffer.filled];
        if self.fresh == 0 {
            // All of them lie directly before the cursor.
            self.cursor -= bytes.len();
        } else {
            self.returned.clear();
            self.returned.extend_from_slice(bytes);
            self.cursor = 0;
            self.fresh = 0;
        }
        buffer.filled = from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the rest of a record that is too long is skipped, it is read into the same room again and again, far beyond the bytes needed.
    #[test]
    fn room_does_not_grow_with_what_is_read_beyond() {
        const READ: usize = 256 << 10;
        let mut source = Source::new(io::repeat(b'x'));
        source.will_want(1_000);
        let mut buffer = Buffer::default();
        for _ in 0..100 {
            buffer.filled = 0;
            source.fill(&mut buffer, READ).unwrap();
            assert!(buffer.bytes.capacity() <= 2 * READ, "{} bytes", buffer.bytes.capacity());
        }
        assert_eq!(buffer.filled, READ, "and it is read as much at once as was asked for");
    }
}
