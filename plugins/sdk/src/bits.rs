//! One bit per record of a batch, in words of 64, so that a rule about several columns takes a few machine
//! instructions for 64 records at once.

use crate::width::wide;

/// A bitmap: the least significant bit of the first word is record 0. Bits beyond `len` are always 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// `len` bits, all unset.
    pub fn zeros(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// `len` bits, all set.
    pub fn ones(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bits.clear_padding();
        bits
    }

    /// `len` bits, each the result of `bit` for its index.
    pub fn from_fn(len: usize, mut bit: impl FnMut(usize) -> bool) -> Self {
        let mut words = Vec::with_capacity(len.div_ceil(64));
        let mut start = 0;
        while start < len {
            let end = len.min(start + 64);
            let mut word = 0;
            for index in start..end {
                word |= u64::from(bit(index)) << (index - start);
            }
            words.push(word);
            start = end;
        }
        Self { words, len }
    }

    /// Bits from words; bits beyond `len` are dropped, missing words are 0.
    pub(crate) fn from_words(mut words: Vec<u64>, len: usize) -> Self {
        words.resize(len.div_ceil(64), 0);
        let mut bits = Self { words, len };
        bits.clear_padding();
        bits
    }

    /// Bits from bytes, least significant bit first, as in the contract.
    pub fn from_bytes(bytes: &[u8], len: usize) -> Self {
        let words = bytes
            .chunks(8)
            .map(|chunk| {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(word)
            })
            .collect();
        Self::from_words(words, len)
    }

    /// The bits as `ceil(len / 8)` bytes, least significant bit first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(self.len.div_ceil(8));
        bytes
    }

    fn clear_padding(&mut self) {
        if let Some(last) = self.words.last_mut()
            && !self.len.is_multiple_of(64)
        {
            *last &= (1 << (self.len % 64)) - 1;
        }
    }

    /// The number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether no bit is set.
    pub fn none(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The number of bits that are set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| wide(word.count_ones())).sum()
    }

    /// Whether bit `index` is set.
    pub fn get(&self, index: usize) -> bool {
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// Sets bit `index`, which must be below `len`.
    pub fn set(&mut self, index: usize) {
        debug_assert!(index < self.len);
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// Set where both are set.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
        self
    }

    /// Set where either is set.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
        self
    }

    /// Set where this one is set and `other` is not.
    #[must_use]
    pub fn and_not(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= !b);
        self
    }

    /// Set where this one is not set.
    #[must_use]
    pub fn negate(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.clear_padding();
        self
    }

    /// The indexes of the set bits, ascending.
    pub fn iter_ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = wide(rest.trailing_zeros());
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_survive_bytes_at_every_length() {
        for len in [0, 1, 7, 8, 9, 63, 64, 65, 130] {
            let bits = Bits::from_fn(len, |index| index % 3 == 0);
            assert_eq!(Bits::from_bytes(&bits.to_bytes(), len), bits, "{len}");
            assert_eq!(bits.to_bytes().len(), len.div_ceil(8));
            assert_eq!(bits.iter_ones().count(), bits.count());
            assert_eq!(
                bits.clone().negate().count(),
                len - bits.count(),
                "padding stays 0 at {len}"
            );
            assert_eq!(Bits::ones(len).count(), len);
            assert!(bits.clone().and(&bits.clone().negate()).none());
            assert_eq!(bits.clone().or(&bits.negate()), Bits::ones(len));
        }
    }
}
