//! The position of a record in the input.

/// The position of a record in the decompressed input. Enough to cut the record out again with `dd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Number of the record among the data records, counting from 1. The header is record 0.
    pub record: u64,
    /// Number of the physical line that contains its first byte, counting from 1.
    pub line: u64,
    /// Offset of its first byte, counting from 0 at the first byte of the input, including any byte order
    /// mark.
    pub offset: u64,
    /// Length in bytes, including its line ending.
    pub length: u64,
}
