//! The distinct cells of a column in a slab, numbered in order of appearance.
//!
//! Each cell costs one lookup in a table of 16-bit slots and one comparison: cells of up to 32 bytes are identified by their first and
//! last 16 bytes and their length, and only longer ones are compared in full. If all cells of a tile are shorter than 16 bytes, as in
//! most columns, the first 16 bytes are enough.

use std::hash::{BuildHasher, RandomState};
use std::iter::repeat;

use assay_model::{Cells, Column, Text};

use super::texts::Texts;
use super::tile::{Cellular, Span, TILE};
use super::validity::bitmap;
use crate::slab::narrow;

/// Maximum number of distinct cells per slab: half of its records. With more, keys are not cheaper than the cells themselves.
pub(super) const MOST: usize = 2_048;

/// Initial number of slots. Most columns have few distinct cells, and 91 tables of 512 bytes stay in the L2 cache.
const FIRST_SLOTS: usize = 256;

/// Initial room for distinct cells: most columns have fewer.
const FIRST_CELLS: usize = 16;

/// Bytes at either end of a cell that are compared in one step.
pub(super) const END: usize = 16;

/// What distinguishes a cell from others, except for the middle of a cell of more than 32 bytes.
#[derive(Debug, Clone, Copy)]
struct Ends {
    /// The first 16 bytes, with zeros beyond the cell. A cell of fewer than 16 bytes leaves the last of them free, which then holds its
    /// length. In a longer cell that byte is [`LONG`], which is not a possible length, so that short cells are compared by their heads
    /// alone.
    head: u128,
    rest: Rest,
}

/// What distinguishes cells of 16 bytes or more with equal heads. 24 bytes, because a file may have thousands of columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Rest {
    /// The last 16 bytes, lower half first; for a cell of up to 16 bytes, all of it.
    tail: [u64; 2],
    len: u32,
    /// The byte of the head that was replaced with [`LONG`].
    sixteenth: u8,
}

/// Marks the head of a cell of 16 bytes or more.
const LONG: u128 = 0xff << 120;

/// Distinct cells being gathered, with a key for each record.
#[derive(Debug)]
pub(super) struct Distinct {
    keys: Vec<u16>,
    /// 0 if free, otherwise a number plus one. The length is a power of two.
    slots: Vec<u16>,
    /// Kept apart from the rests, so that they take less room in the L1 cache.
    heads: Vec<u128>,
    /// Up to the last cell of 16 bytes or more. Those of shorter cells are never compared, and most columns have no others.
    rests: Vec<Rest>,
    /// The cells themselves: `values.get(number)`.
    values: Text,
    /// Number of the blank cell, if there is one.
    blank: Option<u16>,
    /// Whether there were too many distinct cells.
    overflows: bool,
    seeds: [u64; 2],
}

impl Default for Distinct {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            slots: vec![0; FIRST_SLOTS],
            heads: Vec::new(),
            rests: Vec::new(),
            values: Text::default(),
            blank: None,
            overflows: false,
            seeds: seeds(),
        }
    }
}

impl Distinct {
    /// Starts over, in the memory of a finished column.
    pub(super) fn begin(&mut self, spare: &mut Vec<(Vec<u16>, Text)>) {
        // Memory that was not handed over last time is still here.
        if self.keys.capacity() == 0
            && let Some(spare) = spare.pop()
        {
            (self.keys, self.values) = spare;
        }
        self.keys.clear();
        self.values.clear();
        self.slots.fill(0);
        self.heads.clear();
        self.rests.clear();
        self.blank = None;
        self.overflows = false;
    }

    /// The hash of a cell of fewer than [`END`] bytes.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a table needs few bits")]
    fn hash(&self, head: u128) -> usize {
        let (low, high) = halves(head);
        fold(low ^ self.seeds[0], high ^ self.seeds[1]) as usize
    }

