//! What is written and under which key: part files, the quarantine, documents, and the commit.
//!
//! Nothing here knows what a rule is or where records come from. Records arrive as columns with positions, findings as
//! plain rows, and what is written depends on them alone: not on threads, not on the clock, not on the store.

mod commit;
mod damage;
pub mod documents;
mod error;
mod newest;
mod own;
mod part;
mod paths;
mod quarantine;
mod verify;

pub use commit::{
    Committed, Publication, Standing, read_report, report_bytes, write_audit, write_schema_version,
};
pub use damage::Damage;
pub use error::SinkError;
pub use newest::Versions;
pub use own::OwnFiles;
pub use part::{ColumnSpec, ColumnSummary, PartSummary, PartWriter, Selection, SlabColumns};
pub use paths::{
    AttemptFolders, Partition, Rejected, audit_unplaced, audits, schema_version, schema_versions,
    staging,
};
pub use quarantine::{
    FileSummary, Finding, FindingRow, FindingsWriter, QuarantineWriter, QuarantinedRecord, Repair,
    RepairRow, RepairsWriter,
};
