//! Plugins in OCI registries: [`push`] and [`pull`], by digest.
//!
//! The media types are the CNCF's for WebAssembly; signatures are referrers. This crate is the only one that talks to a network.

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