    /// The hash of a cell of any length.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a table needs few bits")]
    fn hash_ends(&self, ends: Ends) -> usize {
        let Ends { head, rest: Rest { tail: [low, high], len, .. } } = ends;
        let tail = fold(low ^ self.seeds[1] ^ u64::from(len), high ^ self.seeds[0]) as usize;
        // A short cell's hash must be the same as in a tile of short cells.
        self.hash(head) ^ if is_long(len) { tail } else { 0 }
    }

    /// Number of distinct cells.
    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// Memory used, in bytes.
    pub(super) fn memory(&self) -> usize {
        (self.keys.capacity() + self.slots.capacity()) * size_of::<u16>()
            + self.heads.capacity() * size_of::<u128>()
            + self.rests.capacity() * size_of::<Rest>()
            + self.values.memory()
    }

    /// Whether there were too many distinct cells. Cells appended since then are lost.
    pub(super) fn overflows(&self) -> bool {
        self.overflows
    }

    pub(super) fn push_blanks(&mut self, count: usize) {
        if count > 0 {
            self.push(&[]);
            let key = self.keys[self.keys.len() - 1];
            self.keys.resize(self.keys.len() - 1 + count, key);
        }
    }

    /// The number of a cell of fewer than [`END`] bytes.
    #[inline]
    fn short<'a>(&mut self, head: u128, cell: impl Fn() -> &'a [u8]) -> u16 {
        let mask = self.slots.len() - 1;
        let mut at = self.hash(head) & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return self.insert(at, Ends::of(cell()), cell());
            }
            if self.heads[usize::from(slot - 1)] == head {
                return slot - 1;
            }
            at = (at + 1) & mask;
        }
    }

    /// The number of a cell of any length.
    #[inline]
    fn number(&mut self, ends: Ends, cell: &[u8]) -> u16 {
        let mask = self.slots.len() - 1;
        let mut at = self.hash_ends(ends) & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return self.insert(at, ends, cell);
            }
            let number = usize::from(slot - 1);
            if self.heads[number] == ends.head
                && (!is_long(ends.rest.len)
                    || self.rests[number] == ends.rest
                        && (cell.len() <= 2 * END || self.values.get(number) == cell))
            {
                return slot - 1;
            }
            at = (at + 1) & mask;
        }
    }

    /// The number of the cell at `span`.
    #[inline]
    pub(super) fn number_at(&mut self, from: &[u8], span: Span) -> u16 {
        let (start, len) = (span.start as usize, span.len as usize);
        let head = load(from, start, len);
        let tail = load(from, start + len.saturating_sub(END), len);
        self.number(Ends::new(head, tail, span.len), &from[start..start + len])
    }

    /// The number of a cell.
    pub(super) fn number_of(&mut self, cell: &[u8]) -> u16 {
        self.number(Ends::of(cell), cell)
    }

    /// Whether one of the distinct cells is blank.
    pub(super) fn has_blank(&self) -> bool {
        self.blank.is_some()
    }

    /// Appends keys.
    pub(super) fn extend(&mut self, keys: impl Iterator<Item = u16>) {
        self.keys.extend(keys);
    }

    #[cold]
    #[inline(never)]
    fn insert(&mut self, at: usize, ends: Ends, cell: &[u8]) -> u16 {
        if self.heads.len() == MOST {
            self.overflows = true;
            return 0;
        }
        let number = u16::try_from(self.heads.len()).expect("there are few of them");
        self.slots[at] = number + 1;
        if self.heads.len() == self.heads.capacity() {
            // Not doubled: with thousands of columns, half of that would be unused.
            self.heads.reserve_exact(FIRST_CELLS.max(self.heads.len() / 2));
        }
        self.heads.push(ends.head);
        if is_long(ends.rest.len) {
            self.rests.resize(usize::from(number), Rest::default());
            self.rests.push(ends.rest);
        }
        self.values.push(cell);
        if cell.is_empty() {
            self.blank = Some(number);
        }
        if self.heads.len() * 4 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        let rests = self.rests.iter().copied().chain(repeat(Rest::default()));
        for ((slot, &head), rest) in (1..).zip(&self.heads).zip(rests) {
            let mut at = self.hash_ends(Ends { head, rest }) & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = slot;
        }
        self.slots = slots;
    }

    /// Hands over the first `count` cells, and the memory that held them.
    pub(super) fn spill_into(&mut self, texts: &mut Texts, count: usize) -> (Vec<u16>, Text) {
        for &key in &self.keys[..count] {
            texts.push(self.values.get(usize::from(key)));
        }
        (std::mem::take(&mut self.keys), std::mem::take(&mut self.values))
    }

    /// The column.
    pub(super) fn finish(&mut self) -> Column {
        let valid = self.blank.map(|blank| bitmap(&self.keys, |key| *key != blank));
        if self.heads.len() == 1 {
            // Not blank: a column of blanks only never gets here.
            let cell = self.values.get(0).to_vec();
            return Column { cells: Cells::Constant(cell), valid, malformed: None };
        }
        let (keys, values) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.values));
        Column { cells: Cells::Dictionary { keys, values }, valid, malformed: None }
    }
}

