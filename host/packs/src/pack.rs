//! A pack, resolved and checked: which rules run over which files.

mod checks;
mod columns;
mod digest;
mod levels;
mod limits;
mod plugins;
mod read;
mod resolved;
mod schema;
mod thresholds;
mod trust;

pub use limits::Limits;
pub use plugins::{Grant, PluginUse};
pub use resolved::Pack;
pub use thresholds::{Quarantined, Thresholds};

pub(crate) use read::{read_pack, surrounding_dataset};
pub(crate) use resolved::Pin;
