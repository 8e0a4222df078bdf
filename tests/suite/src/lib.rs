//! Shared by the end-to-end suites: the built program, lakes to run it on, and readers for its output.

mod ground;
mod lake;
mod library;
mod paused;
mod program;
mod read;
mod setting;
mod truth;

pub use ground::{Endpoint, Ground};
pub use lake::{Lake, Outcome, finish};
pub use library::{Library, compiled, plugins};
pub use paused::{Gate, PausedStore};
pub use program::{assay, checkout, generated, guests, hostile, samples};
pub use read::{
    FoundFinding, FoundRecord, FoundRepair, findings, part_rows, part_schemas, quarantine, repairs,
    row_groups, validated_rows,
};
pub use setting::{BAD_LOAN, Setting};
pub use truth::{Truth, truth};
