//! What every store and every blob is held to: the same list of cases for each implementation, in whatever crate it is.
//!
//! It is a plain module and no feature: a feature that only tests switch on would have this crate, and all that are built
//! on it, compiled twice. It needs nothing but `std`, and what nobody calls is not linked.

mod blobs;
mod stores;

pub use blobs::{BlobCase, Change, check_blob};
pub use stores::{Opener, check_store, check_store_but};
