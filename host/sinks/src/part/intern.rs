//! Distinct texts of a column chunk, numbered in order of arrival.
//!
//! The dictionaries of a row group do not fit the caches, so the cost of a look-up is the number of places it touches: one slot of 8 bytes
//! that includes part of the hash, one entry of 16 bytes with the length and the first 8 bytes of the text, and only for longer texts the
//! text itself.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::str;

use super::plain::{self, LENGTH};

/// Initial number of slots: 512 bytes, because a file may have thousands of columns, and a table grows only once per file.
const FIRST_SLOTS: usize = 64;

/// Initial room for texts, and for bytes of them.
const FIRST_TEXTS: usize = 8;

/// The text is not UTF-8.
#[derive(Debug)]
pub(super) struct NotUtf8;

/// Texts and their numbers. `page` is the dictionary page in Parquet's format: each text preceded by its length in 4 bytes.
#[derive(Debug)]
pub(super) struct Interner {
    /// 0 if free, otherwise the high half of the hash in the upper 32 bits and the text's number plus one in the lower. The number of slots
    /// is a power of two.
    slots: Vec<u64>,
    entries: Vec<Entry>,
    page: Vec<u8>,
    /// Random, so that a file cannot be crafted to collide. The numbers do not depend on it.
    seed: u64,
}

/// Entry of a text.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Offset of the text in `page`.
    start: u32,
    len: u32,
    /// See [`head`].
    head: u64,
}

impl Entry {
    fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.len as usize
    }
}

impl Interner {
    pub(super) fn new() -> Self {
        let seed = RandomState::new().hash_one(0_u8);
        Self { slots: vec![0; FIRST_SLOTS], entries: Vec::new(), page: Vec::new(), seed }
    }

    /// Returns the number of distinct texts.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the memory allocated, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.page.capacity()
            + self.entries.capacity() * size_of::<Entry>()
            + self.slots.capacity() * size_of::<u64>()
    }

    /// Returns the memory that the texts need, in bytes, computed from the texts alone.
    pub(super) fn bytes(&self) -> usize {
        self.page.len() + self.entries.len() * (size_of::<Entry>() + 4 * size_of::<u64>())
    }

    /// The dictionary page so far.
    pub(super) fn page(&self) -> &[u8] {
        &self.page
    }

    /// Takes the dictionary page and its number of texts, leaving an empty interner that keeps the memory of the table.
    pub(super) fn take(&mut self) -> (Vec<u8>, usize) {
        self.slots.fill(0);
        let texts = self.entries.len();
        self.entries.clear();
        (std::mem::take(&mut self.page), texts)
    }

    /// Returns the text with this number.
    pub(super) fn get(&self, number: u32) -> &[u8] {
        &self.page[self.entries[number as usize].range()]
    }

    /// Returns all texts in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().map(|entry| &self.page[entry.range()])
    }

    /// Returns the text's number, adding the text if it is new.
    #[inline]
    pub(super) fn intern(&mut self, text: &[u8]) -> Result<u32, NotUtf8> {
        let head = head(text);
        let hash = hash(self.seed, head, text);
        let mask = self.slots.len() - 1;
        let mut at = slot_of(hash, mask);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                break;
            }
            if slot >> 32 == hash >> 32 {
                let number = number_in(slot);
                let entry = self.entries[number as usize];
                if entry.head == head
                    && entry.len as usize == text.len()
                    && (text.len() <= HEAD || same_rest(&self.page[entry.range()], text))
                {
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
        let number = narrow(self.entries.len());
        let len = narrow(text.len());
        let start = narrow(self.page.len() + LENGTH);
        make_room(&mut self.page, LENGTH + text.len());
        plain::put(&mut self.page, text);
        make_room(&mut self.entries, 1);
        self.entries.push(Entry { start, len, head: head(text) });
        self.slots[at] = hash >> 32 << 32 | (u64::from(number) + 1);
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        Ok(number)
    }

    fn grow(&mut self) {
        // Not by four: with thousands of columns most of the memory would be empty slots. A table grows only once per file.
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for (number, text) in (1_u64..).zip(self.iter()) {
            let hash = hash(self.seed, head(text), text);
            let mut at = slot_of(hash, mask);
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = hash >> 32 << 32 | number;
        }
        self.slots = slots;
    }
}

