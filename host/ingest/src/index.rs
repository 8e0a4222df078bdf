//! Finds separators, 64 bytes at a time, and notices at once where the grammar is broken.
//!
//! Each block of 64 bytes becomes one bit per byte and question (is it a quote, a comma, an LF …); everything else is arithmetic on
//! those words. The prefix-xor of the quotes says which bytes are inside quotes; commas and LFs outside are separators.
//! A quote that opens must follow a separator or a quote, one that closes must be followed by a separator, a quote or a CRLF; both are
//! one shift and one mask. Doubled quotes need no special case: they close and open again.
//! Line ends, NULs and bytes beyond ASCII are rare. One question says whether a block has any, and only then it is asked which.
//!
//! Only the questions depend on the processor: `avx512`, `avx2` and `neon` ask them with vector instructions where there are any,
//! [`portable`] with 64-bit words anywhere. Positions are taken out of the words by a table, or at once where the processor can.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod kernel;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

pub(crate) use kernel::Kernel;
pub use kernel::{NoSuchKernel, use_kernel};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// The same, as positions are counted.
pub(crate) const BLOCK_BYTES: u32 = 64;

/// Bit `i` answers a question about byte `i` of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Masks {
    quote: u64,
    comma: u64,
    /// For each byte whether an odd number of quotes lies at or before it.
    quoted: u64,
    /// Below 0E or beyond ASCII: what [`Rare`] is asked for, and some more.
    rare: u64,
}

/// The same for bytes that most blocks have none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rare {
    lf: u64,
    cr: u64,
    nul: u64,
    /// The top bit is set: bytes beyond ASCII.
    high: u64,
}

/// Bytes below this are rare, as are those beyond ASCII.
const RARE: u8 = b'\r' + 1;

/// Asks a block.
trait Ask<Answer>: Fn(&[u8; BLOCK]) -> Answer {}

impl<Answer, F: Fn(&[u8; BLOCK]) -> Answer> Ask<Answer> for F {}

/// Writes the positions of a block's separators, given where it begins.
trait Write: Fn(u64, u32, &mut [u32; ROOM]) {}

impl<F: Fn(u64, u32, &mut [u32; ROOM])> Write for F {}

/// What depends on the processor.
struct Asking<M, R, W> {
    masks: M,
    rare: R,
    write: W,
}

/// How separators are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Detail {
    /// Their positions: what columns are built from.
    #[default]
    Positions,
    /// One bit a byte, an eighth of the room and no work for each: for finding records, and a cell here and there.
    Bits,
}

/// A separator that ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// Separators before it.
    pub(crate) nth: u32,
    /// Its position.
    pub(crate) at: u32,
}

/// Blocks in a row, as bits are kept.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Where the first begins.
    at: u32,
    /// Its index in `words`.
    word: u32,
}

/// Separators of a run of bytes, and how far it was looked at.
#[derive(Debug, Default)]
pub(crate) struct Index {
    detail: Detail,
    /// Positions of commas and LFs outside quotes. Valid up to `count`; what follows is room for one block. With
    /// [`Detail::Bits`] there are none.
    pub(crate) separators: Vec<u32>,
    /// How many there are.
    pub(crate) count: usize,
    /// With [`Detail::Bits`] the separators of each block. Those of records that were read another way are left.
    words: Vec<u64>,
    /// Which blocks `words` are of, ascending.
    runs: Vec<Run>,
    /// The LFs among the separators.
    pub(crate) ends: Vec<End>,
    /// Positions of LFs inside quotes.
    pub(crate) inner_lfs: Vec<u32>,
    /// Positions of the second of two quotes in a row.
    pub(crate) doubled: Vec<u32>,
    /// Where the next block begins.
    pub(crate) at: usize,
    /// The grammar is broken by the record after the last end.
    pub(crate) broken: bool,
    /// The last byte of the input was looked at.
    pub(crate) finished: bool,
    /// Not 0 if a CR was seen.
    pub(crate) saw_cr: u64,
    /// Not 0 if a NUL was seen.
    pub(crate) saw_nul: u64,
    /// Positions of blocks in which a byte above 7F was seen.
    pub(crate) high: Vec<u32>,
    /// Some bytes were never looked at.
    pub(crate) skipped: bool,
    carry: Carry,
}

