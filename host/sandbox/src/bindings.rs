//! Rust bindings of `wit/`: generated, and used only in `lower.rs`, `check*` and `call.rs`.
//!
//! Parameters are borrowed, so that a column is passed as a slice: one allocation in the guest and one bulk
//! copy per list. `duplicate_if_necessary`, because texts and measures are passed in both directions.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated; `wit/rules.wit` is the documentation"
)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "rule-plugin",
    ownership: Borrowing { duplicate_if_necessary: true },
});

pub use exports::assay::rules::plugin as wit;
