//! The tools of a rule author: [`create`] a plugin, [`build`] it, and inspect rules and packs without running on data.
//!
//! Results are types, to be shown by the caller. Errors are [`AuthorError`]s, whose text says what to do next.

mod build;
mod compare;
mod error;
mod inventory;
mod javascript;
mod lint;
mod package;
mod page;
mod python;
mod scaffold;
mod sdk;
mod target;
mod toolchain;

pub use build::{BuildRequest, Builder, Built, Pinned, build};
pub use compare::{Change, Line, PackDifference, compare};
pub use error::AuthorError;
pub use inventory::{Inventory, KnownRule, Loaded, Planned, Resolved, Use};
pub use lint::{Lint, LintRequest, Linted, Severity, lint};
pub use package::{PackageRequest, Packaged, package};
pub use page::page;
pub use scaffold::{Created, NewPlugin, create, languages};
pub use toolchain::Toolchain;
