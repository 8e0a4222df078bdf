//! A run of records, and where their cells lie.

use crate::slab::{Record, Slab};
use crate::{cp1252, grammar};

/// Records of a tile. 64 records of 700 bytes, their separators and the places of their cells take 120 KB, which the second cache
/// holds; each of the three is walked through from front to back.
pub(super) const TILE: usize = 64;

/// Places of a column's cells lie this far from the next column's. One more than needed: at a multiple of 512 bytes, all columns would
/// fight for the same few lines of the first cache.
const STRIDE: usize = TILE + 1;

/// Where a cell lies in the slab's bytes, without its quotes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
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
    /// The columns asked for with their places in the order asked, ascending.
    columns: Vec<(u32, u32)>,
    /// [`STRIDE`] for each column asked for, in the order asked.
    spans: Vec<Span>,
    /// For each column asked for a bit a record: its cell is not as it stands.
    odd: Vec<u64>,
    /// A cell without its doubled quotes, and one turned into UTF-8.
    unescaped: Vec<u8>,
    decoded: Vec<u8>,
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
    pub(super) fn new(slab: &'a Slab, columns: &[usize], memory: &'a mut TileMemory) -> Self {
        memory.columns.clear();
        memory
            .columns
            .extend((0..).zip(columns).map(|(nth, &column)| (super::narrow(column), nth)));
        memory.columns.sort_unstable();
        memory.spans.resize(columns.len() * STRIDE, Span::default());
        memory.odd.clear();
        memory.odd.resize(columns.len(), 0);
        Self { slab, from: slab.buffer.bytes.as_slice(), rows: &[], memory, odd: false }
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
            for &(column, nth) in &self.memory.columns {
                let column = column as usize;
                let start = match column.checked_sub(1) {
                    Some(before) => separators[before] + 1,
                    None => record.start,
                };
                let end = separators.get(column).copied().unwrap_or(record.content);
                // No short cut: whether a cell is empty cannot be predicted, and the byte is there in any case.
                let quotes = u32::from(start < end) & u32::from(from[start as usize] == b'"');
                self.memory.spans[nth as usize * STRIDE + at] =
                    Span { start: start + quotes, len: end - start - 2 * quotes };
            }
            if record.doubled > 0 || !record.faults.is_empty() {
                self.note_odd(record, at);
            }
        }
    }

    /// Marks the cells of a record that are not as they stand: all of them where the encoding is at fault.
    #[cold]
    fn note_odd(&mut self, record: &Record, at: usize) {
        let TileMemory { spans, odd, .. } = &mut *self.memory;
        let doubled = record.first_doubled as usize..;
        let doubled = &self.slab.index.doubled[doubled][..record.doubled as usize];
        for (spans, odd) in spans.chunks_exact(STRIDE).zip(odd) {
            let Span { start, len } = spans[at];
            let next = doubled.partition_point(|&quote| quote < start);
            let holds = doubled.get(next).is_some_and(|&quote| quote < start + len);
            *odd |= u64::from(holds || !record.faults.is_empty()) << at;
        }
        self.odd = true;
    }

    fn spans(&self, nth: usize) -> &[Span] {
        &self.memory.spans[nth * STRIDE..][..self.rows.len()]
    }

    /// Whether all cells of the `nth` column are blank.
    pub(super) fn is_blank(&self, nth: usize) -> bool {
        self.spans(nth).iter().fold(0, |longest, span| longest | span.len) == 0
    }

    /// Hands the cells of the `nth` column to `cells`, in order.
    pub(super) fn put(&mut self, nth: usize, cells: &mut impl Cellular) {
        let odd = self.memory.odd[nth];
        if odd == 0 {
            return cells.put(self.from, self.spans(nth));
        }
        let spans = nth * STRIDE..nth * STRIDE + self.rows.len();
        let TileMemory { spans: all, unescaped, decoded, .. } = &mut *self.memory;
        for (at, span) in all[spans].iter().enumerate() {
            if odd >> at & 1 == 0 {
                cells.put(self.from, std::slice::from_ref(span));
                continue;
            }
            let record = &self.slab.records[self.rows[at] as usize];
            let (start, end) = (span.start as usize, (span.start + span.len) as usize);
            let quoted = start > 0 && self.from[start - 1] == b'"';
            cells.push(undone(&self.from[start..end], quoted, record, unescaped, decoded));
        }
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
