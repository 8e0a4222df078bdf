//! A block of 64 bytes, and what is asked of it.

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// The same, as positions are counted.
pub(crate) const BLOCK_BYTES: u32 = 64;

/// Bit `i` answers a question about byte `i` of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quote: u64,
    pub(super) comma: u64,
    /// For each byte whether an odd number of quotes lies at or before it.
    pub(super) quoted: u64,
    /// Below 0E or beyond ASCII: what [`Rare`] is asked for, and some more.
    pub(super) rare: u64,
}

/// The same for bytes that most blocks have none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) lf: u64,
    pub(super) cr: u64,
    pub(super) nul: u64,
    /// The top bit is set: bytes beyond ASCII.
    pub(super) high: u64,
}

/// Bytes below this are rare, as are those beyond ASCII.
pub(super) const RARE: u8 = b'\r' + 1;
