//! Runs rule plugins behind walls: the only crate that knows wasmtime.
//!
//! A [`Sandbox`] compiles a plugin's bytes into a [`Component`], which says what the plugin is, plans a run and opens a
//! [`Session`] for each stage and worker. A session judges batches. Whatever a plugin does (spins, eats memory, traps,
//! lies) ends in a checked verdict, in the records that it cannot judge, or in an error that names the plugin and says
//! what was wrong; never in a host that hangs, crashes or believes.
//!
//! It knows no files but its own cache, no packs and no CSV.

mod bindings;
mod bisect;
mod breach;
mod budget;
mod cache;
mod call;
mod check;
mod component;
mod contract;
mod crossings;
mod engine;
mod error;
mod failure;
mod format;
mod fuel;
mod interface;
mod limits;
mod lower;
mod measures;
mod merge;
mod options;
mod reason;
mod sandbox;
mod session;
mod slice;
mod steps;
mod store;
mod ticker;
mod wasi;

pub use breach::Breach;
pub use component::Component;
pub use contract::{CONTRACT, ContractVersion, HOST_VERSION};
pub use crossings::TARGET as CALL_TARGET;
pub use error::{Call, PlanError, SandboxError};
pub use limits::Limits;
pub use measures::Measures;
pub use options::{Grants, Meter, Options};
pub use reason::PoisonReason;
pub use sandbox::Sandbox;
pub use session::{BatchVerdict, Poison, Profile, Session};
