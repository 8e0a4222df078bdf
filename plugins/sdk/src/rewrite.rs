//! How normalise rules rewrite cells: a function from a cell to its normal form, called once for each distinct value
//! where the distinct values are known.

use std::borrow::Cow;

use crate::judge::Look;
use crate::width::narrow;
use crate::{Batch, Cells, Change, Column, Needs, Text};

/// New cells of one column, in ascending order of their records.
#[derive(Debug, Default)]
pub(crate) struct Replacement {
    pub(crate) records: Vec<u32>,
    pub(crate) values: Text,
}

impl Replacement {
    fn push(&mut self, record: usize, cell: &[u8]) {
        self.records.push(narrow(record));
        self.values.push(cell);
    }

    /// The change for the host: the whole column if more than half of its cells change, because a patch would then cost more.
    pub(crate) fn change(self, after: &Column, records: usize) -> Change {
        match after.cells() {
            Cells::Text(text) if self.records.len() > records / 2 => Change::Whole(text.clone()),
            _ => Change::Patch { records: self.records, values: self.values },
        }
    }

    /// The column with the new cells in place.
    pub(crate) fn apply(&self, column: &Column, records: usize) -> Column {
        let mut text = Text::with_capacity(records, self.values.bytes().len());
        let mut changed = self.records.iter().zip(self.values.iter()).peekable();
        for record in 0..records {
            match changed.next_if(|&(&at, _)| at == narrow(record)) {
                Some((_, cell)) => text.push(cell),
                None => text.push(column.text(record)),
            }
        }
        Column::of_text(text)
    }
}

/// A normalise rule, applied to one of its columns at a time.
pub(crate) trait Normalise {
    /// `index` is the column's index in the plan.
    fn normalise(&self, look: Look<'_>, index: u16) -> Replacement;
}

/// A function of the cell alone.
pub(crate) struct OfCell<F>(pub(crate) F);

impl<F> Normalise for OfCell<F>
where
    F: for<'c> Fn(&'c [u8]) -> Option<Cow<'c, [u8]>>,
{
    fn normalise(&self, look: Look<'_>, index: u16) -> Replacement {
        let mut found = Replacement::default();
        let rewrite = |cell| rewritten(&self.0, cell);
        match look.batch.column(index).cells() {
            Cells::Text(text) => {
                for (record, cell) in text.iter().enumerate() {
                    if let Some(new) = rewrite(cell) {
                        found.push(record, &new);
                    }
                }
            }
            Cells::Constant(value) => {
                if let Some(new) = rewrite(value) {
                    (0..look.records()).for_each(|record| found.push(record, &new));
                }
            }
            Cells::Dictionary { keys, values } => {
                let new: Vec<Option<Cow<'_, [u8]>>> = values.iter().map(rewrite).collect();
                if new.iter().any(Option::is_some) {
                    for (record, &key) in keys.iter().enumerate() {
                        if let Some(cell) = &new[usize::from(key)] {
                            found.push(record, cell);
                        }
                    }
                }
            }
            _ => {}
        }
        found
    }
}

/// A function of the cell and of other cells of its record.
pub(crate) struct OfRecord<N, F> {
    pub(crate) needs: N,
    pub(crate) rule: F,
}

impl<N, F> Normalise for OfRecord<N, F>
where
    N: Needs,
    F: for<'c> Fn(&'c [u8], N::Cells<'c>) -> Option<Cow<'c, [u8]>>,
{
    fn normalise(&self, look: Look<'_>, index: u16) -> Replacement {
        let mut found = Replacement::default();
        let batch: &Batch = look.batch;
        let column = batch.column(index);
        let Some(reader) = self.needs.reader(batch) else { return found };
        for record in column.readable().iter_ones() {
            let Some(cells) = N::read(&reader, record) else { continue };
            let cell = column.text(record);
            if let Some(new) = (self.rule)(cell, cells)
                && *new != *cell
            {
                found.push(record, &new);
            }
        }
        found
    }
}

fn rewritten<'c>(
    rule: impl Fn(&'c [u8]) -> Option<Cow<'c, [u8]>>,
    cell: &'c [u8],
) -> Option<Cow<'c, [u8]>> {
    if cell.is_empty() {
        return None;
    }
    rule(cell).filter(|new| **new != *cell)
}
