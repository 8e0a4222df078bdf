//! The sandbox against a plugin that breaks every promise, one at a time. Each test is a table of what the plugin
//! does and what the host reports. One binary, because linking it takes longer than running it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot be set up fails; one that is skipped says so"
)]

mod caching;
mod costs;
mod describing;
mod finishing;
mod guests;
mod isolating;
mod judging;
mod loading;
mod planning;
mod setting;
