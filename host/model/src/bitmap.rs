//! One bit for each record of a batch.

use std::ops::Range;

/// Packed bits, least significant first, as in Arrow and `wit/rules.wit`. Padding bits are always 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bitmap {
    bytes: Vec<u8>,
    len: usize,
}

impl Bitmap {
    /// `len` bits, all unset.
    pub fn zeros(len: usize) -> Self {
        Self { bytes: vec![0; len.div_ceil(8)], len }
    }

    /// `len` bits, all set.
    pub fn ones(len: usize) -> Self {
        let mut bytes = vec![0xff; len.div_ceil(8)];
        if let Some(last) = bytes.last_mut()
            && !len.is_multiple_of(8)
        {
            *last = (1 << (len % 8)) - 1;
        }
        Self { bytes, len }
    }

    /// Takes over `bytes` as `len` bits; `None` if the length does not fit or a padding bit is set.
    pub fn from_bytes(bytes: Vec<u8>, len: usize) -> Option<Self> {
        let padding = bytes.len().checked_mul(8)?.checked_sub(len)?;
        if padding >= 8 {
            return None;
        }
        if let Some(last) = bytes.last()
            && padding > 0
            && last >> (8 - padding) != 0
        {
            return None;
        }
        Some(Self { bytes, len })
    }

    /// Number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Memory used, in bytes.
    pub fn memory(&self) -> usize {
        self.bytes.capacity()
    }

    /// The packed bytes, as they are handed to plugins.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether bit `index` is set.
    pub fn get(&self, index: usize) -> bool {
        debug_assert!(index < self.len);
        self.bytes[index / 8] >> (index % 8) & 1 == 1
    }

    /// Sets bit `index`, which must be below the number of bits.
    pub fn set(&mut self, index: usize) {
        debug_assert!(index < self.len);
        self.bytes[index / 8] |= 1 << (index % 8);
    }

    /// Clears bit `index`, which must be below the number of bits.
    pub fn unset(&mut self, index: usize) {
        debug_assert!(index < self.len);
        self.bytes[index / 8] &= !(1 << (index % 8));
    }

    /// Appends a bit.
    pub fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(8) {
            self.bytes.push(0);
        }
        self.len += 1;
        if bit {
            self.set(self.len - 1);
        }
    }

    /// Number of set bits.
    pub fn count_ones(&self) -> usize {
        self.bytes.iter().map(|byte| byte.count_ones() as usize).sum()
    }

    /// Indexes of the set bits, ascending.
    pub fn ones_iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.ones_in(0..self.len)
    }

    /// Indexes of the set bits in `range`, ascending. The range is read 64 bits at a time; the rest of the
    /// cost grows with the number of set bits.
    pub fn ones_in(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        debug_assert!(range.end <= self.len);
        let words = range.start / 64..range.end.div_ceil(64);
        words.flat_map(move |nth| {
            let from = range.start.saturating_sub(nth * 64);
            let beyond = ((nth + 1) * 64).saturating_sub(range.end);
            let mut rest = self.word(nth) & u64::MAX << from & u64::MAX >> beyond;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(nth * 64 + bit)
            })
        })
    }

    /// 64 bits, with zeros beyond the last.
    fn word(&self, nth: usize) -> u64 {
        let bytes = &self.bytes[nth * 8..];
        match bytes.first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_bits_of_a_range_are_those_that_are_set() {
        let mut bits = Bitmap::default();
        for at in 0..200_usize {
            bits.push(at % 7 == 0 || (60..70).contains(&at));
        }
        for start in [0, 1, 7, 63, 64, 65, 128, 199, 200] {
            for end in [start, start + 1, 64, 65, 127, 128, 129, 192, 199, 200] {
                let range = start..end.clamp(start, 200);
                let expected: Vec<usize> = range.clone().filter(|&at| bits.get(at)).collect();
                assert_eq!(bits.ones_in(range.clone()).collect::<Vec<_>>(), expected, "{range:?}");
            }
        }
        assert_eq!(bits.ones_iter().count(), bits.count_ones());
        assert_eq!(Bitmap::default().ones_iter().count(), 0);
    }
}
