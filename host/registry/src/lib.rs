//! Plugins in OCI registries: [`push`] and [`pull`], by digest.
//!
//! The media types are the CNCF's for WebAssembly; signatures are referrers. Apart from `assay-s3`, this is the only crate that uses the
//! network.

mod answer;
mod artifact;
mod client;
mod error;
mod pull;
mod push;
mod reference;

pub use error::RegistryError;
pub use pull::{Pulled, pull};
pub use push::{Push, Pushed, push};
pub use reference::OciReference;
