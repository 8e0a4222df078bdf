//! Neighbouring columns whose cells occur together, such as a company's name, number and country, looked up as one.
//!
//! Records with the same bytes in these columns have the same cells, so one lookup of all the bytes from the first column to the last
//! replaces one lookup per cell. New combinations add their cells to the columns' own distinct cells in order of appearance, so the
//! columns come out as if each cell had been looked up separately.

use super::builder::{Builder, repeats};
use super::distinct::{END, MOST, fold, halves, load, load_whole, seeds};
use super::neighbours::Asked;
use super::tile::{Span, TILE, Tile};

/// Initial number of slots: room for a hundred combinations.
const FIRST_SLOTS: usize = 256;

/// Added to the seeds for each sample of 16 bytes, so that the order of samples matters. Odd, with bits spread over the word.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Combinations of neighbouring cells being gathered, with a number for each record.
#[derive(Debug)]
pub(super) struct Joint {
    numbers: Vec<u16>,
    /// 0 if free, otherwise 16 bits of the hash above the number plus one. The length is a power of two.
    slots: Vec<u32>,
    hashes: Vec<u64>,
    /// Where the bytes of each combination begin; one more entry marks the end of the last.
    starts: Vec<usize>,
    bytes: Vec<u8>,
    /// The cell numbers of each combination, one per column.
    cells: Vec<u16>,
    width: usize,
    /// Most records have the same combination as the record before, so that one is compared before the lookup.
    repeats: bool,
    /// Failed comparisons: different bytes with the same hash tag.
    vain: usize,
    seeds: [u64; 2],
}

impl Default for Joint {
    fn default() -> Self {
        Self {
            numbers: Vec::new(),
            slots: Vec::new(),
            hashes: Vec::new(),
            starts: vec![0],
            bytes: Vec::new(),
            cells: Vec::new(),
            width: 0,
            repeats: false,
            vain: 0,
            seeds: seeds(),
        }
    }
}

impl Joint {
    /// Starts over with `width` columns.
    pub(super) fn begin(&mut self, width: usize) {
        self.numbers.clear();
        self.slots.fill(0);
        self.slots.resize(self.slots.len().max(FIRST_SLOTS), 0);
        self.hashes.clear();
        self.starts.truncate(1);
        self.bytes.clear();
        self.cells.clear();
        self.width = width;
        self.repeats = false;
        self.vain = 0;
    }

    /// Memory used, in bytes.
    pub(super) fn memory(&self) -> usize {
        (self.numbers.capacity() + self.cells.capacity()) * size_of::<u16>()
            + self.slots.capacity() * size_of::<u32>()
            + self.hashes.capacity() * size_of::<u64>()
            + self.starts.capacity() * size_of::<usize>()
            + self.bytes.capacity()
    }

    /// Number of combinations.
    fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether it no longer pays off after `records` records: there are as many combinations as make a column stop using keys, or the
    /// bytes that differ are not among those that are hashed.
    pub(super) fn is_spent(&self, records: usize) -> bool {
        self.len() + TILE > MOST || !repeats(self.len(), records) || self.vain > records
    }

    /// Appends the tile's records. `columns` are those covered by the tile's `nth` item.
    pub(super) fn append(
        &mut self,
        nth: usize,
        tile: &mut Tile<'_>,
        columns: &[Asked],
        builders: &mut [Builder],
    ) {
        let from = tile.bytes();
        let mut again = 0;
        for at in 0..tile.len() {
            let Span { start, len } = tile.spans(nth)[at];
            let raw = &from[start as usize..(start + len) as usize];
            // The same bytes may be a different text in a record that is not UTF-8.
            let odd = tile.is_odd(nth, at);
            let number = match self.numbers.last() {
                Some(&last) if self.repeats && !odd && self.raw(last) == raw => last,
                _ => {
                    let hash = self.hash(from, start as usize, raw.len());
                    match self.find(hash, raw) {
                        Ok(number) if !odd => number,
                        found => {
                            self.take_cells(tile, at, columns, builders);
                            self.insert(found.err().filter(|_| !odd), hash, raw)
                        }
                    }
                }
            };
            again += usize::from(self.numbers.last() == Some(&number));
            self.numbers.push(number);
        }
        self.repeats = again * 2 > tile.len();
    }

