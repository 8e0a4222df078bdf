//! Cells of many records, column by column: the loop most of the time of reading goes into.
//!
//! Records are visited in tiles that fit the first caches. First the place of each cell is found, record by record, as the bytes lie;
//! then columns are built one by one from these places. What becomes of a column's cells is one decision a tile: nothing (all are
//! blank), keys into the column's distinct cells, or copies. Which of them depends on the slab's cells alone, so the columns do too.
//! Neighbours whose cells come together are looked up as one (`joint`), as far as that was seen to pay (`neighbours`).

mod distinct;
mod joint;
mod neighbours;
mod texts;
mod tile;

use assay_model::{Bitmap, Cells, Column, Text};

use crate::slab::{Slab, narrow};
use distinct::Distinct;
use joint::Joint;
use neighbours::Neighbours;
use texts::Texts;
pub(crate) use tile::TILE;
use tile::{Tile, TileMemory};

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
    tile: TileMemory,
    neighbours: Neighbours,
    joints: Vec<Joint>,
    spare: Spare,
}

/// What columns that are done with were made of.
#[derive(Debug, Default)]
struct Spare {
    texts: Vec<Text>,
    keyed: Vec<(Vec<u16>, Text)>,
}

impl ColumnMemory {
    /// Takes columns whose memory may be used for the next slab's. Of what was left from the one before, no more is kept than a slab
    /// can use, or what comes in another form than it went would pile up.
    pub fn recycle(&mut self, columns: impl IntoIterator<Item = Column>) {
        self.spare.texts.clear();
        self.spare.keyed.clear();
        for column in columns {
            match column.cells {
                Cells::Text(text) => self.spare.texts.push(text),
                Cells::Dictionary { keys, values } => self.spare.keyed.push((keys, values)),
                _ => {}
            }
        }
    }

    /// Bytes it takes.
    pub fn memory(&self) -> usize {
        let built = |builder: &Builder| {
            size_of::<Builder>() + builder.distinct.memory() + builder.texts.memory()
        };
        let keyed = |(keys, values): &(Vec<u16>, Text)| {
            keys.capacity() * size_of::<u16>() + values.memory()
        };
        self.builders.iter().map(built).sum::<usize>()
            + self.joints.iter().map(|joint| size_of::<Joint>() + joint.memory()).sum::<usize>()
            + self.spare.texts.iter().map(Text::memory).sum::<usize>()
            + self.spare.keyed.iter().map(keyed).sum::<usize>()
            + self.tile.memory()
    }
}

impl Slab {
    /// The cells of one column in `rows`, which must be judged records, as text.
    ///
    /// A cell is valid if it is not empty. If all are empty the column is `Cells::Constant` of nothing.
    pub fn text_column(&self, rows: &[u32], column: usize, memory: &mut ColumnMemory) -> Column {
        let mut built = build(self, rows, &[column], Keep::Texts, memory);
        built.pop().expect("one column was asked for")
    }

    /// The cells of several columns, in the order of `columns`, each in the smallest form: `Cells::Constant` if all are the same,
    /// `Cells::Dictionary` if they repeat, `Cells::Text` otherwise. The form depends on the cells alone.
    pub fn columns(
        &self,
        rows: &[u32],
        columns: &[usize],
        memory: &mut ColumnMemory,
    ) -> Vec<Column> {
        build(self, rows, columns, Keep::Smallest, memory)
    }
}

/// Builds `columns` of `rows`.
fn build(
    slab: &Slab,
    rows: &[u32],
    columns: &[usize],
    keep: Keep,
    memory: &mut ColumnMemory,
) -> Vec<Column> {
    let mut gathering = Gathering::begin(columns, keep, memory);
    gathering.append(slab, rows);
    gathering.finish()
}

/// Columns being gathered, from records of a slab as they come.
#[derive(Debug)]
pub(crate) struct Gathering<'m> {
    builders: &'m mut [Builder],
    tile: &'m mut TileMemory,
    /// Those of earlier slabs, or none where cells are kept as texts.
    learnt: Option<&'m mut Neighbours>,
    alone: Neighbours,
    joints: &'m mut [Joint],
    spare: &'m mut Spare,
    records: usize,
}

impl<'m> Gathering<'m> {
    pub(crate) fn begin(columns: &[usize], keep: Keep, memory: &'m mut ColumnMemory) -> Self {
        let ColumnMemory { builders, tile, neighbours, joints, spare } = memory;
        builders.resize_with(columns.len().max(builders.len()), Builder::default);
        let builders = &mut builders[..columns.len()];
        for builder in &mut *builders {
            builder.begin(keep);
        }
        let mut alone = Neighbours::default();
        let mut learnt = (keep == Keep::Smallest).then_some(neighbours);
        let neighbours = learnt.as_deref_mut().unwrap_or(&mut alone);
        neighbours.begin(columns);
        joints.resize_with(columns.len().max(joints.len()), Joint::default);
        for (at, columns) in neighbours.items().filter(|(_, columns)| columns.len() > 1) {
            joints[at].begin(columns.len());
            for asked in columns {
                builders[asked.nth as usize].begin_in_joint(spare);
            }
        }
        Self { builders, tile, learnt, alone, joints, spare, records: 0 }
    }

