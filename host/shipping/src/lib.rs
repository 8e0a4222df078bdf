//! Makes packages of plugins, with [`stamp`]s that say what they are and what they were built from, and bundles of packs, with [`export`]
//! and [`import`], for hosts that cannot reach a registry.
//!
//! Nothing is run, and nothing is sent anywhere.

mod bundle;
mod error;
mod export;
mod import;
mod sources;
mod stamp;
mod whole;

pub use error::ShippingError;
pub use export::{Exported, export};
pub use import::{ImportRequest, Imported, import};
pub use sources::{SourceTree, source_digest};
pub use stamp::{Stamps, read_stamps, stamp};
pub use whole::write_whole;