    /// Numbers the cells of a new combination.
    #[cold]
    fn take_cells(
        &mut self,
        tile: &mut Tile<'_>,
        at: usize,
        columns: &[Asked],
        builders: &mut [Builder],
    ) {
        for asked in columns {
            let builder = &mut builders[asked.nth as usize];
            let number = tile.cell(at, asked.column, |from, cell| builder.number(from, cell));
            self.cells.push(number);
        }
    }

    /// The keys of one of the columns.
    pub(super) fn keys(&self, index: usize) -> impl Iterator<Item = u16> {
        // The full length that numbers can reach, so that no lookup needs a bounds check.
        let mut keys = [0; MOST];
        let cells = self.cells.get(index..).unwrap_or_default();
        for (key, cell) in keys.iter_mut().zip(cells.iter().step_by(self.width.max(1))) {
            *key = *cell;
        }
        self.numbers.iter().map(move |&number| keys[usize::from(number) % MOST])
    }

    /// Hashes all bytes if there are at most 112, otherwise seven samples of them: the end of a loop would be mispredicted.
    #[inline]
    fn hash(&self, from: &[u8], start: usize, len: usize) -> u64 {
        if len < END {
            return self.hash_of(|_| load(from, start, len), len);
        }
        self.hash_of(|at| load_whole(from, start + at), len)
    }

    #[inline]
    fn hash_of(&self, load: impl Fn(usize) -> u128, len: usize) -> u64 {
        let [one, other] = self.seeds;
        let mix = |nth: u64, at: usize| {
            let (low, high) = halves(load(at));
            fold(low ^ one.wrapping_add(nth.wrapping_mul(STEP)), high ^ other)
        };
        let last = len.saturating_sub(END);
        let ends = mix(0, 0) ^ mix(1, last / 3).rotate_left(17);
        let ends = ends ^ mix(2, last * 2 / 3).rotate_left(31) ^ mix(3, last).rotate_left(47);
        let hash = if len <= 4 * END {
            ends
        } else {
            let inner = mix(4, last / 6) ^ mix(5, last / 2).rotate_left(13);
            ends ^ inner ^ mix(6, last * 5 / 6).rotate_left(41)
        };
        fold(hash, one ^ len as u64)
    }

    /// The number of these bytes, or the free slot for them.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a table needs few bits")]
    fn find(&mut self, hash: u64, raw: &[u8]) -> Result<u16, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Err(at);
            }
            if slot >> 16 == tag(hash) {
                let number = (slot - 1) as u16;
                if self.raw(number) == raw {
                    return Ok(number);
                }
                self.vain += 1;
            }
            at = (at + 1) & mask;
        }
    }

    /// The bytes of a combination.
    #[inline]
    fn raw(&self, number: u16) -> &[u8] {
        let number = usize::from(number);
        &self.bytes[self.starts[number]..self.starts[number + 1]]
    }

    /// Adds a combination whose cells were just added. Without a slot it will not be found again.
    fn insert(&mut self, slot: Option<usize>, hash: u64, raw: &[u8]) -> u16 {
        let number = u16::try_from(self.len()).expect("a tile that may be too much is not added");
        self.hashes.push(hash);
        self.bytes.extend_from_slice(raw);
        self.starts.push(self.bytes.len());
        if let Some(at) = slot {
            self.slots[at] = tag(hash) << 16 | (u32::from(number) + 1);
            if self.len() * 2 > self.slots.len() {
                self.grow();
            }
        }
        number
    }

    #[expect(clippy::cast_possible_truncation, reason = "a table needs few bits")]
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots.resize(old.len() * 4, 0);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let number = usize::from((slot - 1) as u16);
            let mut at = self.hashes[number] as usize & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}

fn tag(hash: u64) -> u32 {
    u32::from((hash >> 48) as u16)
}
