//! Where records begin.

/// Where in the input a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordStart {
    /// Bytes of the decompressed input before it.
    pub offset: u64,
    /// Its number, counting from 1.
    pub record: u64,
    /// The physical line it begins on, counting from 1.
    pub line: u64,
}
