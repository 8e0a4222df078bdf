//! Memory of columns that are done with, for those that come.

use assay_model::{Cells, Column, Text};

/// What columns that are done with were made of.
#[derive(Debug, Default)]
pub(super) struct Spare {
    pub(super) texts: Vec<Text>,
    pub(super) keyed: Vec<(Vec<u16>, Text)>,
}

impl Spare {
    /// Gives all of it up.
    pub(super) fn clear(&mut self) {
        self.texts.clear();
        self.keyed.clear();
    }

    /// Bytes of memory it takes.
    pub(super) fn memory(&self) -> usize {
        let keyed = |(keys, values): &(Vec<u16>, Text)| {
            keys.capacity() * size_of::<u16>() + values.memory()
        };
        self.texts.iter().map(Text::memory).sum::<usize>()
            + self.keyed.iter().map(keyed).sum::<usize>()
    }

    /// Takes a column apart.
    pub(super) fn take(&mut self, column: Column) {
        match column.cells {
            Cells::Text(text) => self.texts.push(text),
            Cells::Dictionary { keys, values } => self.keyed.push((keys, values)),
            _ => {}
        }
    }
}
