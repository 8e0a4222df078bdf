//! The cells of many records, column by column: the loop in which reading spends most of its time.
//!
//! Records are visited in tiles that fit the L1 and L2 caches. First the positions of all cells are found, record by record, in the
//! order of the bytes; then the columns are built one by one from these positions. How a column's cells are kept is decided once per
//! tile: nothing (all are blank), keys into the column's distinct cells, or copies. The decision depends only on the slab's cells,
//! and so do the columns. Neighbouring columns whose cells occur together are looked up as one (`joint`) where that was found to pay
//! off (`neighbours`).

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

/// Memory for building columns, reused from slab to slab. It does not affect the resulting columns.
#[derive(Debug, Default)]
pub struct ColumnMemory {
    builders: Vec<Builder>,
    tile: TileMemory,
    neighbours: Neighbours,
    joints: Vec<Joint>,
    spare: Spare,
}

impl ColumnMemory {
    /// Takes columns whose memory may be reused for the next slab. Memory left over from earlier slabs is freed first; otherwise it
    /// would pile up when columns return in another form than the one they were built in.
    pub fn recycle(&mut self, columns: impl IntoIterator<Item = Column>) {
        self.spare.clear();
        for column in columns {
            self.spare.take(column);
        }
    }

    /// Memory used, in bytes.
    pub fn memory(&self) -> usize {
        let joint = |joint: &Joint| size_of::<Joint>() + joint.memory();
        self.builders.iter().map(Builder::memory).sum::<usize>()
            + self.joints.iter().map(joint).sum::<usize>()
            + self.spare.memory()
            + self.tile.memory()
    }
}

impl Slab {
    /// The cells of one column in `rows`, as text. The rows must be judged records.
    ///
    /// A cell is valid if it is not empty. If all are empty, the column is an empty `Cells::Constant`.
    pub fn text_column(&self, rows: &[u32], column: usize, memory: &mut ColumnMemory) -> Column {
        let mut built = build(self, rows, &[column], Keep::Texts, memory);
        built.pop().expect("one column was asked for")
    }

    /// The cells of several columns, in the order of `columns`, each in its smallest form: `Cells::Constant` if all cells are equal,
    /// `Cells::Dictionary` if they repeat, `Cells::Text` otherwise. The form depends only on the cells.
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

/// Columns being gathered from the records of slabs as they arrive.
#[derive(Debug)]
pub(crate) struct Gathering<'m> {
    builders: &'m mut [Builder],
    tile: &'m mut TileMemory,
    /// What was learnt from earlier slabs; `None` if cells are kept as texts.
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

    /// Appends the cells of `rows`. Every call but the last must pass whole tiles (a multiple of [`TILE`] rows).
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

    /// The columns, in the requested order.
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
