//! One column being built: nothing as long as its cells are blank, keys into its distinct cells as long as they repeat, and texts from
//! then on.

use assay_model::{Bitmap, Cells, Column, Text};

use super::distinct::Distinct;
use super::spare::Spare;
use super::texts::Texts;
use super::tile::{Span, Tile};

/// How the cells of a column are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// As distinct cells and keys if the cells repeat, as texts otherwise.
    Smallest,
    /// As texts.
    Texts,
}

/// Records after which a column must have shown that its cells repeat: enough to tell company names from names that differ in each
/// record.
const TRIAL: usize = 512;

/// What kind of cells the column has had so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Seen {
    /// Only blanks.
    #[default]
    Blanks,
    /// Cells that repeat, as far as is known.
    Distinct,
    /// Cells that do not repeat.
    Texts,
}

/// One column being built.
#[derive(Debug, Default)]
pub(super) struct Builder {
    keep: Option<Keep>,
    seen: Seen,
    records: usize,
    distinct: Distinct,
    texts: Texts,
}

impl Builder {
    /// Memory used, in bytes.
    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.distinct.memory() + self.texts.memory()
    }

    pub(super) fn begin(&mut self, keep: Keep) {
        self.keep = Some(keep);
        self.seen = Seen::Blanks;
        self.records = 0;
    }

    /// Appends the cells of the tile's `nth` column.
    pub(super) fn append(&mut self, nth: usize, tile: &mut Tile<'_>, spare: &mut Spare) {
        let before = self.records;
        self.records += tile.len();
        if self.seen == Seen::Blanks && tile.is_blank(nth) {
            return;
        }
        if self.seen == Seen::Blanks {
            self.end_of_blanks(before, spare);
        }
        if self.seen == Seen::Distinct {
            tile.put(nth, &mut self.distinct);
            if !self.distinct.overflows() && repeats(self.distinct.len(), self.records) {
                return;
            }
            // The keys of this tile are discarded; its cells are copied below.
            self.become_texts(before, spare);
        }
        tile.put(nth, &mut self.texts);
    }

    /// Switches to texts; the first `count` cells are copied from their keys.
    fn become_texts(&mut self, count: usize, spare: &mut Spare) {
        self.texts.begin(spare.texts.pop());
        spare.keyed.push(self.distinct.spill_into(&mut self.texts, count));
        self.seen = Seen::Texts;
    }

    /// The number of a cell among the distinct ones: given as a span of `from`, or as the cell itself if that differs from the raw
    /// bytes.
    pub(super) fn number(&mut self, from: &[u8], cell: Result<Span, &[u8]>) -> u16 {
        match cell {
            Ok(span) => self.distinct.number_at(from, span),
            Err(cell) => self.distinct.number_of(cell),
        }
    }

    /// Begins a column whose cells arrive through a joint.
    pub(super) fn begin_in_joint(&mut self, spare: &mut Spare) {
        self.seen = Seen::Distinct;
        self.distinct.begin(&mut spare.keyed);
    }

    /// Ends a column whose cells all arrived through a joint. `keys` yields their keys if they are needed.
    pub(super) fn end_in_joint<K: Iterator<Item = u16>>(&mut self, keys: impl FnOnce() -> K) {
        match self.distinct.len() {
            0 => self.seen = Seen::Blanks,
            1 if self.distinct.has_blank() => self.seen = Seen::Blanks,
            // A constant needs no keys.
            1 => {}
            _ => self.distinct.extend(keys()),
        }
    }

    /// Ends the joint: the cells of `records` records arrived through it, and the rest will not.
    pub(super) fn leave_joint<K: Iterator<Item = u16>>(
        &mut self,
        keys: impl FnOnce() -> K,
        records: usize,
        spare: &mut Spare,
    ) {
        self.records = records;
        if self.distinct.len() == 1 && self.distinct.has_blank() {
            self.seen = Seen::Blanks;
            return;
        }
        self.distinct.extend(keys());
        if !repeats(self.distinct.len(), records) {
            self.become_texts(records, spare);
        }
    }

    /// The first cell that is not blank follows `blanks` blank ones.
    fn end_of_blanks(&mut self, blanks: usize, spare: &mut Spare) {
        if self.keep == Some(Keep::Texts) {
            self.seen = Seen::Texts;
            self.texts.begin(spare.texts.pop());
            self.texts.push_blanks(blanks);
        } else {
            self.seen = Seen::Distinct;
            self.distinct.begin(&mut spare.keyed);
            self.distinct.push_blanks(blanks);
        }
    }

    pub(super) fn finish(&mut self, rows: usize) -> Column {
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

/// Whether the distinct cells are few enough, for this number of records, to keep using keys.
pub(super) fn repeats(distinct: usize, records: usize) -> bool {
    distinct * 2 <= records || records < TRIAL
}

/// A column in which all cells are blank.
pub(super) fn blank(rows: usize) -> Column {
    Column { cells: Cells::Constant(Vec::new()), valid: Some(Bitmap::zeros(rows)), malformed: None }
}
