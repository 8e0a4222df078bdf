//! A bounded run of records, stored column by column.

use crate::Column;

/// The records that a plugin's session judges in one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Number of the batch's first record in the file, counting from 1.
    pub first_record: u64,
    /// Number of records.
    pub records: u32,
    /// The stage's columns, in the order of the plan.
    pub columns: Vec<Column>,
    /// In the quarantine stage, one [`crate::RecordOutcome`] per record, as a byte; empty in other
    /// stages.
    pub standing: Vec<u8>,
}
