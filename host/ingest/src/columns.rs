//! Cells of many records, column by column: the loop most of the time of reading goes into.
//!
//! Records are visited in tiles that fit the first caches, and within a tile column by column. Of each cell first only its place is
//! found, without a branch; what becomes of the cells of a tile is one decision a column: nothing (all are blank), a key into the
//! column's distinct cells, or a copy. Which of them depends on the slab's cells alone, so the columns do too.

mod distinct;
mod texts;

use assay_model::{Bitmap, Cells, Column, Text};

use crate::slab::{Record, Slab};
use crate::{cp1252, grammar};
use distinct::Distinct;
use texts::Texts;

/// Records visited for all columns before going on. 64 records of 700 bytes and their separators take 70 KB: what one
/// column leaves in the first caches, the next one finds there.
const TILE: usize = 64;

/// Records after which a column must have shown that its cells repeat: enough to tell names of companies from names of records.
const TRIAL: usize = 512;

/// How the cells of a column are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// As distinct cells and keys where cells repeat, as texts elsewhere.
    Smallest,
    /// As texts.
    Texts,
}

/// Memory for building columns, used again for one slab after another. Nothing that comes out depends on it.
#[derive(Debug, Default)]
pub struct ColumnMemory {
    builders: Vec<Builder>,
    spare: Spare,
}

/// What columns that are done with were made of.
#[derive(Debug, Default)]
struct Spare {
    texts: Vec<Text>,
    keyed: Vec<(Vec<u16>, Text)>,
}

impl ColumnMemory {
    /// Takes columns whose memory may be used for the next slab's.
    pub fn recycle(&mut self, columns: impl IntoIterator<Item = Column>) {
        for column in columns {
            match column.cells {
                Cells::Text(text) => self.spare.texts.push(text),
                Cells::Dictionary { keys, values } => self.spare.keyed.push((keys, values)),
                _ => {}
            }
        }
    }
}

/// Builds `columns` of `rows`.
pub(crate) fn build(
    slab: &Slab,
    rows: &[u32],
    columns: &[usize],
    keep: Keep,
    memory: &mut ColumnMemory,
) -> Vec<Column> {
    let ColumnMemory { builders, spare } = memory;
    builders.resize_with(columns.len().max(builders.len()), Builder::default);
    let builders = &mut builders[..columns.len()];
    for (builder, &column) in builders.iter_mut().zip(columns) {
        builder.begin(column, keep);
    }
    let mut tile = Tile::new(slab);
    for rows in rows.chunks(TILE) {
        tile.visit(rows);
        for builder in &mut *builders {
            builder.append(&mut tile, spare);
        }
    }
    builders.iter_mut().map(|builder| builder.finish(rows.len())).collect()
}

/// A run of records, and where their cells of one column lie.
struct Tile<'a> {
    slab: &'a Slab,
    from: &'a [u8],
    rows: &'a [u32],
    /// Start and length of each cell without its quotes.
    spans: [(u32, u32); TILE],
    /// Those of the records, a bit each, that have doubled quotes or bytes that are not UTF-8: their cells are not as they stand.
    odd: u64,
    /// A cell without its doubled quotes, and one turned into UTF-8.
    unescaped: Vec<u8>,
    decoded: Vec<u8>,
}

impl<'a> Tile<'a> {
    fn new(slab: &'a Slab) -> Self {
        Self {
            slab,
            from: slab.buffer.bytes.as_slice(),
            rows: &[],
            spans: [(0, 0); TILE],
            odd: 0,
            unescaped: Vec::new(),
            decoded: Vec::new(),
        }
    }

    fn visit(&mut self, rows: &'a [u32]) {
        self.rows = rows;
        self.odd = 0;
        for (bit, &row) in rows.iter().enumerate() {
            let record = &self.slab.records[row as usize];
            self.odd |= u64::from(record.doubled || !record.faults.is_empty()) << bit;
        }
    }

    /// Finds the cells of a column. Returns whether any may be filled.
    fn find(&mut self, column: usize) -> bool {
        let mut longest = 0;
        for (span, &row) in self.spans.iter_mut().zip(self.rows) {
            let record = &self.slab.records[row as usize];
            let (start, end) = self.slab.span(record, column);
            // No short cut: whether a cell is empty cannot be predicted, and the byte is there in any case.
            let quotes = usize::from(start < end) & usize::from(self.from[start] == b'"');
            *span = (narrow(start + quotes), narrow(end - start - 2 * quotes));
            longest |= span.1;
        }
        longest != 0
    }

