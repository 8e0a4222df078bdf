//! Finds separators, 64 bytes at a time, and notices at once where the grammar is broken.
//!
//! Each block of 64 bytes becomes one bit per byte and question (is it a quote, a comma, an LF …); everything else is arithmetic on
//! those words. The prefix-xor of the quotes says which bytes are inside quotes; commas and LFs outside are separators.
//! A quote that opens must follow a separator or a quote, one that closes must be followed by a separator, a quote or a CRLF; both are
//! one shift and one mask. Doubled quotes need no special case: they close and open again.
//! Line ends, NULs and bytes beyond ASCII are rare. One question says whether a block has any, and only then it is asked which.
//!
//! Only the questions depend on the processor: `avx512`, `avx2` and `neon` ask them with vector instructions where there are any,
//! [`portable`] with 64-bit words anywhere.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

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

/// How the questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Vector instructions of 512 bits.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Vector instructions of 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Vector instructions of 128 bits.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// 64-bit words.
    Portable,
}

impl Kernel {
    /// Those this processor has, the fastest first.
    pub(crate) fn all() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            kernels.extend(avx512::available().then_some(Self::Avx512));
            kernels.extend(avx2::available().then_some(Self::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        kernels.extend(neon::available().then_some(Self::Neon));
        kernels.push(Self::Portable);
        kernels
    }

    /// The fastest this processor has.
    pub(crate) fn detect() -> Self {
        Self::all()[0]
    }
}

/// Separators of a run of bytes, and how far it was looked at.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Positions of commas and LFs outside quotes. Valid up to `count`; what follows is room for one block.
    pub(crate) separators: Vec<u32>,
    /// How many there are.
    pub(crate) count: usize,
    /// Those of `separators` that are LFs, as indexes into it.
    pub(crate) ends: Vec<u32>,
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
    pub(crate) fn clear(&mut self, at: usize) {
        self.count = 0;
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
            Kernel::Portable => self.run_with(bytes, to, at_end, portable::masks, portable::rare),
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
        masks: impl Fn(&[u8; BLOCK]) -> Masks,
        rare: impl Fn(&[u8; BLOCK]) -> Rare,
    ) {
        // In variables of their own, which the compiler keeps in registers.
        let (mut at, mut count, mut carry) = (self.at, self.count, self.carry);
        assert!(u32::try_from(to).is_ok(), "limits keep a slab below 2^32 bytes");
        while at < to && !self.broken {
            let live = to - at;
            let keep = match live {
                BLOCK.. => u64::MAX,
                _ if at_end => (1 << live) - 1,
                _ => break,
            };
            let block = bytes[at..].first_chunk().expect("the caller keeps a block's room");
            (count, carry) = self.block(block, at, keep, count, carry, &masks, &rare);
            at += live.min(BLOCK);
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
    #[expect(
        clippy::too_many_arguments,
        reason = "what one round of the loop gives to the next is kept in registers"
    )]
    #[expect(clippy::cast_possible_truncation, reason = "the caller has seen to it")]
    fn block(
        &mut self,
        block: &[u8; BLOCK],
        at: usize,
        keep: u64,
        count: usize,
        carry: Carry,
        masks: &impl Fn(&[u8; BLOCK]) -> Masks,
        rare: &impl Fn(&[u8; BLOCK]) -> Rare,
    ) -> (usize, Carry) {
        let position = at as u32;
        let Masks { quote, comma, quoted, rare: some } = masks(block);
        let (quote, comma) = (quote & keep, comma & keep);
        let (mut lf, mut cr) = (0, 0);
        if some & keep != 0 {
            let rare = rare(block);
            (lf, cr) = (rare.lf & keep, rare.cr & keep);
            self.saw_cr |= cr;
            self.saw_nul |= rare.nul & keep;
            if rare.high & keep != 0 {
                self.high.push(position);
            }
        }
        let quoted = quoted ^ carry.quoted;
        let opening = quote & quoted;
        let closing = quote & !quoted;
        let may_open = comma | lf | quote;
        let after_closing = closing << 1 | carry.closed;
        let closed_cr = after_closing & cr;
        let breaks = opening & !(may_open << 1 | carry.may_open)
            | after_closing & !(comma | lf | quote | cr)
            | (closed_cr << 1 | carry.closed_cr) & !lf;
        let breaks = breaks & keep;
        // Nothing at or after the first break is of use: the record it is in is read another way.
        let sound = if breaks == 0 { u64::MAX } else { (1 << breaks.trailing_zeros()) - 1 };
        self.broken = breaks != 0;

        let separators = (comma | lf) & !quoted & sound;
        let count = self.push_separators(separators, lf & !quoted & sound, position, count);
        let inner = lf & quoted & sound;
        if inner != 0 {
            each(inner, |bit| self.inner_lfs.push(position + bit));
        }
        let doubled = after_closing & quote & sound;
        if doubled != 0 {
            each(doubled, |bit| self.doubled.push(position + bit));
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

    /// Appends the positions of `separators`, eight at once from a table.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn push_separators(&mut self, separators: u64, ends: u64, position: u32, base: usize) -> usize {
        if self.separators.len() < base + ROOM {
            // Twice the room: a file of nothing but commas has one separator a byte.
            self.separators.resize((base + ROOM) * 2, 0);
        }
        each(ends, |bit| {
            let before = (separators & ((1 << bit) - 1)).count_ones() as usize;
            self.ends.push(u32::try_from(base + before).expect("fewer separators than bytes"));
        });
        let room: &mut [u32; ROOM] =
            self.separators[base..].first_chunk_mut().expect("the room was made above");
        let mut count = 0;
        for (nth, byte) in (0..).zip(separators.to_le_bytes()) {
            // Eight are written whatever their number: what is too much is overwritten by the next.
            let bits = &BITS[usize::from(byte)];
            let eight: &mut [u32; 8] = room[count..].first_chunk_mut().expect("at most 64 before");
            let first = position.wrapping_add(nth * 8);
            *eight = bits.map(|bit| first.wrapping_add(bit));
            count += byte.count_ones() as usize;
        }
        base + count
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

    fn index(kernel: Kernel, text: &[u8], step: usize) -> Index {
        let mut bytes = text.to_vec();
        bytes.resize(text.len() + BLOCK, b'"');
        let mut index = Index::default();
        index.clear(0);
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
                let found = index(kernel, text.as_bytes(), 7);
                let mut marks = vec![b' '; text.len()];
                for &position in &found.separators[..found.count] {
                    marks[position as usize] = b',';
                }
                for &end in &found.ends {
                    marks[found.separators[end as usize] as usize] = b';';
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
            let one = index(Kernel::Portable, text, 64);
            for kernel in Kernel::all() {
                let other = index(kernel, text, 64);
                assert_eq!(one.separators[..one.count], other.separators[..other.count]);
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
