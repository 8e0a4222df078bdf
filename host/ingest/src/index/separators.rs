//! The separators of a run of bytes, block by block, and where the grammar is broken.

use super::asking::{Ask, Asking, Write};
use super::bits::{Bits, each};
use super::block::{BLOCK, BLOCK_BYTES, Masks, Rare};
use super::positions::ROOM;

/// How separators are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Detail {
    /// As positions, from which columns are built.
    #[default]
    Positions,
    /// As one bit per byte, an eighth of the memory and without work for each: for finding records and reading individual cells.
    Bits,
}

/// A separator that ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// Number of separators before it.
    pub(crate) nth: u32,
    /// Its position.
    pub(crate) at: u32,
}

/// Consecutive blocks, whose separators are kept as bits.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Where the first block begins.
    at: u32,
    /// Its index in `words`.
    word: u32,
}

/// The separators of a run of bytes, and how far it has been indexed.
#[derive(Debug, Default)]
pub(crate) struct Index {
    detail: Detail,
    /// Positions of commas and LFs outside quotes. Valid up to `count`; the rest is room for one block. Empty with [`Detail::Bits`].
    pub(crate) separators: Vec<u32>,
    /// Number of valid positions.
    pub(crate) count: usize,
    /// With [`Detail::Bits`], the separators of each block. Those of records read by the slow path stay in.
    words: Vec<u64>,
    /// The blocks that `words` covers, ascending.
    runs: Vec<Run>,
    /// The LFs among the separators.
    pub(crate) ends: Vec<End>,
    /// Positions of LFs inside quotes.
    pub(crate) inner_lfs: Vec<u32>,
    /// Positions of the second of two quotes in a row.
    pub(crate) doubled: Vec<u32>,
    /// Where the next block begins.
    pub(crate) at: usize,
    /// Whether the record after the last end breaks the grammar.
    pub(crate) broken: bool,
    /// Whether the last byte of the input has been indexed.
    pub(crate) finished: bool,
    /// Not 0 if a CR was seen.
    pub(crate) saw_cr: u64,
    /// Not 0 if a NUL was seen.
    pub(crate) saw_nul: u64,
    /// Positions of blocks that contain a byte above 0x7F.
    pub(crate) high: Vec<u32>,
    /// Whether some bytes were never indexed.
    pub(crate) skipped: bool,
    carry: Carry,
}

/// State carried from one block to the next.
#[derive(Debug, Clone, Copy, Default)]
struct Carry {
    /// All ones inside quotes.
    quoted: u64,
    /// 1 if the last byte was a separator character or a quote, so that a quote may follow.
    may_open: u64,
    /// 1 if the last byte was a closing quote.
    closed: u64,
    /// 1 if the last byte was a CR after a closing quote.
    closed_cr: u64,
}

impl Index {
    /// Clears everything and starts at `at`, where a record begins.
    pub(crate) fn clear(&mut self, at: usize, detail: Detail) {
        self.detail = detail;
        self.count = 0;
        self.words.clear();
        self.runs.clear();
        self.saw_cr = 0;
        self.saw_nul = 0;
        self.high.clear();
        self.skipped = false;
        self.doubled.clear();
        self.resume(at);
    }

    /// Starts again at `at`, where a record begins, keeping the separators and doubled quotes of earlier records.
    pub(crate) fn resume(&mut self, at: usize) {
        self.ends.clear();
        self.inner_lfs.clear();
        self.at = at;
        self.broken = false;
        self.finished = false;
        self.carry = Carry { may_open: 1, ..Carry::default() };
        let narrow =
            |number: usize| u32::try_from(number).expect("limits keep a slab below 2^32 bytes");
        self.runs.push(Run { at: narrow(at), word: narrow(self.words.len()) });
    }

    /// Memory used, in bytes.
    pub(crate) fn memory(&self) -> usize {
        let numbers = [&self.separators, &self.inner_lfs, &self.doubled, &self.high];
        numbers.iter().map(|numbers| numbers.capacity() * size_of::<u32>()).sum::<usize>()
            + self.words.capacity() * size_of::<u64>()
            + self.runs.capacity() * size_of::<Run>()
            + self.ends.capacity() * size_of::<End>()
    }

    /// With [`Detail::Bits`], where the field in `column` begins and ends. The index must contain the record, and the record that
    /// many fields.
    pub(crate) fn field(&self, record: u32, content: u32, column: usize) -> (u32, u32) {
        let mut separators = self.separators_from(record);
        let start = match column.checked_sub(1) {
            None => record,
            Some(before) => separators.nth(before).map_or(content, |comma| comma + 1),
        };
        // The last field of a file may not have a separator after it, and the last field of a line may have a CR before it.
        (start, separators.nth(0).unwrap_or(content).min(content))
    }

