//! What is done with, so that the next slab need not ask the system for memory.

use std::sync::Mutex;

use assay_ingest::Slab;
use assay_model::{Cells, Column};

use crate::flow::hold;

/// Slabs, and their columns, whose memory can be used again.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    columns: Mutex<Vec<Vec<Column>>>,
    slabs: Mutex<Vec<Slab>>,
}

impl Spare {
    /// The columns of one slab, or none.
    pub(crate) fn columns(&self) -> Vec<Column> {
        hold(&self.columns).pop().unwrap_or_default()
    }

    /// A slab, if there is one.
    pub(crate) fn slab(&self) -> Option<Slab> {
        hold(&self.slabs).pop()
    }

    /// Keeps a slab, and what holds cells among its columns; the rest has no memory worth keeping.
    pub(crate) fn keep(&self, slab: Slab, columns: impl Iterator<Item = Column>) {
        let worth =
            |column: &Column| matches!(column.cells, Cells::Text(_) | Cells::Dictionary { .. });
        let columns = columns.filter(worth).collect();
        hold(&self.columns).push(columns);
        hold(&self.slabs).push(slab);
    }
}
