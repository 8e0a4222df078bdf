//! Why reading an input failed: the outcome of the file depends on whether the source or the data
//! is at fault.

use std::io;

use super::error::DecodeError;

/// Why reading an input failed.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The source could not be read: a disk, a network, a permission. This says nothing about the
    /// data.
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
