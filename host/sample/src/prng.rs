//! The random numbers behind a file: `SplitMix64`, with integer arithmetic only.
//!
//! It is small enough to be read in full, gives the same numbers on every platform forever, and is good enough for data
//! that only has to look real. The records and each table have streams of their own, so a change to one table leaves
//! the others unchanged.

use crate::share::Share;

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Prng {
    state: u64,
}

impl Prng {
    /// Creates the stream of this name under a seed.
    pub(crate) fn new(seed: u64, stream: &str) -> Self {
        // The FNV-1a hash of the name separates the streams; `mix` spreads neighbouring seeds.
        let name = stream.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { state: mix(seed ^ mix(name)) }
    }

    /// Draws the next 64 bits.
    pub(crate) fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// Draws a number below `bound`, which must be above 0. The bias of at most `bound / 2^64` is negligible.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.draw()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the upper half of 128 bits has 64")
    }

    /// Draws an index into something of length `len`, which must be above 0.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        let bound = u64::try_from(len).expect("lengths fit 64 bits");
        usize::try_from(self.below(bound)).expect("an index is below the length")
    }

    /// Draws a number from `from` to `to`, both included; `from` if the range is empty.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = from.abs_diff(to).saturating_add(1);
        if to < from { from } else { from.saturating_add_unsigned(self.below(width)) }
    }

    /// Draws whether an event with this share happens.
    pub(crate) fn hits(&mut self, share: Share) -> bool {
        self.below(Share::whole()) < share.billionths()
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_seed_and_name() {
        let first = |seed, name| Prng::new(seed, name).draw();
        assert_eq!(first(7, "records"), first(7, "records"));
        assert_ne!(first(7, "records"), first(8, "records"));
        assert_ne!(first(7, "records"), first(7, "tables"));
    }

    #[test]
    fn ranges_include_both_ends() {
        let mut prng = Prng::new(1, "test");
        let drawn: Vec<i64> = (0..200).map(|_| prng.between(-1, 1)).collect();
        assert!(drawn.contains(&-1) && drawn.contains(&0) && drawn.contains(&1));
        assert!(drawn.iter().all(|n| (-1..=1).contains(n)));
        assert_eq!(prng.between(5, 4), 5);
    }
}