    /// Hands the cells that were found to `cells`, in order.
    #[inline]
    fn each(&mut self, cells: &mut impl Cellular) {
        let spans = &self.spans[..self.rows.len()];
        for (at, &(start, len)) in spans.iter().enumerate() {
            let (start, len) = (start as usize, len as usize);
            if self.odd >> at & 1 == 0 {
                cells.push_within(self.from, start, len);
                continue;
            }
            let record = &self.slab.records[self.rows[at] as usize];
            let inner = &self.from[start..start + len];
            let quoted = start > 0 && self.from[start - 1] == b'"';
            cells.push(undone(inner, quoted, record, &mut self.unescaped, &mut self.decoded));
        }
    }
}

/// What cells can be put into.
trait Cellular {
    /// A cell with bytes around it: `from` reaches 32 bytes beyond its start at least.
    fn push_within(&mut self, from: &[u8], start: usize, len: usize);
    /// A cell.
    fn push(&mut self, cell: &[u8]);
}

/// A cell without what its record's flags say may be in it.
fn undone<'a>(
    inner: &'a [u8],
    quoted: bool,
    record: &Record,
    unescaped: &'a mut Vec<u8>,
    decoded: &'a mut Vec<u8>,
) -> &'a [u8] {
    let plain = if quoted && record.doubled {
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

/// What the cells of a column have been so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Seen {
    /// Nothing but blanks.
    #[default]
    Blanks,
    /// Cells that repeat, as far as can be told.
    Distinct,
    /// Cells that don't.
    Texts,
}

/// One column being built.
#[derive(Debug, Default)]
struct Builder {
    column: usize,
    keep: Option<Keep>,
    seen: Seen,
    records: usize,
    distinct: Distinct,
    texts: Texts,
}

impl Builder {
    fn begin(&mut self, column: usize, keep: Keep) {
        self.column = column;
        self.keep = Some(keep);
        self.seen = Seen::Blanks;
        self.records = 0;
    }

    fn append(&mut self, tile: &mut Tile<'_>, spare: &mut Spare) {
        let before = self.records;
        self.records += tile.rows.len();
        if !tile.find(self.column) && self.seen == Seen::Blanks {
            return;
        }
        if self.seen == Seen::Blanks {
            self.end_of_blanks(before, spare);
        }
        if self.seen == Seen::Distinct {
            tile.each(&mut self.distinct);
            let whole = !self.distinct.overflows();
            let repeats = self.distinct.len() * 2 <= self.records;
            if whole && (repeats || self.records < TRIAL) {
                return;
            }
            // What was keyed of this tile is keyed for nothing and copied below.
            self.texts.begin(spare.texts.pop());
            spare.keyed.push(self.distinct.spill_into(&mut self.texts, before));
            self.seen = Seen::Texts;
        }
        tile.each(&mut self.texts);
    }

    /// The first cell that is not blank comes after `blanks` that were.
    fn end_of_blanks(&mut self, blanks: usize, spare: &mut Spare) {
        if self.keep == Some(Keep::Texts) {
            self.seen = Seen::Texts;
            self.texts.begin(spare.texts.pop());
            self.texts.push_blanks(blanks);
        } else {
            self.seen = Seen::Distinct;
            self.distinct.begin(spare.keyed.pop());
            self.distinct.push_blanks(blanks);
        }
    }

    fn finish(&mut self, rows: usize) -> Column {
        match self.seen {
            Seen::Blanks if rows > 0 => blank(rows),
            Seen::Blanks => {
                Column { cells: Cells::Text(Text::default()), valid: None, malformed: None }
            }
            Seen::Texts => self.texts.finish(),
            Seen::Distinct => self.distinct.finish(),
        }
    }
}

/// A column in which all cells are blank.
fn blank(rows: usize) -> Column {
    Column { cells: Cells::Constant(Vec::new()), valid: Some(Bitmap::zeros(rows)), malformed: None }
}

/// One bit a record.
fn bitmap(bits: impl ExactSizeIterator<Item = bool>) -> Bitmap {
    let len = bits.len();
    let mut bytes = Vec::with_capacity(len.div_ceil(8));
    let (mut byte, mut at) = (0_u8, 0);
    for bit in bits {
        byte |= u8::from(bit) << at;
        at += 1;
        if at == 8 {
            bytes.push(byte);
            (byte, at) = (0, 0);
        }
    }
    if at > 0 {
        bytes.push(byte);
    }
    Bitmap::from_bytes(bytes, len).expect("one bit was set a record")
}

fn narrow(position: usize) -> u32 {
    u32::try_from(position).expect("limits keep a slab below 2^32 bytes")
}
