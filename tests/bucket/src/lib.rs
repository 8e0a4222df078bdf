//! An S3 server for tests, in the same process and on the loopback interface, whose answers can be made faulty.
//!
//! [`Server`] starts empty and ends when dropped. A test prepares and inspects buckets directly, without requests, and finds its client's
//! requests in [`Server::log`]. [`Server::faults`] makes the n-th request, or all from the n-th on, fail in one of the ways of [`Fault`].
//!
//! [`Server::in_folder`] is a server with persistent state, for programs rather than tests.
//!
//! Answers follow AWS's documentation; [`conformance`] is the list of cases that proves it, for this and any other server.

mod answer;
mod condition;
pub mod conformance;
mod content;
mod faults;
mod kept;
mod log;
mod operation;
mod rights;
mod server;
mod service;
mod state;
mod wire;

pub use faults::{Fault, Faults};
pub use log::Request;
pub use operation::Operation;
pub use rights::{Action, Keys};
pub use server::Server;
