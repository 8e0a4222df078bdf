//! Writes part files, the quarantine and documents, decides their keys, and commits runs.
//!
//! Nothing here knows what a rule is or where records come from. Records arrive as columns with positions, findings as plain rows. The
//! output depends on them alone: not on threads, the clock or the store.

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
