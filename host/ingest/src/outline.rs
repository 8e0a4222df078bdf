//! Where records lie, and a cell of them here and there: what has to be known of an input before it is judged.
//!
//! Finding records needs no columns, so an outline keeps its separators as bits. Outlines of pieces of one input can be made at the same time:
//! each begins where a record seems to begin, and holds if the piece before ends just there.

use std::borrow::Cow;

use assay_model::Position;

use crate::slab::{Slab, text_of};
use crate::{Faults, Summary};

/// Where the first record of a piece begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// At this offset in the input.
    At(u64),
    /// Where it looks as if one did.
    Likely,
}

/// Whole records in file order, and where they lie. Numbers of records and lines count from the outline's beginning.
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

    /// Offset in the input at which it begins; `None` if no record seemed to begin in its bytes.
    pub fn begins(&self) -> Option<u64> {
        self.begins
    }

    /// Bytes of memory it takes.
    pub fn memory(&self) -> usize {
        self.slab.memory()
    }

    /// Sums over its records.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// How many records it has.
    pub fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.slab.is_empty()
    }

    /// Where record `index` lies. Its offset is that in the input, the other numbers count from the outline's beginning.
    pub fn position(&self, index: usize) -> Position {
        self.slab.position(index)
    }

    /// What is wrong with record `index`.
    pub fn faults(&self, index: usize) -> Faults {
        self.slab.faults(index)
    }

    /// Records without a blocking fault. Ascending.
    pub fn judged(&self) -> &[u32] {
        self.slab.judged()
    }

    /// The bytes of record `index` without its line ending.
    pub fn content(&self, index: usize) -> &[u8] {
        self.slab.content(index)
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