/// What one block leaves for the next.
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
    /// Forgets everything and begins at `at`, where a record begins.
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

    /// Begins anew at `at`, where a record begins, keeping the separators and doubled quotes of earlier records.
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

    /// Bytes of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        let numbers = [&self.separators, &self.inner_lfs, &self.doubled, &self.high];
        numbers.iter().map(|numbers| numbers.capacity() * size_of::<u32>()).sum::<usize>()
            + self.words.capacity() * size_of::<u64>()
            + self.runs.capacity() * size_of::<Run>()
            + self.ends.capacity() * size_of::<End>()
    }

    /// Where the field in `column` begins and ends, with [`Detail::Bits`], of a record that the index has and that has so many.
    pub(crate) fn field(&self, record: u32, content: u32, column: usize) -> (u32, u32) {
        let mut separators = self.separators_from(record);
        let start = match column.checked_sub(1) {
            None => record,
            Some(before) => separators.nth(before).map_or(content, |comma| comma + 1),
        };
        // The last field of a file may have no separator after it, and that of a line may have a CR before.
        (start, separators.nth(0).unwrap_or(content).min(content))
    }

    /// The separators at or after `from`, with [`Detail::Bits`]. `from` is where a record begins that the index has.
    fn separators_from(&self, from: u32) -> Bits<'_> {
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

    /// Looks at whole blocks of `bytes` between `self.at` and `to`, and stops early where the grammar is broken. `bytes` must reach
    /// [`BLOCK`] bytes beyond `to`. With `at_end` the input ends at `to`, and the last block need not be whole.
    pub(crate) fn run(&mut self, kernel: Kernel, bytes: &[u8], to: usize, at_end: bool) {
        match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => avx512::run(self, bytes, to, at_end),
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => avx2::run(self, bytes, to, at_end),
            #[cfg(target_arch = "aarch64")]
            Kernel::Neon => neon::run(self, bytes, to, at_end),
            Kernel::Portable => run_portable(self, bytes, to, at_end),
        }
    }

    /// The loop itself. Inlined into each kernel, so that it is compiled for what the kernel's processor can do.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "must be compiled with the target features of the kernel that calls it"
    )]
    fn run_with(
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
        // In variables of their own, which the compiler keeps in registers.
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

    /// Takes in the block at `at`, of which only the bytes in `keep` exist, after `count` separators. Gives how many there are then.
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
            // Said once more, so that what depends on it is left out.
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
        // Nothing at or after the first break is of use: the record it is in is read another way.
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

    /// Room for the separators of a block after `count` others.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn room(&mut self, count: usize) -> &mut [u32; ROOM] {
        if self.separators.len() < count + ROOM {
            // Half as much again, and not what a vector takes by itself: a file of nothing but commas has four bytes of these for
            // each of its own.
            let len = count + count / 2 + 2 * ROOM;
            self.separators.reserve_exact(len - self.separators.len());
            self.separators.resize(len, 0);
        }
        self.separators[count..].first_chunk_mut().expect("the room was made above")
    }
}

/// Separators as bits.
struct Bits<'a> {
    /// Where the block begins that `word` is of.
    base: u32,
    word: u64,
    rest: &'a [u64],
}

impl Bits<'_> {
    /// Passes over `count` of them, and gives the next.
    fn nth(&mut self, count: usize) -> Option<u32> {
        let mut left = u32::try_from(count).ok()?;
        loop {
            let here = self.word.count_ones();
            if left < here {
                break;
            }
            left -= here;
            let (next, rest) = self.rest.split_first()?;
            self.base += BLOCK_BYTES;
            (self.word, self.rest) = (*next, rest);
        }
        for _ in 0..left {
            self.word &= self.word - 1;
        }
        let found = self.base + self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(found)
    }
}

/// Runs the index with what any processor can do.
fn run_portable(index: &mut Index, bytes: &[u8], to: usize, at_end: bool) {
    let (masks, rare) = (portable::masks, portable::rare);
    index.run_with(bytes, to, at_end, &Asking { masks, rare, write: by_table });
}

/// Writes the positions of `separators` of the block at `position`, eight at once from a table.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn by_table(separators: u64, position: u32, room: &mut [u32; ROOM]) {
    let mut count = 0;
    for (nth, byte) in (0..).zip(separators.to_le_bytes()) {
        // Eight are written whatever their number: what is too much is overwritten by the next.
        let bits = &BITS[usize::from(byte)];
        let eight: &mut [u32; 8] = room[count..].first_chunk_mut().expect("at most 64 before");
        let first = position.wrapping_add(nth * 8);
        *eight = bits.map(|bit| first.wrapping_add(bit));
        count += byte.count_ones() as usize;
    }
}

