//! Where bytes come from and where objects go: a disk today, a bucket as well.
//!
//! A run reads from a [`blob::Blob`]: opened once, readable at any offset from any thread, and able to report that it changed. A run publishes
//! to a [`Store`]. Its operations are those that an object store can guarantee: an upload that becomes visible all at once, and, for
//! small documents, a create-only write and a compare-and-swap. Everything that must be safe against a killed or concurrent process
//! is built on these alone.

pub mod blob;
pub mod contract;
mod error;
mod faulty;
mod key;
mod local;
mod stopped;
mod store;
mod version;

pub use error::StoreError;
pub use faulty::{Fault, FaultyStore};
pub use key::{BadKey, Key};
pub use local::LocalStore;
pub use stopped::Stopped;
pub use store::{Cleaning, Expected, Finished, Found, Listed, Object, Store, Upload};
pub use version::Version;
