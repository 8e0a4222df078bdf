//! Where bytes come from and where objects go: a disk today, a bucket as well.
//!
//! A [`blob::Blob`] is what a run reads: opened once, read anywhere by anyone, and able to say that it changed. A [`Store`] is what a run publishes to. Its operations are those that an object store can keep: an upload that becomes
//! visible all at once, a create-only write and a compare-and-swap, both for small documents. Everything that must be safe
//! against a killed process or a second one is built on these and on nothing else.

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
