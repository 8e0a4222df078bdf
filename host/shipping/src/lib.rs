//! What makes a plugin a package: [`stamp`]s that say what it is and what it was made of; and a pack a bundle: [`export`] and
//! [`import`] for hosts that reach no registry.
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
