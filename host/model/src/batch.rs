//! A bounded run of records, column by column.

use crate::Column;

/// What a plugin's session judges at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Number of the first record in the file, counting from 1.
    pub first_record: u64,
    /// How many records.
    pub records: u32,
    /// The stage's columns, in the plan's order.
    pub columns: Vec<Column>,
    /// In the quarantine stage one [`crate::RecordOutcome`] a record, as a byte; empty otherwise.
    pub standing: Vec<u8>,
}
