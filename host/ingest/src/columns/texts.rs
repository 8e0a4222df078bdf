//! Cells as texts, one after the other.
//!
//! Short cells are copied as 32 bytes whatever their length, which is one move instead of a call; what is copied too much is
//! overwritten by the next cell or cut off at the end.

use assay_model::{Cells, Column, Text};

use super::Cellular;

/// Bytes copied at once. Most cells are shorter.
const COPY: usize = 32;

/// Texts being gathered.
#[derive(Debug, Default)]
pub(super) struct Texts {
    offsets: Vec<u32>,
    /// The cells' bytes up to `len`; the rest is room.
    bytes: Vec<u8>,
    len: usize,
}

impl Texts {
    /// Starts over, in the memory of a text that is done with.
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
        let blanks = offsets.windows(2).any(|pair| pair[0] == pair[1]);
        let valid = blanks.then(|| {
            let filled = offsets.windows(2).map(|pair| pair[0] != pair[1]);
            super::bitmap(filled)
        });
        let text = Text::from_parts(offsets, std::mem::take(&mut self.bytes))
            .expect("cells were appended in order");
        Column { cells: Cells::Text(text), valid, malformed: None }
    }

    fn end(&self) -> u32 {
        super::narrow(self.len)
    }

    /// Makes room for many more cells.
    #[cold]
    fn grow(&mut self) {
        self.bytes.resize((self.len + COPY) * 2, 0);
    }
}

impl Cellular for Texts {
    #[inline]
    fn push_within(&mut self, from: &[u8], start: usize, len: usize) {
        if len > COPY {
            self.push(&from[start..start + len]);
            return;
        }
        if self.bytes.len() < self.len + COPY {
            self.grow();
        }
        let cell: &[u8; COPY] = from[start..].first_chunk().expect("a buffer ends with room");
        let room: &mut [u8; COPY] =
            self.bytes[self.len..].first_chunk_mut().expect("room was made");
        *room = *cell;
        self.len += len;
        let end = self.end();
        self.offsets.push(end);
    }

    fn push(&mut self, cell: &[u8]) {
        let end = self.len + cell.len();
        if self.bytes.len() < end {
            self.bytes.resize(end * 2, 0);
        }
        self.bytes[self.len..end].copy_from_slice(cell);
        self.len = end;
        let end = self.end();
        self.offsets.push(end);
    }
}
