//! A plugin that breaks every promise a plugin can break, one at a time, so that the host's walls can be tried.
//!
//! What it does is chosen by the settings: a JSON string that names one behaviour, such as `"trap-on-bad"`. Any other
//! settings make it a well-behaved plugin. `describe` gets no settings, so its behaviour is a word in the data section
//! that a test overwrites in the built component ([`DESCRIBE`]). It also carries the rule kernels of the host's boundary
//! benchmark, which run natively and in the component.

pub mod kernels;

/// The word in the built component that says what `describe` does. Replace it by one of the same length.
pub static DESCRIBE: [u8; 24] = *b"describe:as-it-should-be";

#[cfg(target_arch = "wasm32")]
mod guest;
