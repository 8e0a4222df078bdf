//! Writes what deviated, as Parquet: quarantined records, findings of records that passed, and repairs.
//!
//! There are three kinds of file, with one writer each. Rows are collected until they fill a page, then encoded and dropped, so memory does
//! not grow with the file. The ends of pages and row groups depend on the rows alone, so the same rows give the same bytes.

mod file;
mod lists;
mod records;
mod rows;

pub use file::FileSummary;
pub use records::{Finding, QuarantineWriter, QuarantinedRecord, Repair};
pub use rows::{FindingRow, FindingsWriter, RepairRow, RepairsWriter};