impl Cellular for Distinct {
    fn put(&mut self, from: &[u8], spans: &[Span]) {
        let cell = |span: &Span| &from[span.start as usize..(span.start + span.len) as usize];
        let mut keys = [0; TILE];
        // All lengths combined with OR: below 16 only if every length is.
        let longest = spans.iter().fold(0, |bits, span| bits | span.len) as usize;
        if longest < END {
            for (key, span) in keys.iter_mut().zip(spans) {
                let head = load(from, span.start as usize, span.len as usize);
                *key = self.short(head | u128::from(span.len) << 120, || cell(span));
            }
        } else {
            for (key, span) in keys.iter_mut().zip(spans) {
                *key = self.number_at(from, *span);
            }
        }
        self.keys.extend_from_slice(&keys[..spans.len()]);
    }

    fn push(&mut self, cell: &[u8]) {
        let key = self.number_of(cell);
        self.keys.push(key);
    }
}

impl Ends {
    fn of(cell: &[u8]) -> Self {
        let load = |end: &[u8]| {
            let mut bytes = [0; END];
            bytes[..end.len()].copy_from_slice(end);
            u128::from_le_bytes(bytes)
        };
        let most = cell.len().min(END);
        let (head, tail) = (load(&cell[..most]), load(&cell[cell.len() - most..]));
        Self::new(head, tail, narrow(cell.len()))
    }

    #[inline]
    fn new(head: u128, tail: u128, len: u32) -> Self {
        let mark = if is_long(len) { LONG } else { u128::from(len) << 120 };
        let (low, high) = halves(tail);
        let rest = Rest { tail: [low, high], len, sixteenth: head.to_le_bytes()[END - 1] };
        Self { head: head | mark, rest }
    }
}

/// Whether a cell of this length is not identified by its head.
#[inline]
fn is_long(len: u32) -> bool {
    len as usize >= END
}

/// Random seeds for a table's hashes, so that a file cannot be crafted to cause collisions. Numbers do not depend on them.
pub(super) fn seeds() -> [u64; 2] {
    let state = RandomState::new();
    [state.hash_one(0_u8), state.hash_one(1_u8)]
}

/// Up to 16 bytes of a cell of `len` bytes, starting at `at`, with zeros beyond.
#[inline]
pub(super) fn load(from: &[u8], at: usize, len: usize) -> u128 {
    load_whole(from, at) & MASKS[len.min(END)]
}

/// The 16 bytes starting at `at`.
#[inline]
pub(super) fn load_whole(from: &[u8], at: usize) -> u128 {
    u128::from_le_bytes(*from[at..].first_chunk::<END>().expect("a buffer ends with room"))
}

/// For each length up to 16, a mask of the bytes that belong to a cell of that length.
const MASKS: [u128; END + 1] = {
    let mut masks = [0; END + 1];
    let mut len = 1;
    while len <= END {
        masks[len] = masks[len - 1] << 8 | 0xff;
        len += 1;
    }
    masks
};

#[expect(clippy::cast_possible_truncation, reason = "words are cut in halves")]
pub(super) fn halves(word: u128) -> (u64, u64) {
    (word as u64, (word >> 64) as u64)
}

