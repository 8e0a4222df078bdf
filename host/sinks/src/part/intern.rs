//! Distinct texts of a column chunk, numbered in the order they come.
//!
//! Parquet's dictionary encoding costs one look-up for each cell and is most of the work of writing a part file, so this is an open
//! table of 8-byte slots with part of the hash in each: nearly every look-up touches one slot and one text.

use std::hash::{BuildHasher, RandomState};
use std::str;

/// Slots to begin with: 8 KiB, which fits the first-level cache beside the cells.
const FIRST_SLOTS: usize = 1_024;

/// The text is not UTF-8.
#[derive(Debug)]
pub(super) struct NotUtf8;

/// Texts with their numbers. `page` is the dictionary page as Parquet wants it: each text after its length in 4 bytes.
#[derive(Debug)]
pub(super) struct Interner {
    /// 0 where free; else the high half of the hash over the number plus one. Its length is a power of two.
    slots: Vec<u64>,
    /// Where each text ends in `page`.
    ends: Vec<usize>,
    page: Vec<u8>,
    last: Option<u32>,
    /// Drawn anew for each process, so that no file can be made to collide. Numbers do not depend on it.
    seed: u64,
}

impl Interner {
    pub(super) fn new() -> Self {
        let seed = RandomState::new().hash_one(0_u8);
        Self { slots: vec![0; FIRST_SLOTS], ends: Vec::new(), page: Vec::new(), last: None, seed }
    }

    /// How many distinct texts there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The dictionary page so far.
    pub(super) fn page(&self) -> &[u8] {
        &self.page
    }

    /// Takes the dictionary page and its number of texts, leaving an empty interner that keeps the table's memory.
    pub(super) fn take(&mut self) -> (Vec<u8>, usize) {
        self.slots.fill(0);
        self.last = None;
        let texts = self.ends.len();
        self.ends.clear();
        (std::mem::take(&mut self.page), texts)
    }

    /// The text with this number.
    pub(super) fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.page[start + 4..self.ends[number]]
    }

    /// All texts in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.page[start + 4..end])
    }

    /// The text's number, new or old.
    #[inline]
    pub(super) fn intern(&mut self, text: &[u8]) -> Result<u32, NotUtf8> {
        // Files are often sorted by something, so a cell often repeats the one above it.
        if let Some(last) = self.last
            && same(self.get(last), text)
        {
            return Ok(last);
        }
        let hash = hash(self.seed, text);
        let mask = self.slots.len() - 1;
        let mut at = slot_of(hash, mask);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                break;
            }
            if slot >> 32 == hash >> 32 {
                let number = number_in(slot);
                if same(self.get(number), text) {
                    self.last = Some(number);
                    return Ok(number);
                }
            }
            at = (at + 1) & mask;
        }
        self.insert(at, hash, text)
    }

    #[cold]
    fn insert(&mut self, at: usize, hash: u64, text: &[u8]) -> Result<u32, NotUtf8> {
        if str::from_utf8(text).is_err() {
            return Err(NotUtf8);
        }
        let number = u32::try_from(self.ends.len()).expect("a row group has fewer than 2^32 rows");
        let length = u32::try_from(text.len()).expect("a slab is cut far below 4 GiB");
        self.page.extend_from_slice(&length.to_le_bytes());
        self.page.extend_from_slice(text);
        self.ends.push(self.page.len());
        self.slots[at] = hash >> 32 << 32 | (u64::from(number) + 1);
        self.last = Some(number);
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        Ok(number)
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 4];
        let mask = slots.len() - 1;
        for (number, text) in (1_u64..).zip(self.iter()) {
            let hash = hash(self.seed, text);
            let mut at = slot_of(hash, mask);
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = hash >> 32 << 32 | number;
        }
        self.slots = slots;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
fn slot_of(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}

#[expect(clippy::cast_possible_truncation, reason = "the number is the low half")]
fn number_in(slot: u64) -> u32 {
    slot as u32 - 1
}

/// Odd, with as many ones as zeros in no pattern: the fraction of the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Multiplies into 128 bits and folds the halves, so that each bit of the result depends on all bits.
#[expect(clippy::cast_possible_truncation, reason = "the halves are folded")]
fn fold(word: u64) -> u64 {
    let product = u128::from(word) * u128::from(MULTIPLIER);
    (product >> 64) as u64 ^ product as u64
}

#[inline]
fn hash(seed: u64, text: &[u8]) -> u64 {
    let mut state = fold(seed ^ text.len() as u64);
    if let Some(tail) = text.last_chunk::<8>() {
        let (words, _) = text.as_chunks::<8>();
        for chunk in words {
            state = fold(state ^ u64::from_le_bytes(*chunk));
        }
        // The last 8 bytes again, for what the whole words leave over.
        return fold(state.rotate_left(23) ^ u64::from_le_bytes(*tail));
    }
    fold(state ^ short(text))
}

/// A text of fewer than 8 bytes in one word; among texts of the same length no two share one.
fn short(text: &[u8]) -> u64 {
    if let (Some(head), Some(tail)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*head)) << 32 | u64::from(u32::from_le_bytes(*tail));
    }
    text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// Whether two texts are equal. Cells are short, and for those this is quicker than a call to the library's comparison.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match (one.first_chunk::<8>(), one.last_chunk::<8>()) {
        (Some(head), Some(tail)) => {
            other.first_chunk() == Some(head)
                && other.last_chunk() == Some(tail)
                && (one.len() <= 16 || one[8..one.len() - 8] == other[8..one.len() - 8])
        }
        _ => short(one) == short(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_has_the_same_number_whatever_else_comes() {
        let mut interner = Interner::new();
        let texts: Vec<String> =
            (0..20_000).map(|n| format!("{}{n}", "x".repeat(n % 19))).collect();
        for round in 0..2 {
            for (expected, text) in (0..).zip(&texts) {
                assert_eq!(interner.intern(text.as_bytes()).unwrap(), expected, "round {round}");
            }
        }
        assert_eq!(interner.len(), texts.len());
        assert!(interner.iter().eq(texts.iter().map(String::as_bytes)));
    }

    #[test]
    fn texts_are_the_same_in_every_byte() {
        for length in 0..40 {
            let text = vec![b'a'; length];
            assert!(same(&text, &text.clone()));
            assert!(!same(&text, &vec![b'a'; length + 1]));
            for at in 0..length {
                let mut other = text.clone();
                other[at] = b'b';
                assert!(!same(&text, &other), "{length} bytes, differing at {at}");
            }
        }
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(Interner::new().intern(b"\xff").is_err());
    }
}
