//! What `wit/` says, as Rust: generated, and used only in `lower.rs`, `check*` and `call.rs`.
//!
//! Borrowing, so that a column goes in as a slice: one allocation in the guest and one bulk copy for each list.
//! `duplicate_if_necessary`, because texts and measures cross in both directions.

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
