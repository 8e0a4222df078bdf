//! The positions of records, and individual cells: what must be known about an input before it is judged.
//!
//! Finding records does not need columns, so an outline keeps its separators as bits. Outlines of pieces of one input can be made in parallel:
//! each begins where a record seems to begin, and is valid if the piece before ends exactly there.

use std::borrow::Cow;

use assay_model::Position;

use crate::slab::{Slab, text_of};
use crate::{Faults, Summary, grammar};

/// Where the first record of a piece begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// At this offset in the input.
    At(u64),
    /// Where a record seems to begin.
    Likely,
}

/// Whole records in file order, and their positions. Record and line numbers count from the outline's beginning.
#[derive(Debug, Default)]
pub struct Outline {
    slab: Slab,
    begins: Option<u64>,
    summary: Summary,
}

impl Outline {
    pub(crate) fn new(slab: Slab, begins: u64, summary: Summary) -> Self {
        Self { slab, begins: Some(begins), summary }
    }

    pub(crate) fn nowhere(slab: Slab) -> Self {
        Self { slab, begins: None, summary: Summary::default() }
    }

    pub(crate) fn into_slab(self) -> Slab {
        self.slab
    }

    /// Offset in the input at which it begins; `None` if no record seems to begin in its bytes.
    pub fn begins(&self) -> Option<u64> {
        self.begins
    }

    /// Memory used, in bytes.
    pub fn memory(&self) -> usize {
        self.slab.memory()
    }

    /// The summary of its records.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether it has no records.
    pub fn is_empty(&self) -> bool {
        self.slab.is_empty()
    }

    /// The position of record `index`. Its offset is relative to the input; the other numbers count from the outline's beginning.
    pub fn position(&self, index: usize) -> Position {
        self.slab.position(index)
    }

    /// The faults of record `index`.
    pub fn faults(&self, index: usize) -> Faults {
        self.slab.faults(index)
    }

    /// Indexes of records without a blocking fault, ascending.
    pub fn judged(&self) -> &[u32] {
        self.slab.judged()
    }

    /// The bytes of record `index` without its line ending.
    pub fn content(&self, index: usize) -> &[u8] {
        self.slab.content(index)
    }

    /// All cells of a judged record as one UTF-8 text: equal for records with the same cells, however they are quoted, and for no others.
    pub fn cells_as_one(&self, index: usize) -> Cow<'_, [u8]> {
        let content = self.content(index);
        let plain = self.faults(index).is_empty() && memchr::memchr(b'"', content).is_none();
        if plain { content.into() } else { rewritten(content).into() }
    }

    /// The cell of a judged record in `column`: unquoted, UTF-8.
    pub fn cell(&self, index: usize, column: usize) -> Cow<'_, [u8]> {
        let Slab { records, buffer, index: separators, .. } = &self.slab;
        let record = &records[index];
        let (start, end) = separators.field(record.start, record.content, column);
        let field = &buffer.bytes[start as usize..end as usize];
        if record.doubled > 0 || !record.faults.is_empty() {
            return text_of(field);
        }
        match field {
            [b'"', inner @ .., b'"'] => inner.into(),
            bare => bare.into(),
        }
    }
}

/// A record's content as UTF-8, with quotes only where a cell needs them.
fn rewritten(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(content.len());
    for (column, field) in grammar::fields(content).enumerate() {
        if column > 0 {
            text.push(b',');
        }
        let cell = text_of(field);
        if memchr::memchr3(b',', b'"', b'\n', &cell).is_none() {
            text.extend_from_slice(&cell);
            continue;
        }
        text.push(b'"');
        for &byte in cell.iter() {
            text.push(byte);
            if byte == b'"' {
                text.push(byte);
            }
        }
        text.push(b'"');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_cells_are_one_text_however_they_are_quoted() {
        let same = |records: &[&[u8]]| {
            let texts: Vec<_> = records.iter().map(|record| rewritten(record)).collect();
            assert!(texts.windows(2).all(|two| two[0] == two[1]), "{texts:?}");
            texts[0].clone()
        };
        let all = [
            same(&[b"1,x", b"\"1\",x", b"\"1\",\"x\""]),
            same(&[b"1,x ", b"1,\"x \""]),
            same(&[b"2,\"\"", b"2,"]),
            same(&[b"\"1,x\"", b"\"1,x\""]),
            same(&[b"a\rb,", b"\"a\rb\",\"\""]),
            same(&[b"\"a\nb\",c"]),
            same(&[b"\"a\"\"b\",c"]),
            same(&[b"caf\xe9,c", "\"café\",c".as_bytes()]),
        ];
        assert!(all.iter().enumerate().all(|(at, text)| !all[..at].contains(text)), "{all:?}");
    }
}
