//! The sources that compressed bytes are read from.

use std::io::{Read, Seek};

/// Size of one read from a compressed file. 128 KiB: few calls to the underlying file or network.
pub(super) const PIECE: usize = 128 << 10;

/// A source that can be read and seeked: a zip archive keeps its central directory at the end.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}
