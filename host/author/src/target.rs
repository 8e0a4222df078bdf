//! The compilation target of plugins in Rust.

/// The target whose components import nothing.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The linker that turns a module into a component; part of the toolchain.
pub(crate) const LINKER: &str = "wasm-component-ld";
