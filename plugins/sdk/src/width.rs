//! Numbers of the contract, which have 32 bits, as indexes and back.

/// A 32-bit number as an index. Every target the SDK builds for has at least 32 bits.
#[inline]
pub(crate) fn wide(number: u32) -> usize {
    number as usize
}

/// A count of records in the contract's width.
pub(crate) fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("a batch has fewer than 2^32 records")
}
