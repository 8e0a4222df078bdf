//! Runs rule plugins in isolation: the only crate that depends on wasmtime.
//!
//! A [`Sandbox`] compiles a plugin's bytes into a [`Component`], which describes the plugin, plans a run and opens a
//! [`Session`] for each stage and worker. A session judges batches. Whatever a plugin does (loops forever, exhausts
//! memory, traps, lies), the result is a checked verdict, the records that it cannot judge, or an error that names the
//! plugin and the cause; the host never hangs, crashes or trusts an unchecked answer.
//!
//! It reads no files but its own cache, and knows nothing about packs or CSV.

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
