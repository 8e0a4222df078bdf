//! What compressed bytes are read from.

use std::io::{Read, Seek};

/// What a compressed file is read in pieces of. 128 KiB: few calls to the file or the network below.
pub(super) const PIECE: usize = 128 << 10;

/// Something to read and to seek in: a zip archive keeps its list of contents at the end.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}
