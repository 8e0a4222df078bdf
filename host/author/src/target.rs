//! What plugins in Rust are compiled for.

/// The target whose components import nothing.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The linker that makes a component of a module; part of the toolchain.
pub(crate) const LINKER: &str = "wasm-component-ld";
