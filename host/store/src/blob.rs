//! Inputs: bytes that can be read repeatedly and at any offset.

mod cursor;
mod file;
mod fingerprint;
mod memory;
mod open;
mod spool;
mod steady;

pub use cursor::Cursor;
pub use file::{FileBlob, Opened};
pub use memory::MemoryBlob;
pub use open::{Blob, State};
pub use spool::Spool;
pub use steady::{Changed, Steady};
