//! A block of 64 bytes and its masks.

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// The same, in the type of positions.
pub(crate) const BLOCK_BYTES: u32 = 64;

/// Bit `i` describes byte `i` of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quote: u64,
    pub(super) comma: u64,
    /// Set for each byte with an odd number of quotes at or before it.
    pub(super) quoted: u64,
    /// Bytes below 0x0E or beyond ASCII: all those of [`Rare`], and a few others.
    pub(super) rare: u64,
}

/// Masks of bytes that most blocks do not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) lf: u64,
    pub(super) cr: u64,
    pub(super) nul: u64,
    /// Bytes whose top bit is set: those beyond ASCII.
    pub(super) high: u64,
}

/// Bytes below this are rare, as are those beyond ASCII.
pub(super) const RARE: u8 = b'\r' + 1;
