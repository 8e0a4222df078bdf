//! A bucket in process: an S3 server of our own on the loopback interface, whose answers a test can spoil.
//!
//! [`Server`] starts empty and is gone when it is dropped. A test prepares and inspects buckets directly, without requests, and reads
//! in [`Server::log`] what its client asked for. [`Server::faults`] makes the n-th request, or all from the n-th on, go wrong in one of the
//! ways of [`Fault`].
//!
//! [`Server::in_folder`] is one that stays, for programs in the place of tests.
//!
//! Answers follow AWS's documentation; [`conformance`] is the list of cases that shows it, for this and any other server.

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