/// Places written for a block: one a byte, and eight that may be too much.
const ROOM: usize = BLOCK + 8;

/// For each byte the numbers of its set bits, ascending. As wide as positions, so that eight are one vector.
static BITS: [[u32; 8]; 256] = {
    let mut bits = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                bits[byte][count] = bit;
                count += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    bits
};

/// Calls `visit` with the number of each set bit, ascending.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "must be compiled with the target features of the kernel that calls it"
)]
fn each(mut bits: u64, mut visit: impl FnMut(u32)) {
    while bits != 0 {
        visit(bits.trailing_zeros());
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(kernel: Kernel, text: &[u8], step: usize, detail: Detail) -> Index {
        let mut bytes = text.to_vec();
        bytes.resize(text.len() + BLOCK, b'"');
        let mut index = Index::default();
        index.clear(0, detail);
        for to in (0..text.len()).step_by(step) {
            index.run(kernel, &bytes, to, false);
        }
        index.run(kernel, &bytes, text.len(), true);
        index
    }

    /// `expected`: `,` and `;` where a comma or LF separates, `^` where an LF is quoted, `:` at the second of doubled quotes.
    fn check(text: &str, expected: &str) {
        for lead in [0, 1, 57, 60, 61, 62, 63, 64, 65] {
            for kernel in Kernel::all() {
                let text = format!(
                    "{}{text}",
                    "x,".repeat(64)[..lead & !1].to_owned() + if lead % 2 == 1 { "," } else { "" }
                );
                let found = index(kernel, text.as_bytes(), 7, Detail::Positions);
                let mut marks = vec![b' '; text.len()];
                for &position in &found.separators[..found.count] {
                    marks[position as usize] = b',';
                }
                for &end in &found.ends {
                    assert_eq!(found.separators[end.nth as usize], end.at);
                    marks[end.at as usize] = b';';
                }
                for &position in &found.inner_lfs {
                    marks[position as usize] = b'^';
                }
                for &position in &found.doubled {
                    marks[position as usize] = b':';
                }
                if found.broken {
                    marks.push(b'!');
                }
                let marks = String::from_utf8(marks[lead..].to_vec()).unwrap();
                assert_eq!(marks, expected, "{text:?} with {kernel:?}");
            }
        }
    }

    #[test]
    fn separators_are_found_outside_quotes() {
        check("a,b\nc,d\n", " , ; , ;");
        check("\"a,\",b\r\n", "    ,  ;");
        check("\"a\n\",\"\"\n", "  ^ ,  ;");
        check("\"a\"\"b\",c", "   :  , ");
        check("\"\"\"\",c\n", "  : , ;");
        check("a\rb,c", "   , ");
    }

    #[test]
    fn the_first_break_stops_it() {
        check("a,b\"c,d\n", " ,      !");
        check("a,\"b\"c,d\n", " ,       !");
        check("a,b\n\"c\"\rd\n", " , ;      !");
        check("a,\"b\n", " ,  ^!");
        check("a,\"b\"\r", " ,    !");
        check("a\n\"\"\"", " ;  :!");
        check("a\r\"b\"\n", "      !");
    }

    #[test]
    fn kernels_agree_on_any_bytes() {
        let mut state = 1_u64;
        for round in 0..2_000 {
            let text: Vec<u8> = (0..200)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    b"\",\n\r\0\xffa-"[(state >> 61) as usize]
                })
                .collect();
            let text = &text[round % 7..];
            let one = index(Kernel::Portable, text, 64, Detail::Positions);
            for kernel in Kernel::all() {
                let other = index(kernel, text, 64, Detail::Positions);
                assert_eq!(one.separators[..one.count], other.separators[..other.count]);
                let bits = index(kernel, text, 64, Detail::Bits);
                let found: Vec<u32> =
                    (0..).map_while(|nth| bits.separators_from(0).nth(nth)).collect();
                assert_eq!(one.separators[..one.count], found);
                assert_eq!((&one.ends, one.count), (&bits.ends, bits.count));
                assert_eq!(
                    (
                        &one.ends,
                        &one.inner_lfs,
                        &one.doubled,
                        one.broken,
                        one.saw_cr,
                        one.saw_nul,
                        &one.high
                    ),
                    (
                        &other.ends,
                        &other.inner_lfs,
                        &other.doubled,
                        other.broken,
                        other.saw_cr,
                        other.saw_nul,
                        &other.high
                    ),
                );
            }
        }
    }
}
