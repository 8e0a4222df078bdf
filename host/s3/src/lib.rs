//! Buckets: objects as inputs, and a prefix as a store.
//!
//! All asynchronous code is in this crate. To its callers a bucket looks like a disk: an [`assay_store::blob::Blob`] to read and an
//! [`assay_store::Store`] to publish to, both synchronous.

mod address;
mod answers;
mod attempts;
mod client;
mod connection;
mod error;
mod fault;
mod halt;
mod http;
mod object;
mod operation;
mod put;
mod requests;
mod service;
mod settings;
mod store;

pub use address::{Address, BadAddress};
pub use error::S3Error;
pub use halt::Halt;
pub use operation::Operation;
pub use requests::Requests;
pub use service::S3;
pub use settings::{Keys, Memory, Patience, Settings};
pub use store::S3Store;
