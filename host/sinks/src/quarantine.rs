//! What did not go the straight way, as Parquet: the records held back, the findings of those that passed, and the repairs.
//!
//! Three kinds of file, one writer each. Rows are gathered until there are enough for a page, encoded, and forgotten, so memory
//! does not grow with the file. When pages and row groups end depends on the rows alone, so the same rows give the same bytes.

mod file;
mod lists;
mod records;
mod rows;

pub use file::FileSummary;
pub use records::{Finding, QuarantineWriter, QuarantinedRecord, Repair};
pub use rows::{FindingRow, FindingsWriter, RepairRow, RepairsWriter};
