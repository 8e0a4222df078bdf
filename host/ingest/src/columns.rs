//! Cells of many records, column by column: the loop most of the time of reading goes into.
//!
//! Records are visited in tiles that fit the first caches. First the place of each cell is found, record by record, as the bytes lie;
//! then columns are built one by one from these places. What becomes of a column's cells is one decision a tile: nothing (all are
//! blank), keys into the column's distinct cells, or copies. Which of them depends on the slab's cells alone, so the columns do too.
//! Neighbours whose cells come together are looked up as one (`joint`), as far as that was seen to pay (`neighbours`).

mod builder;
mod distinct;
mod joint;
mod neighbours;
mod spare;
mod texts;
mod tile;
mod validity;

use assay_model::Column;

use crate::slab::Slab;
use builder::Builder;
pub(crate) use builder::Keep;
use joint::Joint;
use neighbours::Neighbours;
use spare::Spare;
pub(crate) use tile::TILE;
use tile::{Tile, TileMemory};

/// Memory for building columns, used again for one slab after another. Nothing that comes out depends on it.
#[derive(Debug, Default)]
pub struct ColumnMemory {
    builders: Vec<Builder>,
    tile: TileMemory,
    neighbours: Neighbours,
    joints: Vec<Joint>,
    spare: Spare,
}

impl ColumnMemory {
    /// Takes columns whose memory may be used for the next slab's. Of what was left from the one before, no more is kept than a slab
    /// can use, or what comes in another form than it went would pile up.
    pub fn recycle(&mut self, columns: impl IntoIterator<Item = Column>) {
        self.spare.clear();
        for column in columns {
            self.spare.take(column);
        }
    }

    /// Bytes it takes.
    pub fn memory(&self) -> usize {
        let joint = |joint: &Joint| size_of::<Joint>() + joint.memory();
        self.builders.iter().map(Builder::memory).sum::<usize>()
            + self.joints.iter().map(joint).sum::<usize>()
            + self.spare.memory()
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
                        builder.leave_joint(|| joints[at].keys(index), *records, spare);
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
                let keys = || self.joints[at].keys(index);
                self.builders[asked.nth as usize].end_in_joint(keys);
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
