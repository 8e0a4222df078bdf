//! The contract of stores and blobs: the same list of cases for every implementation, in any crate.
//!
//! It is a plain module, not a feature: a feature that only tests enable would compile this crate, and its dependents,
//! twice. It needs only `std`, and unused code is not linked.

mod blobs;
mod stores;

pub use blobs::{BlobCase, Change, check_blob};
pub use stores::{Opener, check_store, check_store_but};