    /// With [`Detail::Bits`], the separators at or after `from`, which must be the start of an indexed record.
    pub(super) fn separators_from(&self, from: u32) -> Bits<'_> {
        let run = self.runs.partition_point(|run| run.at <= from).saturating_sub(1);
        let Run { at, word } = self.runs[run];
        let skipped = (from - at) / BLOCK_BYTES;
        let base = at + skipped * BLOCK_BYTES;
        let words = &self.words[(word + skipped) as usize..];
        let Some((first, rest)) = words.split_first() else {
            return Bits { base, word: 0, rest: &[] };
        };
        Bits { base, word: first & (u64::MAX << (from - base)), rest }
    }

    /// Indexes whole blocks of `bytes` between `self.at` and `to`, and stops early where the grammar is broken. `bytes` must extend
    /// [`BLOCK`] bytes beyond `to`. With `at_end` the input ends at `to`, and the last block may be partial.
    ///
    /// This is the main loop. It is inlined into each kernel, so that it is compiled for the features of the kernel's processor.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "must be compiled with the target features of the kernel that calls it"
    )]
    pub(super) fn run_with(
        &mut self,
        bytes: &[u8],
        to: usize,
        at_end: bool,
        asking: &Asking<impl Ask<Masks>, impl Ask<Rare>, impl Write>,
    ) {
        match self.detail {
            Detail::Positions => self.run_keeping::<false>(bytes, to, at_end, asking),
            Detail::Bits => self.run_keeping::<true>(bytes, to, at_end, asking),
        }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    #[expect(clippy::cast_possible_truncation, reason = "asked for at the beginning")]
    fn run_keeping<const BITS: bool>(
        &mut self,
        bytes: &[u8],
        to: usize,
        at_end: bool,
        asking: &Asking<impl Ask<Masks>, impl Ask<Rare>, impl Write>,
    ) {
        // Local variables, which the compiler keeps in registers.
        let (mut at, mut count, mut carry) = (self.at, self.count, self.carry);
        assert!(u32::try_from(to).is_ok(), "limits keep a slab below 2^32 bytes");
        let next = |at: usize| bytes[at..].first_chunk().expect("the caller keeps a block's room");
        while at + BLOCK <= to && !self.broken {
            let place = (at as u32, u64::MAX);
            (count, carry) = self.block::<BITS>(asking, next(at), place, count, carry);
            at += BLOCK;
        }
        if at_end && at < to && !self.broken {
            let place = (at as u32, (1 << (to - at)) - 1);
            (count, carry) = self.block::<BITS>(asking, next(at), place, count, carry);
            at = to;
        }
        (self.at, self.count, self.carry) = (at, count, carry);
        if at_end && at >= to {
            self.finished = true;
            self.broken |= (carry.quoted | carry.closed_cr) != 0;
        }
    }

    /// Indexes the block at `at`, of which only the bytes in `keep` exist, after `count` separators. Returns the new count and
    /// state.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn block<const BITS: bool>(
        &mut self,
        asking: &Asking<impl Ask<Masks>, impl Ask<Rare>, impl Write>,
        block: &[u8; BLOCK],
        (at, keep): (u32, u64),
        count: usize,
        carry: Carry,
    ) -> (usize, Carry) {
        let masks = (asking.masks)(block);
        if masks.rare & keep == 0 {
            // Constants, so that the code that depends on them is optimised away.
            let none = Rare { lf: 0, cr: 0, nul: 0, high: 0 };
            return self.take::<BITS>(&asking.write, masks, none, (at, keep), count, carry);
        }
        let rare = (asking.rare)(block);
        self.saw_cr |= rare.cr & keep;
        self.saw_nul |= rare.nul & keep;
        if rare.high & keep != 0 {
            self.high.push(at);
        }
        self.take::<BITS>(&asking.write, masks, rare, (at, keep), count, carry)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    #[expect(clippy::cast_possible_truncation, reason = "fewer separators than bytes")]
    fn take<const BITS: bool>(
        &mut self,
        write: &impl Write,
        Masks { quote, comma, quoted, .. }: Masks,
        Rare { lf, cr, .. }: Rare,
        (at, keep): (u32, u64),
        count: usize,
        carry: Carry,
    ) -> (usize, Carry) {
        let (quote, comma, lf, cr) = (quote & keep, comma & keep, lf & keep, cr & keep);
        let quoted = quoted ^ carry.quoted;
        let opening = quote & quoted;
        let closing = quote & !quoted;
        let may_open = comma | lf | quote;
        let after_closing = closing << 1 | carry.closed;
        let closed_cr = after_closing & cr;
        let breaks = opening & !(may_open << 1 | carry.may_open)
            | after_closing & !(may_open | cr)
            | (closed_cr << 1 | carry.closed_cr) & !lf;
        let breaks = breaks & keep;
        // Nothing from the first break on is used: the record that contains it is read by the slow path.
        let sound = if breaks == 0 { u64::MAX } else { (1 << breaks.trailing_zeros()) - 1 };
        self.broken = breaks != 0;

        let separators = (comma | lf) & !quoted & sound;
        each(lf & !quoted & sound, |bit| {
            let before = (separators & ((1 << bit) - 1)).count_ones();
            self.ends.push(End { nth: count as u32 + before, at: at + bit });
        });
        if BITS {
            self.words.push(separators);
        } else {
            write(separators, at, self.room(count));
        }
        let count = count + separators.count_ones() as usize;
        each(lf & quoted & sound, |bit| self.inner_lfs.push(at + bit));
        let doubled = after_closing & quote & sound;
        if doubled != 0 {
            each(doubled, |bit| self.doubled.push(at + bit));
        }
        let last = keep.trailing_ones() - 1;
        let carry = Carry {
            quoted: 0_u64.wrapping_sub(quoted >> last & 1),
            may_open: may_open >> last & 1,
            closed: closing >> last & 1,
            closed_cr: closed_cr >> last & 1,
        };
        (count, carry)
    }

    /// Makes room for the separators of a block after `count` others.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn room(&mut self, count: usize) -> &mut [u32; ROOM] {
        if self.separators.len() < count + ROOM {
            // Grows by half, which is less than a vector grows by itself: in a file of only commas, each byte takes four bytes here.
            let len = count + count / 2 + 2 * ROOM;
            self.separators.reserve_exact(len - self.separators.len());
            self.separators.resize(len, 0);
        }
        self.separators[count..].first_chunk_mut().expect("the room was made above")
    }
}
