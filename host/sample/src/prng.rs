//! The numbers a file is made of: `SplitMix64`, with integer arithmetic only.
//!
//! Small enough to be read in full, the same on every platform for ever, and good enough for data that only has
//! to look like data. Each table and the records have a stream of their own, so that a change to one table leaves
//! the others as they were.

use crate::share::Share;

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Prng {
    state: u64,
}

impl Prng {
    /// The stream of that name under a seed.
    pub(crate) fn new(seed: u64, stream: &str) -> Self {
        // FNV-1a of the name keeps the streams apart; `mix` spreads neighbouring seeds.
        let name = stream.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { state: mix(seed ^ mix(name)) }
    }

    /// The next 64 bits.
    pub(crate) fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number below `bound`, which is above 0. The bias of at most `bound / 2^64` does not show.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.draw()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the upper half of 128 bits has 64")
    }

    /// An index into something of that length, which is above 0.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        let bound = u64::try_from(len).expect("lengths fit 64 bits");
        usize::try_from(self.below(bound)).expect("an index is below the length")
    }

    /// A number from `from` to `to`, both included; `from` where the range is empty.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = from.abs_diff(to).saturating_add(1);
        if to < from { from } else { from.saturating_add_unsigned(self.below(width)) }
    }

    /// Whether an event of that share happens now.
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
