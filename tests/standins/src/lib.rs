//! S3 servers of others, for tests and measurements: started on the loopback interface, and gone with whoever started them.
//!
//! *versitygw* checks signatures, keeps what it is given in a folder, and is fast. *moto* is a third reading of the API. Neither
//! shares code with the bucket in process of `tests/bucket`, so a mistake of ours does not confirm itself. [`Link`] puts latency and
//! a limited bandwidth between a client and any of them.

mod guard;
mod link;
mod place;
mod server;
mod signed;

pub use link::{Conditions, Link, Traffic};
pub use place::{MOTO, VERSITYGW, cache, cache_of, moto, versitygw};
pub use server::{Server, StartError};