/// Multiplies into 128 bits and folds the halves, so that every bit of the result depends on all bits.
pub(super) fn fold(one: u64, other: u64) -> u64 {
    let (low, high) = halves(u128::from(one) * u128::from(other));
    low ^ high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_apart_in_every_byte() {
        for len in 0..80 {
            let mut distinct = Distinct::default();
            let cell = vec![b'a'; len];
            distinct.push(&cell);
            for at in 0..len {
                let mut other = cell.clone();
                other[at] = b'b';
                distinct.push(&other);
            }
            let longer = vec![b'a'; len + 1];
            distinct.push(&longer);
            let mut nul = cell.clone();
            nul.push(0);
            distinct.push(&nul);
            assert_eq!(distinct.len(), len + 3, "{len} bytes");
            distinct.push(&cell);
            assert_eq!(distinct.keys.last(), Some(&0));
        }
    }

    #[test]
    fn within_bytes_or_alone_a_cell_is_the_same() {
        let text: Vec<u8> = (0..=255).collect();
        for start in [0_u32, 1, 7] {
            for len in 0..60_u32 {
                let mut distinct = Distinct::default();
                let span = Span { start, len };
                distinct.put(&text, &[span]);
                // Next to a longer cell it takes the other path.
                distinct.put(&text, &[span, Span { start: 0, len: 64 }]);
                distinct.push(&text[start as usize..(start + len) as usize]);
                assert_eq!(distinct.keys, [0, 0, 1, 0], "{len} bytes from {start}");
            }
        }
    }

    #[test]
    fn long_cells_among_short_ones_keep_their_numbers_while_the_table_grows() {
        let check = |is_long: fn(u16) -> bool| {
            // Long cells have the same head. Some differ in their tails, some only between head and tail.
            let cell = |number: u16| match (is_long(number), number % 700) {
                (false, number) => format!("{number:04}"),
                (true, number) if number % 2 == 0 => format!("{number:0>24}"),
                (true, number) => format!("{number:0>24}{:0>16}", ""),
            };
            let (mut distinct, mut seen) = (Distinct::default(), Vec::new());
            for number in 0..900 {
                let cell = cell(number);
                let known = seen.iter().position(|one| *one == cell);
                distinct.push(cell.as_bytes());
                let expected = known.unwrap_or(seen.len());
                assert_eq!(distinct.keys.last().copied().map(usize::from), Some(expected));
                if known.is_none() {
                    seen.push(cell);
                }
            }
        };
        check(|_| false);
        check(|_| true);
        check(|number| number % 5 == 4);
        check(|number| number % 5 != 4);
        check(|number| number > 600);
        check(|number| number < 100);
    }

    #[test]
    fn a_short_cell_takes_little_memory() {
        let mut distinct = Distinct::default();
        for number in 0..84 {
            distinct.push(format!("{number:09}").as_bytes());
        }
        // 16 bytes of head with room for half as many more, slots, and the cell with its end: a wide file has this for each column.
        assert!(distinct.memory() <= 84 * 60, "{}", distinct.memory());
    }

    #[test]
    fn too_many_are_refused_and_the_first_can_be_had_back() {
        let mut distinct = Distinct::default();
        let cells: Vec<String> = (0..=MOST).map(|number| number.to_string()).collect();
        let mut push = |cell: &String| {
            distinct.push(cell.as_bytes());
            distinct.overflows()
        };
        assert_eq!(cells.iter().position(&mut push), Some(MOST));
        let mut texts = Texts::default();
        texts.begin(None);
        distinct.spill_into(&mut texts, MOST);
        let Cells::Text(texts) = texts.finish().cells else { panic!("texts make a text") };
        assert!(texts.iter().eq(cells[..MOST].iter().map(String::as_bytes)));
    }

    #[test]
    fn one_cell_for_all_is_a_constant() {
        let mut distinct = Distinct::default();
        for _ in 0..3 {
            distinct.push(b"2023");
        }
        let column = distinct.finish();
        assert_eq!((column.cells, column.valid), (Cells::Constant(b"2023".to_vec()), None));
    }
}
