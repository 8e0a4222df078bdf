//! Bits of one block, or of consecutive blocks.

use super::block::BLOCK_BYTES;

/// Separators as bits.
pub(super) struct Bits<'a> {
    /// Where the block of `word` begins.
    pub(super) base: u32,
    pub(super) word: u64,
    pub(super) rest: &'a [u64],
}

impl Bits<'_> {
    /// Skips `count` of them and returns the next.
    pub(super) fn nth(&mut self, count: usize) -> Option<u32> {
        let mut left = u32::try_from(count).ok()?;
        loop {
            let here = self.word.count_ones();
            if left < here {
                break;
            }
            left -= here;
            let (next, rest) = self.rest.split_first()?;
            self.base += BLOCK_BYTES;
            (self.word, self.rest) = (*next, rest);
        }
        for _ in 0..left {
            self.word &= self.word - 1;
        }
        let found = self.base + self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(found)
    }
}

/// Calls `visit` with the index of each set bit, ascending.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "must be compiled with the target features of the kernel that calls it"
)]
pub(super) fn each(mut bits: u64, mut visit: impl FnMut(u32)) {
    while bits != 0 {
        visit(bits.trailing_zeros());
        bits &= bits - 1;
    }
}