    /// Appends the cells of `rows`, which must be whole tiles (a multiple of [`TILE`]) but for the last.
    pub(crate) fn append(&mut self, slab: &Slab, rows: &[u32]) {
        let _span = tracing::debug_span!("columns").entered();
        let Self { builders, tile, learnt, alone, joints, spare, records } = self;
        let neighbours = learnt.as_deref_mut().unwrap_or(alone);
        let mut tile = Tile::new(slab, neighbours.reach(), tile);
        for rows in rows.chunks(TILE) {
            tile.visit(rows);
            *records += rows.len();
            let mut spent = false;
            for (nth, (at, columns)) in neighbours.items().enumerate() {
                if let [only] = columns {
                    builders[only.nth as usize].append(nth, &mut tile, spare);
                } else {
                    joints[at].append(nth, &mut tile, columns, builders);
                    spent |= joints[at].is_spent(*records);
                }
            }
            if spent {
                neighbours.take_apart(|at, columns| {
                    let spent = joints[at].is_spent(*records);
                    for (index, asked) in columns.iter().enumerate().filter(|_| spent) {
                        let builder = &mut builders[asked.nth as usize];
                        builder.leave_joint(&joints[at], index, *records, spare);
                    }
                    spent
                });
                tile.look_for(neighbours.reach());
            }
        }
    }

    /// The columns, in the order asked.
    pub(crate) fn finish(mut self) -> Vec<Column> {
        let _span = tracing::debug_span!("columns").entered();
        let neighbours = self.learnt.as_deref_mut().unwrap_or(&mut self.alone);
        for (at, columns) in neighbours.items().filter(|(_, columns)| columns.len() > 1) {
            for (index, asked) in columns.iter().enumerate() {
                self.builders[asked.nth as usize].end_in_joint(&self.joints[at], index);
            }
        }
        let finish = |builder: &mut Builder| builder.finish(self.records);
        let built: Vec<Column> = self.builders.iter_mut().map(finish).collect();
        if let Some(neighbours) = self.learnt {
            neighbours.learn(self.records, &built);
        }
        built
    }
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
    keep: Option<Keep>,
    seen: Seen,
    records: usize,
    distinct: Distinct,
    texts: Texts,
}

impl Builder {
    fn begin(&mut self, keep: Keep) {
        self.keep = Some(keep);
        self.seen = Seen::Blanks;
        self.records = 0;
    }

    /// Appends the cells of the tile's `nth` column.
    fn append(&mut self, nth: usize, tile: &mut Tile<'_>, spare: &mut Spare) {
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
            // What was keyed of this tile is keyed for nothing and copied below.
            self.become_texts(before, spare);
        }
        tile.put(nth, &mut self.texts);
    }

    /// Goes on with texts, of which `count` were keyed.
    fn become_texts(&mut self, count: usize, spare: &mut Spare) {
        self.texts.begin(spare.texts.pop());
        spare.keyed.push(self.distinct.spill_into(&mut self.texts, count));
        self.seen = Seen::Texts;
    }

    /// Its cells come by way of a joint.
    fn begin_in_joint(&mut self, spare: &mut Spare) {
        self.seen = Seen::Distinct;
        self.distinct.begin(&mut spare.keyed);
    }

    /// All its cells came by way of a joint.
    fn end_in_joint(&mut self, joint: &Joint, index: usize) {
        match self.distinct.len() {
            0 => self.seen = Seen::Blanks,
            1 if self.distinct.has_blank() => self.seen = Seen::Blanks,
            // A constant needs no keys.
            1 => {}
            _ => self.distinct.extend(joint.keys(index)),
        }
    }

    /// So many records' cells came by way of a joint, and no more will.
    fn leave_joint(&mut self, joint: &Joint, index: usize, records: usize, spare: &mut Spare) {
        self.records = records;
        if self.distinct.len() == 1 && self.distinct.has_blank() {
            self.seen = Seen::Blanks;
            return;
        }
        self.distinct.extend(joint.keys(index));
        if !repeats(self.distinct.len(), records) {
            self.become_texts(records, spare);
        }
    }

    /// The first cell that is not blank comes after `blanks` that were.
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

/// Whether so many distinct cells of so many records are few enough to go on.
fn repeats(distinct: usize, records: usize) -> bool {
    distinct * 2 <= records || records < TRIAL
}

/// A column in which all cells are blank.
fn blank(rows: usize) -> Column {
    Column { cells: Cells::Constant(Vec::new()), valid: Some(Bitmap::zeros(rows)), malformed: None }
}

/// A bit for each cell: whether it is filled.
fn bitmap<T>(cells: &[T], filled: impl Fn(&T) -> bool) -> Bitmap {
    // The top byte of the product gathers the lowest bits of eight bytes, and no two of its terms meet.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let byte_of = |cells: &[T; 8]| {
        let bits = cells.each_ref().map(|cell| u8::from(filled(cell)));
        (u64::from_le_bytes(bits).wrapping_mul(GATHER) >> 56) as u8
    };
    let (groups, rest) = cells.as_chunks();
    let mut bytes = Vec::with_capacity(cells.len().div_ceil(8));
    bytes.extend(groups.iter().map(byte_of));
    if !rest.is_empty() {
        bytes.push((0..).zip(rest).fold(0, |byte, (at, cell)| byte | u8::from(filled(cell)) << at));
    }
    Bitmap::from_bytes(bytes, cells.len()).expect("one bit was set a cell")
}
