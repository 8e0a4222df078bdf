//! A run of records, and the positions of their cells.

use crate::slab::{Record, Slab, narrow};
use crate::{cp1252, grammar};

/// Records per tile. 64 records of 700 bytes, their separators and the positions of their cells take 120 KB, which fits the L2 cache;
/// each of the three is read sequentially.
pub(crate) const TILE: usize = 64;

/// Distance between the spans of one column and the next. One more than needed: at a multiple of 512 bytes, all columns would compete
/// for the same few lines of the L1 cache.
const STRIDE: usize = TILE + 1;

/// The position of a cell in the slab's bytes, without its quotes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// A unit of lookup: a column, or neighbouring columns whose cells are looked up together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// The range of columns in the file that it covers.
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Item {
    pub(super) fn is_joint(self) -> bool {
        self.first < self.last
    }
}

/// A destination for cells.
pub(super) trait Cellular {
    /// Adds cells given as spans of `from`, at most [`TILE`]. `from` must reach at least 32 bytes beyond the start of each.
    fn put(&mut self, from: &[u8], spans: &[Span]);
    /// Adds one cell.
    fn push(&mut self, cell: &[u8]);
}

/// A tile's memory, reused for the next slab.
#[derive(Debug, Default)]
pub(super) struct TileMemory {
    /// The items to find, ascending.
    items: Vec<Item>,
    /// [`STRIDE`] spans for each item.
    spans: Vec<Span>,
    /// For each item, one bit per record: the cell differs from its raw bytes.
    odd: Vec<u64>,
    /// Buffers for a cell without its doubled quotes, and for one converted to UTF-8.
    unescaped: Vec<u8>,
    decoded: Vec<u8>,
}

impl TileMemory {
    /// Memory used, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.items.capacity() * size_of::<Item>()
            + self.spans.capacity() * size_of::<Span>()
            + self.odd.capacity() * size_of::<u64>()
            + self.unescaped.capacity()
            + self.decoded.capacity()
    }
}

/// A run of records, and the positions of their cells.
#[derive(Debug)]
pub(super) struct Tile<'a> {
    slab: &'a Slab,
    from: &'a [u8],
    rows: &'a [u32],
    memory: &'a mut TileMemory,
    /// At least one record has an odd cell.
    odd: bool,
}

impl<'a> Tile<'a> {
    pub(super) fn new(
        slab: &'a Slab,
        items: impl Iterator<Item = Item>,
        memory: &'a mut TileMemory,
    ) -> Self {
        let from = slab.buffer.bytes.as_slice();
        let mut tile = Self { slab, from, rows: &[], memory, odd: false };
        tile.look_for(items);
        tile
    }

    /// Switches to other items, for these records and the following ones.
    pub(super) fn look_for(&mut self, items: impl Iterator<Item = Item>) {
        let TileMemory { items: own, spans, odd, .. } = &mut *self.memory;
        own.clear();
        own.extend(items);
        spans.resize(own.len() * STRIDE, Span::default());
        odd.clear();
        odd.resize(own.len(), 0);
        self.odd = false;
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Moves on to other records, at most [`TILE`].
    pub(super) fn visit(&mut self, rows: &'a [u32]) {
        self.rows = rows;
        if self.odd {
            self.memory.odd.fill(0);
            self.odd = false;
        }
        let (records, from) = (&self.slab.records, self.from);
        for (at, &row) in rows.iter().enumerate() {
            let record = &records[row as usize];
            let separators = &self.slab.index.separators[record.first as usize..];
            let separators = &separators[..record.fields as usize - 1];
            let spans = self.memory.spans.chunks_exact_mut(STRIDE);
            for (item, spans) in self.memory.items.iter().zip(spans) {
                let start = match (item.first as usize).checked_sub(1) {
                    Some(before) => separators[before] + 1,
                    None => record.start,
                };
                let end = separators.get(item.last as usize).copied().unwrap_or(record.content);
                // No shortcut here: whether a cell is empty cannot be predicted, and the byte exists in any case.
                let quotes = u32::from(start < end)
                    & u32::from(from[start as usize] == b'"')
                    & u32::from(!item.is_joint());
                spans[at] = Span { start: start + quotes, len: end - start - 2 * quotes };
            }
            if record.doubled > 0 || !record.faults.is_empty() {
                self.note_odd(record, at);
            }
        }
    }

    /// Marks the cells of a record that differ from their raw bytes: those with doubled quotes, or all of them if the encoding is at
    /// fault.
    #[cold]
    fn note_odd(&mut self, record: &Record, at: usize) {
        let TileMemory { items, spans, odd, .. } = &mut *self.memory;
        self.odd = true;
        if !record.faults.is_empty() {
            for odd in odd {
                *odd |= 1 << at;
            }
            return;
        }
        let doubled = record.first_doubled as usize..;
        for &quote in &self.slab.index.doubled[doubled][..record.doubled as usize] {
            // Items are in file order, so binary search finds the one with the quote.
            let (mut low, mut high) = (0, items.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                let Span { start, len } = spans[middle * STRIDE + at];
                if start + len <= quote { low = middle + 1 } else { high = middle }
            }
            // In joint columns, the same bytes mean the same cells, whatever they contain.
            if low < items.len()
                && spans[low * STRIDE + at].start <= quote
                && !items[low].is_joint()
            {
                odd[low] |= 1 << at;
            }
        }
    }

    /// The span of the `nth` item in each record.
    pub(super) fn spans(&self, nth: usize) -> &[Span] {
        &self.memory.spans[nth * STRIDE..][..self.rows.len()]
    }

    /// The bytes that the spans refer to.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.from
    }

