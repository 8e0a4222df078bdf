//! The distinct cells of a column in a slab, numbered in the order they come.
//!
//! Each cell costs one look-up in a table of 16-bit slots and one comparison of 32 bytes: the first and last 16 bytes of a cell and its
//! length tell cells of up to 32 bytes apart, and only longer ones are compared in full.

use std::hash::{BuildHasher, RandomState};

use assay_model::{Cells, Column, Text};

use super::Cellular;
use super::texts::Texts;

/// Distinct cells of a slab at most: half of its records, beyond which keys gain nothing over the cells themselves.
const MOST: usize = 2_048;

/// Slots to begin with. Most columns have few distinct cells, and 91 tables of 512 bytes stay in the second cache.
const FIRST_SLOTS: usize = 256;

/// Bytes at either end of a cell that are compared at once.
const END: usize = 16;

/// A distinct cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ends {
    /// The first and the last 16 bytes, zeros beyond the cell. Of a cell of up to 16 bytes both are all of it.
    head: u128,
    tail: u128,
    len: u32,
}

/// Distinct cells being gathered, with a key for each record.
#[derive(Debug)]
pub(super) struct Distinct {
    keys: Vec<u16>,
    /// 0 where free, else a number plus one. Its length is a power of two.
    slots: Vec<u16>,
    ends: Vec<Ends>,
    /// The cells themselves: `values.get(number)`.
    values: Text,
    /// Number of the blank cell, if there is one.
    blank: Option<u16>,
    /// There were too many.
    overflows: bool,
    seed: u64,
}

impl Default for Distinct {
    fn default() -> Self {
        // Drawn anew, so that no file can be made to collide. Numbers do not depend on it.
        let seed = RandomState::new().hash_one(0_u8);
        Self {
            keys: Vec::new(),
            slots: vec![0; FIRST_SLOTS],
            ends: Vec::new(),
            values: Text::default(),
            blank: None,
            overflows: false,
            seed,
        }
    }
}

impl Distinct {
    /// Starts over, in the memory of a column that is done with.
    pub(super) fn begin(&mut self, spare: Option<(Vec<u16>, Text)>) {
        (self.keys, self.values) = spare.unwrap_or_default();
        self.keys.clear();
        self.values.clear();
        self.slots.fill(0);
        self.ends.clear();
        self.blank = None;
        self.overflows = false;
    }

    /// How many distinct cells there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there were too many. Cells since then are lost.
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

    #[inline]
    fn push_ends(&mut self, ends: Ends, cell: &[u8]) {
        let mask = self.slots.len() - 1;
        let mut at = hash(self.seed, ends) & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return self.insert(at, ends, cell);
            }
            let number = usize::from(slot - 1);
            if self.ends[number] == ends
                && (cell.len() <= 2 * END || self.values.get(number) == cell)
            {
                self.keys.push(slot - 1);
                return;
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    #[inline(never)]
    fn insert(&mut self, at: usize, ends: Ends, cell: &[u8]) {
        if self.ends.len() == MOST {
            self.overflows = true;
            return;
        }
        let number = u16::try_from(self.ends.len()).expect("there are few of them");
        self.slots[at] = number + 1;
        self.ends.push(ends);
        self.values.push(cell);
        self.keys.push(number);
        if cell.is_empty() {
            self.blank = Some(number);
        }
        if self.ends.len() * 4 > self.slots.len() {
            self.grow();
        }
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 4];
        let mask = slots.len() - 1;
        for (slot, &ends) in (1..).zip(&self.ends) {
            let mut at = hash(self.seed, ends) & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = slot;
        }
        self.slots = slots;
    }

    /// Hands over the first `count` cells, and the memory they were in.
    pub(super) fn spill_into(&mut self, texts: &mut Texts, count: usize) -> (Vec<u16>, Text) {
        for &key in &self.keys[..count] {
            texts.push(self.values.get(usize::from(key)));
        }
        (std::mem::take(&mut self.keys), std::mem::take(&mut self.values))
    }

    /// The column.
    pub(super) fn finish(&mut self) -> Column {
        let valid =
            self.blank.map(|blank| super::bitmap(self.keys.iter().map(|&key| key != blank)));
        if self.ends.len() == 1 {
            // Not blank: such columns have no filled cell and never get here.
            let cell = self.values.get(0).to_vec();
            return Column { cells: Cells::Constant(cell), valid, malformed: None };
        }
        let (keys, values) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.values));
        Column { cells: Cells::Dictionary { keys, values }, valid, malformed: None }
    }
}

impl Cellular for Distinct {
    #[inline]
    fn push_within(&mut self, from: &[u8], start: usize, len: usize) {
        let load = |at: usize| {
            let bytes = from[at..].first_chunk::<END>().expect("a buffer ends with room");
            u128::from_le_bytes(*bytes) & MASKS[len.min(END)]
        };
        let (head, tail) = (load(start), load(start + len.saturating_sub(END)));
        let ends = Ends { head, tail, len: super::narrow(len) };
        self.push_ends(ends, &from[start..start + len]);
    }

    fn push(&mut self, cell: &[u8]) {
        let load = |end: &[u8]| {
            let mut bytes = [0; END];
            bytes[..end.len()].copy_from_slice(end);
            u128::from_le_bytes(bytes)
        };
        let most = cell.len().min(END);
        let (head, tail) = (load(&cell[..most]), load(&cell[cell.len() - most..]));
        self.push_ends(Ends { head, tail, len: super::narrow(cell.len()) }, cell);
    }
}

/// For each length up to 16 the bytes that belong to a cell of it.
const MASKS: [u128; END + 1] = {
    let mut masks = [0; END + 1];
    let mut len = 1;
    while len <= END {
        masks[len] = masks[len - 1] << 8 | 0xff;
        len += 1;
    }
    masks
};

/// The fraction of the golden ratio, and another odd number with as many ones as zeros in no pattern.
const MULTIPLIERS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "words are cut in halves, and a table needs few bits"
)]
fn hash(seed: u64, ends: Ends) -> usize {
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product >> 64) as u64 ^ product as u64
    };
    let [one, other] = MULTIPLIERS;
    let head = fold(ends.head as u64 ^ seed, (ends.head >> 64) as u64 ^ one);
    let tail =
        fold(ends.tail as u64 ^ seed ^ u64::from(ends.len), (ends.tail >> 64) as u64 ^ other);
    (head ^ tail.rotate_left(29)) as usize
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
        for start in [0, 1, 7] {
            for len in 0..60 {
                let mut distinct = Distinct::default();
                distinct.push_within(&text, start, len);
                distinct.push(&text[start..start + len]);
                assert_eq!(distinct.len(), 1, "{len} bytes from {start}");
            }
        }
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
