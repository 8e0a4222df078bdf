//! Weighted choices, at random or in exact proportion.

use crate::prng::Prng;

/// 2^64 divided by the golden ratio: its multiples, modulo 2^64, divide any range more evenly than those of any other
/// number.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Running sums of weights.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weights {
    upto: Vec<u64>,
}

impl Weights {
    /// Weights in the order of the choices. A weight of 0 is never chosen.
    pub(crate) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let mut sum = 0_u64;
        let upto = weights.into_iter().map(|weight| {
            sum = sum.saturating_add(weight);
            sum
        });
        Self { upto: upto.collect() }
    }

    /// Sum of all weights; 0 means that nothing can be chosen.
    pub(crate) fn total(&self) -> u64 {
        self.upto.last().copied().unwrap_or(0)
    }

    /// Chooses at random.
    pub(crate) fn pick(&self, prng: &mut Prng) -> usize {
        let slot = prng.below(self.total());
        self.at(slot)
    }

    /// The choice whose turn it is at `index`. Over any run of indexes the shares are nearly exact, so rare choices occur
    /// in small tables too.
    pub(crate) fn deal(&self, index: u64) -> usize {
        let turn = u128::from(index.wrapping_mul(GOLDEN)) * u128::from(self.total());
        self.at(u64::try_from(turn >> 64).expect("the upper half of 128 bits has 64"))
    }

    fn at(&self, slot: u64) -> usize {
        self.upto.partition_point(|&upto| upto <= slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealing_keeps_proportions_in_small_runs() {
        let weights = Weights::new([650, 330, 20]);
        let mut counts = [0; 3];
        for index in 0..1000 {
            counts[weights.deal(index)] += 1;
        }
        assert!((648..=652).contains(&counts[0]) && (18..=22).contains(&counts[2]), "{counts:?}");
        let rare = (0..200).filter(|&index| weights.deal(index) == 2).count();
        assert!((3..=5).contains(&rare), "{rare}");
    }

    #[test]
    fn choices_of_no_weight_are_never_made() {
        let weights = Weights::new([0, 1, 0, 1]);
        let mut prng = Prng::new(3, "test");
        for _ in 0..100 {
            assert!([1, 3].contains(&weights.pick(&mut prng)));
        }
    }
}
