//! From bytes to records to columns.
//!
//! [`decode`] detects an input's compression and decompresses it, [`sniff`] identifies inputs that are not CSV at all, and
//! [`SlabReader`] finds the records: each with its exact position and its structural faults, with bad records kept apart from
//! their neighbours. A [`Slab`] is a run of records, from which columns of cells are built.
//!
//! The crate opens no files and starts no threads. Bad data is never an error here; errors mean that the input could not be read.

mod beginning;
mod columns;
mod cp1252;
mod debris;
pub mod decode;
mod details;
mod fault;
mod filling;
mod grammar;
mod header;
mod index;
mod limits;
#[cfg(any(test, feature = "oracle"))]
#[cfg_attr(
    not(feature = "oracle"),
    expect(unreachable_pub, reason = "exported only with the feature")
)]
mod oracle;
mod outline;
mod reader;
mod reading;
mod record_end;
mod record_start;
mod slab;
mod sniff;
mod source;
mod summary;

pub use beginning::{Beginning, Oddity};
pub use columns::ColumnMemory;
pub use decode::{Compression, DecodeError, Decoded, Unreadable, open};
pub use fault::{FaultDetail, FaultKind, Faults};
pub use header::{DuplicateName, Header, HeaderFault};
pub use index::{NoSuchKernel, use_kernel};
pub use limits::Limits;
#[cfg(feature = "oracle")]
#[doc(hidden)]
pub use oracle::check_against_oracle;
pub use outline::{Begin, Outline};
pub use reader::{OUTLINE_RECORDS, SlabReader};
pub use record_start::RecordStart;
pub use slab::{Shape, Slab};
pub use sniff::{NotCsv, SNIFF_BYTES, sniff};
pub use summary::Summary;
