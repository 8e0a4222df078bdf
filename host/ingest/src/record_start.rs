//! The positions at which records begin.

/// The position in the input at which a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordStart {
    /// Offset of its first byte in the decompressed input.
    pub offset: u64,
    /// Its number, counting from 1.
    pub record: u64,
    /// The physical line it begins on, counting from 1.
    pub line: u64,
}
