//! Tests the harness on faulty plugins and faulty folders.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod broken;
mod guests;
mod mistakes;
mod schema;
