//! The columns that a plan builds, collected from requests: one for each column and form.

use std::collections::HashMap;

use assay_model::{ColumnRequest, Form};

use crate::plan::Slot;

/// Slots so far. Looked up in constant time, since a file may have thousands of columns.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    of_columns: HashMap<Option<usize>, Vec<usize>>,
}

impl Slots {
    /// Finds or adds the slot of a column in a form.
    pub(crate) fn slot(&mut self, column: Option<usize>, form: &Form) -> usize {
        let of_column = self.of_columns.entry(column).or_default();
        let found = of_column.iter().find(|&&slot| self.slots[slot].form == *form);
        found.copied().unwrap_or_else(|| {
            of_column.push(self.slots.len());
            self.slots.push(Slot { column, form: form.clone() });
            self.slots.len() - 1
        })
    }

    /// Slots of a stage's columns. Typed ones are parsed from their text, so that is built too.
    pub(crate) fn of_requests(
        &mut self,
        requests: &[ColumnRequest],
        find: impl Fn(&str) -> Option<usize>,
    ) -> Vec<usize> {
        let slot = |request: &ColumnRequest| {
            let column = find(&request.name);
            if column.is_some() {
                self.slot(column, &Form::Text);
            }
            self.slot(column, &request.form)
        };
        requests.iter().map(slot).collect()
    }

    /// The text slot of each of `columns` columns, if it is built.
    pub(crate) fn texts(&self, columns: usize) -> Vec<Option<usize>> {
        let mut texts = vec![None; columns];
        for (at, slot) in self.slots.iter().enumerate() {
            if let Slot { column: Some(column), form: Form::Text } = slot {
                texts[*column] = Some(at);
            }
        }
        texts
    }

    /// All slots, by index.
    pub(crate) fn finish(self) -> Vec<Slot> {
        self.slots
    }
}
