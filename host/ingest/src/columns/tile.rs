//! A run of records, and where their cells lie.

use crate::slab::{Record, Slab, narrow};
use crate::{cp1252, grammar};

/// Records of a tile. 64 records of 700 bytes, their separators and the places of their cells take 120 KB, which the second cache
/// holds; each of the three is walked through from front to back.
pub(crate) const TILE: usize = 64;

/// Places of a column's cells lie this far from the next column's. One more than needed: at a multiple of 512 bytes, all columns would
/// fight for the same few lines of the first cache.
const STRIDE: usize = TILE + 1;

/// Where a cell lies in the slab's bytes, without its quotes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// What is found at once: a column, or neighbours whose cells are looked up together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// The columns of the file it reaches over.
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Item {
    pub(super) fn is_joint(self) -> bool {
        self.first < self.last
    }
}

/// What cells can be put into.
pub(super) trait Cellular {
    /// Cells as they stand in `from`, which reaches 32 bytes beyond the start of each at least. At most [`TILE`].
    fn put(&mut self, from: &[u8], spans: &[Span]);
    /// A cell.
    fn push(&mut self, cell: &[u8]);
}

/// Memory of a tile, used again for the next slab.
#[derive(Debug, Default)]
pub(super) struct TileMemory {
    /// What is to be found, ascending.
    items: Vec<Item>,
    /// [`STRIDE`] for each item.
    spans: Vec<Span>,
    /// For each item a bit a record: it is not as it stands.
    odd: Vec<u64>,
    /// A cell without its doubled quotes, and one turned into UTF-8.
    unescaped: Vec<u8>,
    decoded: Vec<u8>,
}

impl TileMemory {
    /// Bytes it takes.
    pub(super) fn memory(&self) -> usize {
        self.items.capacity() * size_of::<Item>()
            + self.spans.capacity() * size_of::<Span>()
            + self.odd.capacity() * size_of::<u64>()
            + self.unescaped.capacity()
            + self.decoded.capacity()
    }
}

/// A run of records, and where their cells lie.
#[derive(Debug)]
pub(super) struct Tile<'a> {
    slab: &'a Slab,
    from: &'a [u8],
    rows: &'a [u32],
    memory: &'a mut TileMemory,
    /// Some record has an odd cell.
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

    /// Finds other items of these records, and of those that come.
    pub(super) fn look_for(&mut self, items: impl Iterator<Item = Item>) {
        let TileMemory { items: own, spans, odd, .. } = &mut *self.memory;
        own.clear();
        own.extend(items);
        spans.resize(own.len() * STRIDE, Span::default());
        odd.clear();
        odd.resize(own.len(), 0);
        self.odd = false;
    }

    /// How many records it has.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Goes on to other records, at most [`TILE`].
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
                // No short cut: whether a cell is empty cannot be predicted, and the byte is there in any case.
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

    /// Marks what is not as it stands in a record: cells with doubled quotes, and everything where the encoding is at fault.
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
            // Items are in the order of the file.
            let (mut low, mut high) = (0, items.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                let Span { start, len } = spans[middle * STRIDE + at];
                if start + len <= quote { low = middle + 1 } else { high = middle }
            }
            // Neighbours with the same bytes have the same cells whatever these are.
            if low < items.len()
                && spans[low * STRIDE + at].start <= quote
                && !items[low].is_joint()
            {
                odd[low] |= 1 << at;
            }
        }
    }

    /// Where the `nth` item lies in each record.
    pub(super) fn spans(&self, nth: usize) -> &[Span] {
        &self.memory.spans[nth * STRIDE..][..self.rows.len()]
    }

    /// The bytes that spans are of.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.from
    }

    /// Whether the `nth` item is not as it stands in the record `at`.
    pub(super) fn is_odd(&self, nth: usize, at: usize) -> bool {
        self.memory.odd[nth] >> at & 1 == 1
    }

    /// Whether all cells of the `nth` column are blank.
    pub(super) fn is_blank(&self, nth: usize) -> bool {
        self.spans(nth).iter().fold(0, |longest, span| longest | span.len) == 0
    }

    /// Hands the cells of the `nth` column to `cells`, in order.
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

    /// Hands the cell of one column in the record `at` to `take`: where it lies if it is as it stands, else itself.
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

    /// The bytes of a cell, without what its record's flags say may be in it.
    fn undone(&mut self, at: usize, start: usize, end: usize) -> &[u8] {
        let record = &self.slab.records[self.rows[at] as usize];
        let quoted = start > 0 && self.from[start - 1] == b'"';
        let TileMemory { unescaped, decoded, .. } = &mut *self.memory;
        undone(&self.from[start..end], quoted, record, unescaped, decoded)
    }
}

/// A cell without what its record's flags say may be in it.
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
