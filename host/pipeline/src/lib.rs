//! A run from bytes to manifest: its operators and their wiring.
//!
//! [`run`] judges a file and publishes what passes; [`check`] judges it and writes nothing. Both always return a [`Report`]. In the order
//! of the data: `input` and `peek` open the file, `identify` finds its pack, [`loading`] loads the pack's plugins, `build` resolves the
//! plan, `survey` reads the file once, `judging` reads it again and has each slab judged (`judge`) and routed (`route`), `account` adds up
//! the results, `invariants` verifies that nothing was lost, and `commit` publishes. [`probe`] examines single rules and records in the
//! same way.

mod account;
mod ahead;
mod amounts;
mod belonging;
mod books;
mod build;
mod casting;
mod commit;
mod cost;
mod crew;
mod duplicates;
mod error;
mod findings;
mod flow;
pub mod gc;
mod host_rules;
mod identify;
mod identity;
mod input;
mod invariants;
mod judge;
mod judged;
mod judging;
pub mod loading;
mod memory;
mod message;
mod observer;
mod partitions;
mod peek;
mod plan;
pub mod probe;
mod publish;
mod published;
pub mod report;
mod request;
mod retry;
mod rewriting;
mod route;
mod run;
mod slicing;
mod slots;
mod spare;
mod spill;
mod structure;
mod survey;
mod totals;
mod worker;

pub use assay_ingest::{NoSuchKernel, use_kernel};
pub use casting::cast;
pub use error::RunError;
pub use input::Input;
pub use memory::{BadMemory, MemoryLimit};
pub use message::{Template, excerpt};
pub use observer::{Observer, Phase, Progress, Silent};
pub use report::Report;
pub use request::{Replacing, Request};
pub use retry::Retry;
pub use rewriting::{CellChange, apply as apply_rewrites};
pub use run::{check, run};
