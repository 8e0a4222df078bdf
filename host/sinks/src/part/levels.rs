//! Parquet's packing of small integers: runs of one value, and bit-packed groups of eight.

use std::ops::Range;

use assay_model::Bitmap;

/// Whether each row of a page has a value. If all rows of a page have one, or none has, the bits are never built.
#[derive(Debug, Default)]
pub(super) struct Levels {
    rows: usize,
    filled: usize,
    /// Least significant bit first; empty as long as all rows are the same.
    bits: Vec<u8>,
}

impl Levels {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the number of rows that have a value.
    pub(super) fn filled(&self) -> usize {
        self.filled
    }

    /// Appends `count` rows that all have a value or all have none.
    pub(super) fn push_run(&mut self, filled: bool, count: usize) {
        let alike = if filled { self.filled == self.rows } else { self.filled == 0 };
        if alike && self.bits.is_empty() {
            self.rows += count;
            self.filled += if filled { count } else { 0 };
        } else {
            self.extend(std::iter::repeat_n(filled, count));
        }
    }

    /// Appends rows one by one.
    pub(super) fn extend(&mut self, filled: impl Iterator<Item = bool>) {
        self.spread();
        let mut bit = self.rows % 8;
        let mut byte = if bit > 0 { self.bits.pop().unwrap_or_default() } else { 0 };
        for filled in filled {
            byte |= u8::from(filled) << bit;
            bit += 1;
            self.filled += usize::from(filled);
            self.rows += 1;
            if bit == 8 {
                self.bits.push(byte);
                (byte, bit) = (0, 0);
            }
        }
        if bit > 0 {
            self.bits.push(byte);
        }
    }

    /// Appends the rows in `rows`, one bit each.
    pub(super) fn extend_bits(&mut self, bits: &Bitmap, rows: Range<usize>) {
        self.spread();
        let mut have = self.rows % 8;
        let mut word = if have > 0 { self.bits.pop().map_or(0, u64::from) } else { 0 };
        let mut at = rows.start;
        while at < rows.end {
            // With the bits left over (fewer than 8) and an unaligned start (up to 7), 48 bits fit a 64-bit word.
            let count = (rows.end - at).min(48);
            let bytes = &bits.as_bytes()[at / 8..];
            let next = match bytes.first_chunk() {
                Some(eight) => u64::from_le_bytes(*eight),
                None => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
            };
            let next = next >> (at % 8) & ((1 << count) - 1);
            self.filled += next.count_ones() as usize;
            word |= next << have;
            have += count;
            let whole = have / 8;
            self.bits.extend_from_slice(&word.to_le_bytes()[..whole]);
            word >>= whole * 8;
            have %= 8;
            at += count;
        }
        if have > 0 {
            self.bits.push(word.to_le_bytes()[0]);
        }
        self.rows += rows.len();
    }

    /// Builds the bits that were omitted so far.
    fn spread(&mut self) {
        if !self.bits.is_empty() || self.rows == 0 {
            return;
        }
        let all = if self.filled == 0 { 0 } else { 0xff };
        self.bits.resize(self.rows.div_ceil(8), all);
        if let Some(last) = self.bits.last_mut()
            && !self.rows.is_multiple_of(8)
        {
            *last &= (1 << (self.rows % 8)) - 1;
        }
    }

