//! The harness against plugins that are wrong, and against folders that are.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod broken;
mod guests;
mod mistakes;
mod schema;
