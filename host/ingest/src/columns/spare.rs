//! The memory of finished columns, for reuse.

use assay_model::{Cells, Column, Text};

/// The buffers of finished columns.
#[derive(Debug, Default)]
pub(super) struct Spare {
    pub(super) texts: Vec<Text>,
    pub(super) keyed: Vec<(Vec<u16>, Text)>,
}

impl Spare {
    /// Frees all of it.
    pub(super) fn clear(&mut self) {
        self.texts.clear();
        self.keyed.clear();
    }

    /// Memory used, in bytes.
    pub(super) fn memory(&self) -> usize {
        let keyed = |(keys, values): &(Vec<u16>, Text)| {
            keys.capacity() * size_of::<u16>() + values.memory()
        };
        self.texts.iter().map(Text::memory).sum::<usize>()
            + self.keyed.iter().map(keyed).sum::<usize>()
    }

    /// Takes a column apart and keeps its buffers.
    pub(super) fn take(&mut self, column: Column) {
        match column.cells {
            Cells::Text(text) => self.texts.push(text),
            Cells::Dictionary { keys, values } => self.keyed.push((keys, values)),
            _ => {}
        }
    }
}
