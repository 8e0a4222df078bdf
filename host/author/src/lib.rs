//! What a rule author asks for: [`create`] a plugin, [`build`] it, and look at rules and packs without running on data.
//!
//! Results are types; who calls shows them. What can go wrong is an [`AuthorError`], whose text says what to do next.

mod build;
mod error;
mod scaffold;
mod sdk;
mod toolchain;

pub use build::{BuildRequest, Built, Pinned, build};
pub use error::AuthorError;
pub use scaffold::{Created, NewPlugin, create, languages};
pub use toolchain::Toolchain;
