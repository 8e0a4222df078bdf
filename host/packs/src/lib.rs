//! Resolves packs from TOML, with a caret under each mistake, and finds the pack that judges a file from its name and header.
//!
//! [`Catalogue`] is a whole rules folder and [`Pack`] one pack of it. [`Refusal`] says why no pack judges a file, [`Lock`] says which
//! plugins may run, and [`Discovery`] finds the files. Their format is described in this crate's README.

mod broken;
mod catalogue;
mod certain;
mod column;
mod dataset;
mod diagnostic;
mod discovery;
mod error;
mod fields;
mod file_name;
mod files;
mod identify;
mod layout;
mod lock;
mod merge;
mod name;
mod nearest;
mod overlap;
mod pack;
mod partition;
mod refusal;
mod rules_folder;
mod schema;
mod source;
mod suggest;
mod taken;
mod tree;

pub use broken::Broken;
pub use catalogue::{Catalogue, LayoutMatch};
pub use column::ColumnType;
pub use dataset::Dataset;
pub use diagnostic::{Colour, Mistakes};
pub use discovery::{Discovery, Surroundings};
pub use error::PackError;
pub use identify::{FirstCells, Identified};
pub use layout::{Layout, fingerprint};
pub use lock::{LOCK_FILE, Lock, LockError, Locked};
pub use name::parse_bytes;
pub use nearest::{Differences, Nearest, few, quote};
pub use pack::{Grant, Limits, Pack, PluginUse, Quarantined, Thresholds};
pub use partition::{Expected, PartitionKey};
pub use refusal::Refusal;
pub use schema::{Schema, SchemaColumn};
