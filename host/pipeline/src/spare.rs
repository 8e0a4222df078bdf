//! Columns that are done with, so that the next slab need not ask the system for memory.

use std::sync::Mutex;

use assay_model::{Cells, Column};

/// Slabs' columns whose memory can be used again.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    slabs: Mutex<Vec<Vec<Column>>>,
}

impl Spare {
    /// The columns of one slab, or none.
    pub(crate) fn take(&self) -> Vec<Column> {
        self.slabs
            .lock()
            .expect("no thread panics while it holds columns")
            .pop()
            .unwrap_or_default()
    }

    /// Keeps what holds cells among a slab's columns; the rest has no memory worth keeping.
    pub(crate) fn keep(&self, columns: impl Iterator<Item = Column>) {
        let worth =
            |column: &Column| matches!(column.cells, Cells::Text(_) | Cells::Dictionary { .. });
        let columns = columns.filter(worth).collect();
        self.slabs.lock().expect("no thread panics while it holds columns").push(columns);
    }
}
