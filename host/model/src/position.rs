//! Where a record lies in the input.

/// Where a record lies in the decompressed input. Enough to cut it out again with `dd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Number of the record among the data records, counting from 1. The header is record 0.
    pub record: u64,
    /// Number of the physical line its first byte is on, counting from 1 (the header's line).
    pub line: u64,
    /// Offset of its first byte, counting from 0 at the first byte of the input (a byte order mark included).
    pub offset: u64,
    /// Bytes it takes, its line ending included.
    pub length: u64,
}
