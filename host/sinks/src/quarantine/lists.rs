//! A column in which each row holds a list of structs of text.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields};

/// Builds such a column. All members are text; the schema says which may be null.
#[derive(Debug)]
pub(super) struct Lists<const MEMBERS: usize> {
    fields: Fields,
    members: [StringBuilder; MEMBERS],
    lengths: Vec<usize>,
    open: usize,
}

impl<const MEMBERS: usize> Lists<MEMBERS> {
    /// `members`: name of each member and whether it may be null.
    pub(super) fn new(members: [(&str, bool); MEMBERS]) -> Self {
        let fields = members.map(|(name, nullable)| Field::new(name, DataType::Utf8, nullable));
        Self {
            fields: Fields::from_iter(fields),
            members: std::array::from_fn(|_| StringBuilder::new()),
            lengths: Vec::new(),
            open: 0,
        }
    }

    /// Returns the column's field.
    pub(super) fn field(&self, name: &str) -> Field {
        Field::new(name, DataType::List(self.element()), false)
    }

    /// Parquet names the items of a list `element`.
    fn element(&self) -> Arc<Field> {
        Arc::new(Field::new("element", DataType::Struct(self.fields.clone()), false))
    }

    /// Appends an element to the row's list.
    pub(super) fn push(&mut self, values: [Option<&str>; MEMBERS]) {
        for (member, value) in self.members.iter_mut().zip(values) {
            member.append_option(value);
        }
        self.open += 1;
    }

    /// Ends the row.
    pub(super) fn end_row(&mut self) {
        self.lengths.push(std::mem::take(&mut self.open));
    }

    /// Takes the column as an array, leaving it empty.
    pub(super) fn take(&mut self) -> ArrayRef {
        let members = self.members.each_mut().map(|member| Arc::new(member.finish()) as ArrayRef);
        let elements = StructArray::new(self.fields.clone(), members.into(), None);
        let offsets = OffsetBuffer::from_lengths(self.lengths.drain(..));
        Arc::new(ListArray::new(self.element(), offsets, Arc::new(elements), None))
    }
}
