//! Columns that are done with, so that the next slab need not ask the system for memory.

use std::sync::Mutex;

use assay_model::{Cells, Column};

/// Text columns whose memory can be used again.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    columns: Mutex<Vec<Column>>,
}

impl Spare {
    /// Up to `count` columns.
    pub(crate) fn take(&self, count: usize) -> Vec<Column> {
        let mut columns = self.columns.lock().expect("no thread panics while it holds columns");
        let from = columns.len().saturating_sub(count);
        columns.split_off(from)
    }

    /// Keeps the text among `columns`; the rest holds nothing worth keeping.
    pub(crate) fn keep(&self, columns: impl Iterator<Item = Column>) {
        let text = columns.filter(|column| matches!(column.cells, Cells::Text(_)));
        self.columns.lock().expect("no thread panics while it holds columns").extend(text);
    }
}
