//! Converts the contract's 32-bit numbers to indexes and back.

/// A 32-bit number as an index. Every target the SDK builds for has at least 32 bits.
#[inline]
pub(crate) fn wide(number: u32) -> usize {
    number as usize
}

/// A number of records as the contract's 32-bit number.
pub(crate) fn narrow(count: usize) -> u32 {
    u32::try_from(count).expect("a batch has fewer than 2^32 records")
}
