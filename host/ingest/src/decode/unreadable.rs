//! Why an input cannot be read on: whose fault it is decides what becomes of the file.

use std::io;

use super::error::DecodeError;

/// Why an input cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The source could not be read: a disk, a network, a permission. It says nothing of the data.
    #[error(transparent)]
    Source(io::Error),
    /// The compressed data is at fault.
    #[error(transparent)]
    Data(#[from] DecodeError),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        error.downcast().map_or_else(Self::Source, Self::Data)
    }
}
