//! The compilation target of plugins.

/// The target whose components import nothing.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