/// Grows a vector by half if it has no room for `more`. Twice as much would be mostly unused with thousands of columns.
fn make_room<T>(vector: &mut Vec<T>, more: usize) {
    if vector.capacity() - vector.len() < more {
        vector.reserve_exact(more.max(FIRST_TEXTS).max(vector.len() / 2));
    }
}

/// Converts a number or an offset. A dictionary ends soon after its first mebibyte, and a slab is far below 4 GiB.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("a dictionary is far below 4 GiB")
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
fn slot_of(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}

#[expect(clippy::cast_possible_truncation, reason = "the number is the low half")]
fn number_in(slot: u64) -> u32 {
    slot as u32 - 1
}

/// The fraction of the golden ratio: odd, with as many ones as zeros and without a pattern.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Multiplies to 128 bits and folds the halves, so that each bit of the result depends on all bits.
#[expect(clippy::cast_possible_truncation, reason = "the halves are folded")]
fn fold(word: u64) -> u64 {
    let product = u128::from(word) * u128::from(MULTIPLIER);
    (product >> 64) as u64 ^ product as u64
}

/// Number of bytes of a text that its entry holds.
const HEAD: usize = size_of::<u64>();

/// Returns the first 8 bytes of a text as a number; for a shorter text, a number that is unique among texts of its length.
#[inline]
fn head(text: &[u8]) -> u64 {
    if let Some(head) = text.first_chunk::<HEAD>() {
        return u64::from_le_bytes(*head);
    }
    if let (Some(head), Some(tail)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*head)) << 32 | u64::from(u32::from_le_bytes(*tail));
    }
    text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[inline]
fn hash(seed: u64, head: u64, text: &[u8]) -> u64 {
    let mut state = fold(seed ^ text.len() as u64);
    if text.len() <= HEAD {
        return fold(state ^ head);
    }
    let (words, _) = text.as_chunks::<HEAD>();
    for chunk in words {
        state = fold(state ^ u64::from_le_bytes(*chunk));
    }
    // Hashes the last 8 bytes again, to cover the bytes after the last whole word.
    let tail = text.last_chunk().map_or(0, |tail| u64::from_le_bytes(*tail));
    fold(state.rotate_left(23) ^ tail)
}

/// Whether two texts are equal that have the same length, more than 8 bytes, and the same first 8 bytes. Most are short, and for those this
/// is faster than calling the library's comparison.
#[inline]
fn same_rest(one: &[u8], other: &[u8]) -> bool {
    one.last_chunk::<HEAD>() == other.last_chunk::<HEAD>()
        && (one.len() <= 2 * HEAD || one[HEAD..one.len() - HEAD] == other[HEAD..other.len() - HEAD])
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
    fn texts_are_told_apart_in_every_byte() {
        for length in 0..40 {
            let text = vec![b'a'; length];
            let mut interner = Interner::new();
            let mut others = vec![vec![b'a'; length + 1], [text.as_slice(), b"\0"].concat()];
            for at in 0..length {
                let mut other = text.clone();
                other[at] = b'b';
                others.push(other);
            }
            for (number, text) in (0..).zip(std::iter::once(&text).chain(&others)) {
                assert_eq!(interner.intern(text).unwrap(), number, "{length} bytes");
            }
            assert_eq!(interner.intern(&text).unwrap(), 0);
            for other in &others {
                let equal = head(other) == head(&text) && other.len() == length;
                assert!(!equal || length > HEAD && !same_rest(other, &text), "{length} bytes");
            }
        }
    }

    #[test]
    fn what_is_not_text_is_refused() {
        assert!(Interner::new().intern(b"\xff").is_err());
    }
}