    /// Whether the `nth` item differs from its raw bytes in record `at`.
    pub(super) fn is_odd(&self, nth: usize, at: usize) -> bool {
        self.memory.odd[nth] >> at & 1 == 1
    }

    /// Whether all cells of the `nth` column are blank.
    pub(super) fn is_blank(&self, nth: usize) -> bool {
        self.spans(nth).iter().fold(0, |longest, span| longest | span.len) == 0
    }

    /// Passes the cells of the `nth` column to `cells`, in order.
    pub(super) fn put(&mut self, nth: usize, cells: &mut impl Cellular) {
        let mut odd = self.memory.odd[nth];
        let mut done = 0;
        while odd != 0 {
            let at = odd.trailing_zeros() as usize;
            odd &= odd - 1;
            cells.put(self.from, &self.spans(nth)[done..at]);
            let Span { start, len } = self.spans(nth)[at];
            cells.push(self.undone(at, start as usize, (start + len) as usize));
            done = at + 1;
        }
        cells.put(self.from, &self.spans(nth)[done..]);
    }

    /// Passes the cell of one column in record `at` to `take`: as a span if it equals its raw bytes, otherwise as the cell itself.
    pub(super) fn cell<T>(
        &mut self,
        at: usize,
        column: u32,
        take: impl FnOnce(&[u8], Result<Span, &[u8]>) -> T,
    ) -> T {
        let record = &self.slab.records[self.rows[at] as usize];
        let (start, end) = self.slab.span(record, column as usize);
        let quotes = usize::from(start < end && self.from[start] == b'"');
        let (start, end) = (start + quotes, end - quotes);
        if record.doubled > 0 || !record.faults.is_empty() {
            let from = self.from;
            return take(from, Err(self.undone(at, start, end)));
        }
        let span = Span { start: narrow(start), len: narrow(end - start) };
        take(self.from, Ok(span))
    }

    /// The bytes of a cell, unescaped and decoded as its record's flags require.
    fn undone(&mut self, at: usize, start: usize, end: usize) -> &[u8] {
        let record = &self.slab.records[self.rows[at] as usize];
        let quoted = start > 0 && self.from[start - 1] == b'"';
        let TileMemory { unescaped, decoded, .. } = &mut *self.memory;
        undone(&self.from[start..end], quoted, record, unescaped, decoded)
    }
}

/// A cell, unescaped and decoded as its record's flags require.
fn undone<'a>(
    inner: &'a [u8],
    quoted: bool,
    record: &Record,
    unescaped: &'a mut Vec<u8>,
    decoded: &'a mut Vec<u8>,
) -> &'a [u8] {
    let plain = if quoted && record.doubled > 0 {
        unescaped.clear();
        grammar::unescape_into(inner, unescaped);
        unescaped.as_slice()
    } else {
        inner
    };
    if record.faults.is_empty() {
        return plain;
    }
    decoded.clear();
    cp1252::decode_into(plain, decoded);
    decoded
}
