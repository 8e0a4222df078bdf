//! What is written and under which key: part files, the quarantine, documents, and the commit.
//!
//! Nothing here knows what a rule is or where records come from. Records arrive as columns with positions, findings as
//! plain rows, and what is written depends on them alone: not on threads, not on the clock, not on the store.

mod commit;
pub mod documents;
mod error;
mod part;
mod paths;
mod quarantine;

pub use commit::{Committed, Publication, read_audit, write_audit, write_schema_version};
pub use error::SinkError;
pub use part::{
    ColumnSpec, ColumnSummary, LINEAGE, PartSummary, PartWriter, Selection, SlabColumns,
};
pub use paths::{Partition, Rejected, audit_unplaced, metadata_folders, schema_version};
pub use quarantine::{
    FileSummary, Finding, FindingRow, FindingsWriter, QuarantineWriter, QuarantinedRecord, Repair,
    RepairRow, RepairsWriter,
};