    /// Appends the levels preceded by their length, as in a version 1 data page, and resets.
    pub(super) fn encode(&mut self, out: &mut Vec<u8>) {
        let length_at = out.len();
        out.extend_from_slice(&[0; 4]);
        if self.filled == 0 || self.filled == self.rows {
            put_varint(out, self.rows << 1);
            out.push(u8::from(self.filled > 0));
        } else {
            put_varint(out, self.bits.len() << 1 | 1);
            out.extend_from_slice(&self.bits);
        }
        let length =
            u32::try_from(out.len() - length_at - 4).expect("a page has fewer than 2^32 rows");
        out[length_at..length_at + 4].copy_from_slice(&length.to_le_bytes());
        self.rows = 0;
        self.filled = 0;
        self.bits.clear();
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Number of keys per group: eight keys of any width fill whole bytes.
const GROUP: usize = 8;

/// Maximum key width, in bits, at which a group fits 128 bits.
const NARROW: u32 = 16;

/// Appends dictionary keys below `distinct`: their width in one byte, then runs and packed groups.
pub(super) fn encode_keys(keys: &[u32], distinct: usize, out: &mut Vec<u8>) {
    let width = usize::BITS - distinct.saturating_sub(1).leading_zeros();
    out.push(width.to_le_bytes()[0]);
    let mut at = 0;
    let mut packed = 0;
    while at < keys.len() {
        let group = &keys[at..keys.len().min(at + GROUP)];
        if alike(group) {
            let run = group.len()
                + keys[at + group.len()..].iter().take_while(|&&key| key == group[0]).count();
            pack(&keys[packed..at], width, out);
            put_varint(out, run << 1);
            out.extend_from_slice(&group[0].to_le_bytes()[..width.div_ceil(8) as usize]);
            at += run;
            packed = at;
        } else {
            at += group.len();
        }
    }
    pack(&keys[packed..], width, out);
}

/// Whether all keys of a non-empty group are equal.
fn alike(group: &[u32]) -> bool {
    match group.as_array::<GROUP>() {
        // Examines every key, without branches.
        Some(group) => group.iter().fold(0, |bits, key| bits | (key ^ group[0])) == 0,
        None => group.iter().all(|key| *key == group[0]),
    }
}

/// Appends keys bit-packed in groups of eight; the last group is padded with zeros.
fn pack(keys: &[u32], width: u32, out: &mut Vec<u8>) {
    if keys.is_empty() {
        return;
    }
    let count = keys.len().div_ceil(GROUP);
    put_varint(out, count << 1 | 1);
    let (groups, rest) = keys.as_chunks();
    let mut last = [0; GROUP];
    last[..rest.len()].copy_from_slice(rest);
    let groups = groups.iter().chain((!rest.is_empty()).then_some(&last));
    if width > NARROW {
        groups.for_each(|group| pack_wide(group, width, out));
        return;
    }
    // Each group is written with trailing zeros, which the next one overwrites.
    let mut end = out.len();
    out.resize(end + count * width as usize + size_of::<u128>(), 0);
    for group in groups {
        let room = out[end..].first_chunk_mut().expect("room was made");
        *room = pack_narrow(group, width).to_le_bytes();
        end += width as usize;
    }
    out.truncate(end);
}

/// Packs keys of 1 to 16 bits each. They are combined in pairs, so that no key depends on all before it.
#[inline]
fn pack_narrow(group: &[u32; GROUP], width: u32) -> u128 {
    let two = |at: usize| u64::from(group[at]) | u64::from(group[at + 1]) << width;
    let four = |at: usize| two(at) | two(at + 2) << (2 * width);
    let (low, high) = (four(0), four(4));
    // Two shifts, because a single shift by all 64 bits would overflow.
    let first = low | high << (4 * width - 1) << 1;
    let second = high >> (u64::BITS - 4 * width);
    u128::from(first) | u128::from(second) << u64::BITS
}

/// Appends keys of 17 to 32 bits each.
fn pack_wide(group: &[u32; GROUP], width: u32, out: &mut Vec<u8>) {
    let mut word = 0_u64;
    let mut bits = 0;
    for &key in group {
        word |= u64::from(key) << bits;
        bits += width;
        if bits >= u32::BITS {
            out.extend_from_slice(&word.to_le_bytes()[..4]);
            word >>= u32::BITS;
            bits -= u32::BITS;
        }
    }
    out.extend_from_slice(&word.to_le_bytes()[..bits as usize / 8]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pieces`: bits as text; a piece with `*` is pushed as a run.
    fn check(pieces: &[&str], expected: &[u8]) {
        let mut levels = Levels::default();
        for piece in pieces {
            let bits = piece.bytes().filter(|b| *b != b'*').map(|b| b == b'1');
            if piece.contains('*') {
                levels.push_run(piece.starts_with('1'), bits.count());
            } else {
                levels.extend(bits);
            }
        }
        let mut out = Vec::new();
        levels.encode(&mut out);
        assert_eq!(out[4..], *expected, "{pieces:?}");
        assert_eq!(usize::from(out[0]), expected.len(), "{pieces:?}");
        assert_eq!(levels.rows(), 0);
    }

    #[test]
    fn levels_are_runs_or_bits() {
        check(&["1111*"], &[4 << 1, 1]);
        check(&["000*", "00*"], &[5 << 1, 0]);
        check(&["101"], &[1 << 1 | 1, 0b101]);
        check(&["11*", "0*"], &[1 << 1 | 1, 0b011]);
        check(&["0000000000*", "1*"], &[2 << 1 | 1, 0, 0b100]);
        check(&["111", "11*", "01"], &[1 << 1 | 1, 0b101_1111]);
        check(&["000", "00*", "1111"], &[2 << 1 | 1, 0b1110_0000, 0b1]);
    }

    #[test]
    fn bits_in_a_row_are_bits_one_by_one() {
        let mut state = 1_u64;
        let bits: Vec<bool> = (0..400)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                state >> 63 == 1
            })
            .collect();
        let mut all = Bitmap::default();
        for &bit in &bits {
            all.push(bit);
        }
        for start in 0..20 {
            for end in [start, start + 1, start + 7, start + 48, start + 49, start + 130, 397, 400]
            {
                let (mut one, mut other) = (Levels::default(), Levels::default());
                for levels in [&mut one, &mut other] {
                    levels.extend([true, false, true].into_iter().cycle().take(start));
                }
                one.extend(bits[start..end].iter().copied());
                other.extend_bits(&all, start..end);
                assert_eq!((one.filled, one.rows()), (other.filled, other.rows()));
                assert_eq!(one.bits, other.bits, "{start}..{end}");
            }
        }
    }

    #[test]
    fn keys_are_runs_or_groups() {
        let check = |keys: &[u32], distinct: usize, expected: &[u8]| {
            let mut out = Vec::new();
            encode_keys(keys, distinct, &mut out);
            assert_eq!(out, expected, "{keys:?}");
        };
        check(&[0; 20], 1, &[0, 20 << 1]);
        check(&[1; 9], 2, &[1, 9 << 1, 1]);
        check(&[0, 1, 0, 1], 2, &[1, 1 << 1 | 1, 0b1010]);
        check(&[0, 1, 2, 3, 4, 5, 6, 7], 8, &[3, 1 << 1 | 1, 0x88, 0xc6, 0xfa]);
        let long = [[0, 1, 0, 1, 0, 1, 0, 1], [1; 8]].concat();
        check(&long, 300, &[9, 3, 0, 2, 0, 8, 0, 32, 0, 128, 0, 8 << 1, 1, 0]);
    }

    #[test]
    fn keys_of_any_width_are_packed_bit_by_bit() {
        for width in 1..=32 {
            let most = u32::MAX >> (32 - width);
            let mixed = |at: u32| at.wrapping_mul(0x9e37_79b9).rotate_left(7) & most;
            for count in [1, 7, 8, 9, 23, 24] {
                let keys: Vec<u32> = (0..count).map(|at| mixed(at) | u32::from(at == 0)).collect();
                let mut out = Vec::new();
                pack(&keys, width, &mut out);
                let groups = count.div_ceil(8);
                assert_eq!(out[0], u8::try_from(groups << 1 | 1).unwrap());
                assert_eq!(out.len(), 1 + (groups * width) as usize);
                let bit = |at: u32| u32::from(out[1 + at as usize / 8] >> (at % 8) & 1);
                let key =
                    |nth: u32| (0..width).fold(0, |key, at| key | bit(nth * width + at) << at);
                let found: Vec<u32> = (0..count).map(key).collect();
                assert_eq!(found, keys, "{count} keys of {width} bits");
                assert!((count..groups * 8).all(|nth| key(nth) == 0));
            }
        }
    }
}
