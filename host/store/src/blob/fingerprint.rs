//! Fingerprints of blocks: whether two blocks are the same, at the speed of memory.
//!
//! The hash is NH, from UMAC: a secret word is added to each 64-bit word, pairs are multiplied, and the products summed. Two different blocks
//! collide with a probability of 2^-64, even if chosen by an attacker, as long as the secret is unknown. It takes a quarter of the time of the kernel's
//! copy that fills the block; BLAKE3 takes as long as that copy or longer.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// Word pairs summed before the sum enters the chain: 1 KiB of data, and as much secret, stay in the L1 cache.
const PAIRS: usize = 64;

/// Pairs per loop iteration, so that loop overhead does not rival the multiplications.
const TOGETHER: usize = 4;

type Pair = [u8; 16];
type Secret = [u64; 2];

/// Takes fingerprints with its own secret; fingerprints of different instances cannot be compared.
pub(super) struct Fingerprints {
    secrets: [Secret; PAIRS],
    chain: Secret,
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fingerprints").finish_non_exhaustive()
    }
}

impl Fingerprints {
    /// Draws a random secret.
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        let secret = |number: usize| [random.hash_one((number, 0)), random.hash_one((number, 1))];
        Self { secrets: std::array::from_fn(secret), chain: secret(PAIRS) }
    }

    /// The fingerprint of a block.
    pub(super) fn of(&self, block: &[u8]) -> u64 {
        let mut hash = block.len() as u64;
        for chunk in block.chunks(PAIRS * size_of::<Pair>()) {
            let sum = self.sum(chunk);
            let [low, high] = words(&sum.to_le_bytes());
            hash = fold(hash ^ low, self.chain[0] ^ high);
            hash = fold(hash ^ self.chain[1], self.chain[0]);
        }
        hash
    }

    fn sum(&self, chunk: &[u8]) -> u128 {
        let (pairs, rest) = chunk.as_chunks();
        let (many, few) = pairs.as_chunks::<TOGETHER>();
        let (secrets, _) = self.secrets.as_chunks::<TOGETHER>();
        let mut sum = 0_u128;
        for (pairs, secrets) in many.iter().zip(secrets) {
            for (pair, secret) in pairs.iter().zip(secrets) {
                sum = sum.wrapping_add(product(pair, *secret));
            }
        }
        let done = pairs.len() - few.len();
        for (pair, secret) in few.iter().zip(&self.secrets[done..]) {
            sum = sum.wrapping_add(product(pair, *secret));
        }
        if !rest.is_empty() {
            let mut last = Pair::default();
            last[..rest.len()].copy_from_slice(rest);
            sum = sum.wrapping_add(product(&last, self.secrets[pairs.len()]));
        }
        sum
    }
}

fn words(pair: &Pair) -> [u64; 2] {
    let [low @ .., _, _, _, _, _, _, _, _] = *pair;
    let [_, _, _, _, _, _, _, _, high @ ..] = *pair;
    [u64::from_le_bytes(low), u64::from_le_bytes(high)]
}

fn product(pair: &Pair, secret: Secret) -> u128 {
    let [one, other] = words(pair);
    u128::from(one.wrapping_add(secret[0])) * u128::from(other.wrapping_add(secret[1]))
}

fn fold(one: u64, other: u64) -> u64 {
    let (low, high) = one.carrying_mul(other, 0);
    low ^ high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bit_and_any_length_count() {
        let fingerprints = Fingerprints::new();
        let block: Vec<u8> = (0..3_000_u32).map(|at| (at % 251 + 1).to_le_bytes()[0]).collect();
        let mut found = vec![fingerprints.of(&block)];
        assert_eq!(fingerprints.of(&block), found[0]);
        for at in 0..block.len() {
            found.push(fingerprints.of(&block[..at]));
            for bit in [0, 7] {
                let mut other = block.clone();
                other[at] ^= 1 << bit;
                found.push(fingerprints.of(&other));
            }
        }
        // Swapped words.
        for (one, other) in [(0, 8), (0, 16), (8, 16), (0, 1_024), (16, 2_040)] {
            let mut swapped = block.clone();
            for at in 0..8 {
                swapped.swap(one + at, other + at);
            }
            found.push(fingerprints.of(&swapped));
        }
        found.extend([1, 8, 16, 1_024].map(|zeros| fingerprints.of(&vec![0; zeros])));
        let count = found.len();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), count, "all differ");
        assert_ne!(Fingerprints::new().of(&block), fingerprints.of(&block), "each has its secret");
    }
}
