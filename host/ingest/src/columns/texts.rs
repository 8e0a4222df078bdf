//! Cells as texts, one after another.
//!
//! Short cells are copied as 32 bytes whatever their length, which is one move instead of a call; the excess is overwritten
//! by the next cell or cut off at the end.

use assay_model::{Cells, Column, Text};

use super::tile::{Cellular, Span};
use super::validity::bitmap;
use crate::slab::narrow;

/// Bytes copied in one step. Most cells are shorter.
const COPY: usize = 32;

/// The largest step by which the buffer grows. 256 KiB: the size of most columns' texts in a slab.
const LITTLE: usize = 256 << 10;

/// Texts being gathered.
#[derive(Debug, Default)]
pub(super) struct Texts {
    offsets: Vec<u32>,
    /// The cells' bytes up to `len`; the rest is spare.
    bytes: Vec<u8>,
    len: usize,
}

impl Texts {
    /// Starts over, in the memory of a finished text.
    pub(super) fn begin(&mut self, spare: Option<Text>) {
        (self.offsets, self.bytes) = spare.map(Text::into_parts).unwrap_or_default();
        self.offsets.clear();
        self.offsets.push(0);
        self.len = 0;
    }

    pub(super) fn push_blanks(&mut self, count: usize) {
        let end = self.end();
        self.offsets.resize(self.offsets.len() + count, end);
    }

    /// The column.
    pub(super) fn finish(&mut self) -> Column {
        self.bytes.truncate(self.len);
        let offsets = std::mem::take(&mut self.offsets);
        let filled: Vec<bool> = offsets.windows(2).map(|pair| pair[0] != pair[1]).collect();
        let valid = filled.contains(&false).then(|| bitmap(&filled, |filled| *filled));
        let text = Text::from_parts(offsets, std::mem::take(&mut self.bytes))
            .expect("cells were appended in order");
        Column { cells: Cells::Text(text), valid, malformed: None }
    }

    fn end(&self) -> u32 {
        narrow(self.len)
    }

    #[inline]
    fn make_room(&mut self, room: usize) {
        if self.bytes.len() < room {
            // The room is doubled while it is small; for long texts that would waste memory.
            let len = room + room.min(LITTLE);
            self.bytes.reserve_exact(len - self.bytes.len());
            self.bytes.resize(len, 0);
        }
    }

    /// Memory used, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.offsets.capacity() * size_of::<u32>() + self.bytes.capacity()
    }
}

impl Cellular for Texts {
    fn put(&mut self, from: &[u8], spans: &[Span]) {
        let total: usize = spans.iter().map(|span| span.len as usize).sum();
        let room = self.len + total + COPY;
        self.make_room(room);
        let Self { bytes, len, offsets } = self;
        offsets.extend(spans.iter().map(|span| {
            let start = span.start as usize;
            let end = *len + span.len as usize;
            if span.len as usize <= COPY {
                let cell: &[u8; COPY] =
                    from[start..].first_chunk().expect("a buffer ends with room");
                let room = bytes[*len..].first_chunk_mut().expect("room was made");
                *room = *cell;
            } else {
                bytes[*len..end].copy_from_slice(&from[start..start + span.len as usize]);
            }
            *len = end;
            narrow(end)
        }));
    }

    fn push(&mut self, cell: &[u8]) {
        let end = self.len + cell.len();
        self.make_room(end);
        self.bytes[self.len..end].copy_from_slice(cell);
        self.len = end;
        let end = self.end();
        self.offsets.push(end);
    }
}
