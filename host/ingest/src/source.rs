//! The input, with room to give bytes back.
//!
//! Where a slab ends is known only after more was read. What was read too much goes back and comes first the next time.

use std::io::{self, ErrorKind, Read, Result};

/// A reader that takes bytes back.
#[derive(Debug)]
pub(crate) struct Source<R> {
    reader: R,
    /// Bytes given back; those before `cursor` were taken again.
    returned: Vec<u8>,
    cursor: usize,
    /// Bytes that came from the reader since the last giving back.
    fresh: usize,
    /// Bytes of the reader that will be wanted; not more than a few are asked for beyond them. `None`: all of it.
    wanted: Option<u64>,
    /// Bytes that are asked for beyond them the next time.
    beyond: usize,
    ended: bool,
}

/// Bytes in a row, of which the first `filled` mean something. The rest is room, and makes reading over the end harmless.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) filled: usize,
}

/// Bytes asked for beyond those that will be wanted, the first time: 4 KiB, a record that crosses the border, and little that is read for
/// nothing. Each time twice as many, up to [`ROOM`], so that whoever starts over with each of them looks at few bytes more than once.
const BEYOND: usize = 4 << 10;

/// Room made at once at most. 8 MiB: twice what a slab has.
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

    /// Says how many bytes will be wanted most likely.
    pub(crate) fn will_want(&mut self, bytes: u64) {
        self.wanted = Some(bytes);
    }

    /// Passes over bytes.
    pub(crate) fn skip(&mut self, bytes: u64) -> Result<()> {
        let again = bytes.min(self.returned_len() as u64);
        self.cursor += usize::try_from(again).expect("it is in memory");
        let fresh = bytes - again;
        let skipped = io::copy(&mut self.reader.by_ref().take(fresh), &mut io::sink())?;
        self.ended |= skipped < fresh;
        Ok(())
    }

    /// Whether nothing is left to take.
    pub(crate) fn at_end(&self) -> bool {
        self.ended && self.returned_len() == 0
    }

    /// Bytes that were given back and not taken again.
    pub(crate) fn returned_len(&self) -> usize {
        self.returned.len() - self.cursor
    }

    /// Appends `want` bytes to `buffer`, or fewer if the input ends before. However little the reader gives at
    /// once, it is asked until then, so that what comes of the bytes cannot depend on it.
    pub(crate) fn fill(&mut self, buffer: &mut Buffer, want: usize) -> Result<()> {
        let _span = tracing::debug_span!("read").entered();
        let want = match self.wanted {
            Some(wanted) => {
                let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
                // All the room at once, so that nothing is moved when more comes; what is wanted of a record that is too long is not kept.
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

    /// Takes back the last bytes of `buffer`, from `from` on.
    pub(crate) fn give_back(&mut self, buffer: &mut Buffer, from: usize) {
        let bytes = &buffer.bytes[from..buffer.filled];
        if self.fresh == 0 {
            // All of them lie just before the cursor.
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

    /// What is passed over of a record that is too long is read into the same room again and again, far beyond what was wanted.
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
