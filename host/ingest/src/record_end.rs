//! Where a bad record ends.
//!
//! A record that follows the grammar ends where the grammar says. One that does not, or that exceeds the record limit, does not have such an end: an
//! unclosed quote would swallow everything up to the next quote in the file. Its end is then decided by what *follows*, because the neighbours are
//! most likely good and show clearly where they begin:
//!
//! 1. Every LF at or after the record's start is a candidate, in order. The record ends at the first one that is followed by a valid record (one
//!    that follows the grammar and has exactly the header's width), or only by blank lines up to the end of the input.
//! 2. If a whole file is damaged in the same way, no valid record follows anywhere near. So the record also ends at its first line end if both its
//!    own first line and the next line *fit*: each could be a record of the header's width if its quotes were repaired (see [`grammar::fits`]). Text
//!    that continues a multi-line field does not fit, for lack of commas.
//! 3. If only one of the two fits, that is evidence, but weaker than a valid record that follows. The search for one continues for [`LOOKAHEAD`]
//!    more line ends; then the candidate with the first evidence is taken.
//! 4. If the search reaches the end of the input, the first evidence is taken, or else the record extends to the end. If it reaches the record
//!    limit, the first evidence is taken, or else the record is too long: the reader skips to the first LF that rule 1 allows, keeping only the
//!    record's first bytes.
//!
//! A record that follows the grammar, has the wrong width and spans several lines is suspect too: a later quote may have closed what an earlier
//! record left open. Rule 1 applies to it, with the line ends inside it as candidates; if none is followed by a valid record, it ends where the
//! grammar says. A record that follows the grammar within one line always ends there, whatever its width.
//!
//! All of this depends only on the bytes of the input and the record limit: not on how the input was read, nor on where slabs end. It is also cheap
//! where it is needed often. What is known about a line start is remembered for the next bad record, so in a file in which every record is broken
//! each line is examined about twice.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use crate::grammar::{self, Parsed};

/// Line ends tried after the first evidence. 64: a cell of a damaged record hardly ever has more lines, and in a file of only damaged records each
/// costs a few nanoseconds.
const LOOKAHEAD: usize = 64;

/// Line starts remembered, as a power of two: several times the lookahead, so that they seldom evict each other.
const REMEMBERED_BITS: u32 = 8;

/// Lines tried to find a likely record start. 64: only in a damaged file do more lines lack a record of the right width, and there a guess is worth
/// little.
const GUESSES: usize = 64;

/// Maximum length of a record at a likely start. 64 KiB: longer ones are rare, and searching for their ends is not cheap.
const LIKELY_BYTES: usize = 64 << 10;

/// Where a record seems to begin in bytes from the middle of an input: after the first line end that is followed by a record that follows the
/// grammar and has `width` fields. It may be wrong, inside quotes with contents that look like records.
pub(crate) fn likely_start(bytes: &[u8], width: usize, limit: usize) -> Option<usize> {
    let starts = memchr::memchr_iter(b'\n', bytes).map(|lf| lf + 1).take(GUESSES);
    starts.into_iter().find(|&start| {
        let rest = &bytes[start..];
        let window = &rest[..rest.len().min(limit).min(LIKELY_BYTES)];
        matches!(grammar::parse(window, false), Parsed::Record { fields, .. } if fields == width)
    })
}

/// Where the record that starts at the first byte ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordEnd {
    /// After this many bytes, including its line ending.
    After(usize),
    /// Not within the limit.
    TooLong,
    /// Undecided: more bytes are needed.
    Partial,
}

/// Whether a valid record begins at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begins {
    /// Yes, or the input ends there.
    Valid,
    /// No.
    Other,
    /// Undecided: more bytes are needed.
    Partial,
}

/// What is known about a line start.
#[derive(Debug, Clone, Copy)]
struct Known {
    offset: u64,
    parsed: Option<Parsed>,
    fits: Option<bool>,
}

/// Decides where records end, and remembers the lines examined.
#[derive(Debug)]
pub(crate) struct RecordEnds {
    width: usize,
    limit: usize,
    /// A direct-mapped table: each line start has one slot, which belongs to the last one that claimed it.
    known: Vec<Known>,
    /// The blank lines passed last, as offsets in the input.
    blank: Range<u64>,
}

impl RecordEnds {
    /// For records of `width` fields and at most `limit` bytes.
    pub(crate) fn new(width: usize, limit: usize) -> Self {
        let nothing = Known { offset: u64::MAX, parsed: None, fits: None };
        Self { width, limit, known: vec![nothing; 1 << REMEMBERED_BITS], blank: 0..0 }
    }

    /// Decides where the record at the start of `bytes` ends. `offset` is its offset in the input; `at_end` says whether the input ends with
    /// `bytes`. About twice the record limit is always enough to decide.
    pub(crate) fn of(&mut self, bytes: &[u8], offset: u64, at_end: bool) -> RecordEnd {
        let Some(own) = self.parse(bytes, 0, offset, at_end) else { return RecordEnd::Partial };
        let natural = match own {
            Parsed::Record { end, .. } => Some(end),
            Parsed::Broken { .. } | Parsed::Partial => None,
        };
        let mut evidence: Option<(usize, usize)> = None;
        let mut first_fits = None;
        let mut from = 0;
        while let Some(found) = memchr(b'\n', &bytes[from..]) {
            spend(found + 1);
            let end = from + found + 1;
            if end > self.limit {
                return evidence.map_or(RecordEnd::TooLong, |(end, _)| RecordEnd::After(end));
            }
            if natural.is_some_and(|natural| end >= natural) {
                break;
            }
            let start = match self.after_blank(bytes, end, at_end) {
                Blank::Until(start) => start,
                Blank::Done => return RecordEnd::After(end),
                Blank::Partial => return RecordEnd::Partial,
            };
            match self.begins(bytes, start, offset, at_end) {
                Begins::Valid => return RecordEnd::After(end),
                Begins::Partial => return RecordEnd::Partial,
                Begins::Other => {}
            }
            from = start;
            if natural.is_some() {
                continue;
            }
            let Some(next_fits) = self.fits(bytes, start, offset, at_end) else {
                return RecordEnd::Partial;
            };
            let first = match first_fits {
                Some(_) => false,
                None => match self.fits(bytes, 0, offset, at_end) {
                    Some(fits) => *first_fits.insert(fits),
                    None => return RecordEnd::Partial,
                },
            };
            if first && next_fits {
                return RecordEnd::After(end);
            }
            match &mut evidence {
                Some((end, tries)) => {
                    *tries += 1;
                    if *tries >= LOOKAHEAD {
                        return RecordEnd::After(*end);
                    }
                }
                None if first || next_fits => evidence = Some((end, 0)),
                None => {}
            }
        }
        if let Some(natural) = natural {
            return RecordEnd::After(natural);
        }
        let over = bytes.len() > self.limit;
        match evidence {
            _ if !over && !at_end => RecordEnd::Partial,
            Some((end, _)) => RecordEnd::After(end),
            None if over => RecordEnd::TooLong,
            None => RecordEnd::After(bytes.len()),
        }
    }

    /// Whether a valid record begins at the start of `bytes`, or only blank lines follow. Called for one line after another, it examines blank lines
    /// once.
    pub(crate) fn valid_next(&mut self, bytes: &[u8], offset: u64, at_end: bool) -> Begins {
        spend(1);
        match self.after_known_blank(bytes, offset, at_end) {
            Blank::Until(start) => self.begins(bytes, start, offset, at_end),
            Blank::Done => Begins::Valid,
            Blank::Partial => Begins::Partial,
        }
    }

    /// The blank lines at the start of `bytes` that are not followed by a valid record, like the first of them, which [`Self::valid_next`] has just
    /// rejected. Returns their length in bytes and their number.
    pub(crate) fn blank_like_first(&mut self, bytes: &[u8], offset: u64) -> (usize, u64) {
        let mut end = usize::try_from(self.blank.end - offset).expect("it is in memory");
        if end <= self.limit {
            return (end, memchr_iter(b'\n', &bytes[..end]).count() as u64);
        }
        // The blank lines are longer than the record limit, so for those far enough before it, a blank line counts as the next line. Such a line is
        // a record of one column.
        if self.width == 1 {
            return (0, 0);
        }
        let line = |at: usize| match bytes.get(at..) {
            Some([b'\n', ..]) => 1,
            Some([b'\r', b'\n', ..]) => 2,
            _ => 0,
        };
        while line(end) > 0 {
            end += line(end);
        }
        self.blank.end = offset + end as u64;
        let (mut at, mut lines) = (0, 0);
        while end - at - line(at) > self.limit {
            at += line(at);
            lines += 1;
        }
        (at, lines)
    }

    fn begins(&mut self, bytes: &[u8], start: usize, offset: u64, at_end: bool) -> Begins {
        match self.parse(bytes, start, offset, at_end) {
            None => Begins::Partial,
            Some(Parsed::Record { fields, .. }) if fields == self.width => Begins::Valid,
            Some(_) => Begins::Other,
        }
    }

    /// Parses the record at `start`; `None` if more bytes are needed, `Parsed::Partial` if it exceeds the limit.
    pub(crate) fn parse(
        &mut self,
        bytes: &[u8],
        start: usize,
        offset: u64,
        at_end: bool,
    ) -> Option<Parsed> {
        let slot = self.slot(start, offset);
        if let Some(parsed) = self.known[slot].parsed {
            return Some(parsed);
        }
        let rest = &bytes[start..];
        let (window, ends) = match rest.get(..self.limit) {
            // One more byte decides whether a record of exactly the limit's length ends there.
            Some(window) if rest.len() > self.limit => (window, false),
            _ => (rest, at_end),
        };
        let parsed = grammar::parse(window, ends);
        spend(match parsed {
            Parsed::Record { end, .. } => end,
            Parsed::Broken { at, .. } => at,
            Parsed::Partial => window.len(),
        });
        if parsed == Parsed::Partial && rest.len() <= self.limit {
            return None;
        }
        self.known[slot].parsed = Some(parsed);
        Some(parsed)
    }

    /// Whether the line at `start` fits; `None` if more bytes are needed.
    fn fits(&mut self, bytes: &[u8], start: usize, offset: u64, at_end: bool) -> Option<bool> {
        let slot = self.slot(start, offset);
        if let Some(fits) = self.known[slot].fits {
            return Some(fits);
        }
        let rest = &bytes[start..];
        let fits = match memchr(b'\n', &rest[..rest.len().min(self.limit)]) {
            Some(end) => grammar::fits(&rest[..end], self.width),
            None if rest.len() >= self.limit => false,
            None if at_end => grammar::fits(rest, self.width),
            None => return None,
        };
        self.known[slot].fits = Some(fits);
        Some(fits)
    }

    fn slot(&mut self, start: usize, offset: u64) -> usize {
        let offset = offset + start as u64;
        // Fibonacci hashing: the top bits of the product are well distributed even if offsets are evenly spaced.
        let hash = offset.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - REMEMBERED_BITS);
        let slot = usize::try_from(hash).expect("a few bits");
        if self.known[slot].offset != offset {
            self.known[slot] = Known { offset, parsed: None, fits: None };
        }
        slot
    }

    /// Skips blank lines starting at `at`. Only as many are skipped as the record limit allows: then one of them counts as the next line, which
    /// bounds the number of bytes needed.
    fn after_blank(&self, bytes: &[u8], at: usize, at_end: bool) -> Blank {
        let mut start = at;
        loop {
            match (bytes.get(start), bytes.get(start + 1)) {
                _ if start - at > self.limit => return Blank::Until(start),
                (Some(b'\n'), _) => start += 1,
                (Some(b'\r'), Some(b'\n')) => start += 2,
                (None, _) if at_end => return Blank::Done,
                (None, _) | (Some(b'\r'), None) if !at_end => return Blank::Partial,
                _ => return Blank::Until(start),
            }
            spend(1);
        }
    }

    /// Like [`Self::after_blank`] for the start of `bytes`, but continues where the known blank lines end: those skipped for an earlier line start.
    fn after_known_blank(&mut self, bytes: &[u8], offset: u64, at_end: bool) -> Blank {
        if !(self.blank.start..=self.blank.end).contains(&offset) {
            self.blank = offset..offset;
        }
        loop {
            let start = usize::try_from(self.blank.end - offset).expect("it is in memory");
            let line = match (bytes.get(start), bytes.get(start + 1)) {
                _ if start > self.limit => return Blank::Until(start),
                (Some(b'\n'), _) => 1,
                (Some(b'\r'), Some(b'\n')) => 2,
                (None, _) if at_end => return Blank::Done,
                (None, _) | (Some(b'\r'), None) if !at_end => return Blank::Partial,
                _ => return Blank::Until(start),
            };
            self.blank.end += line;
            spend(1);
        }
    }
}

/// Counts the bytes and lines examined, for tests that compare them with the size of the input.
#[inline]
fn spend(looked_at: usize) {
    #[cfg(test)]
    SPENT.with(|spent| spent.set(spent.get() + looked_at));
    #[cfg(not(test))]
    let _ = looked_at;
}

#[cfg(test)]
thread_local! {
    static SPENT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// What follows a run of blank lines.
enum Blank {
    /// A line that is not blank.
    Until(usize),
    /// The end of the input.
    Done,
    /// Undecided: more bytes are needed.
    Partial,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `bytes` begin with a bad record of a file with three columns; `|` marks where it must end.
    fn check(marked: &str) {
        let bytes = marked.replacen('|', "", 1);
        let expected = marked.find('|').unwrap_or(marked.len());
        let mut ends = RecordEnds::new(3, 200);
        assert_eq!(ends.of(bytes.as_bytes(), 0, true), RecordEnd::After(expected), "{marked:?}");
        // On its own it is the same record, so that a quarantined record can be judged again.
        let alone = RecordEnds::new(3, 200).of(&bytes.as_bytes()[..expected], 0, true);
        assert_eq!(alone, RecordEnd::After(expected), "{marked:?} by itself");
        for cut in 0..bytes.len() {
            let early = RecordEnds::new(3, 200).of(&bytes.as_bytes()[..cut], 0, false);
            let sure = [RecordEnd::Partial, RecordEnd::After(expected)].contains(&early);
            assert!(sure, "{marked:?} cut at {cut} gives {early:?}");
        }
    }

    #[test]
    fn a_valid_record_ends_the_bad_one() {
        check("a,b\"c,d\n|e,f,g\n");
        check("\"a\",\"b,\"c\"\n|\"d\",\"e\",\"f\"\n");
        check("a,\"b,c\n|d,e,f\ng,h,i\n");
        check("\"a\",\"x\ny\"z,\"c\"\n|\"d\",\"e\",\"f\"\n");
        check("\"a\",\"b\",\"x\"y\nz\"\n|\"d\",\"e\",\"f\"\n");
        check("a,b\"c,d\n|\n\ne,f,g\n");
    }

    #[test]
    fn a_valid_record_may_span_lines() {
        check("a,b\"c,d\n|e,\"\n\",g\n");
    }

    #[test]
    fn the_end_of_the_input_ends_it() {
        check("a,b\"c,d\n|");
        check("a,b\"c,d\n|\r\n\n");
        check("\"a\",\"b");
        check("\"a\",\"b\nc");
    }

    #[test]
    fn neighbours_that_are_broken_too_are_not_swallowed() {
        check("\"a\",\"b,\"c\"\n|\"d\",\"e,\"f\"\n\"g\",\"h,\"i\"\n");
        check("a,b\"c,d\n|e,f\"g,h\ni,j\"k,l\n");
        check("\"a\",\"b,\"c\"\n|\"d\",\"e");
    }

    #[test]
    fn a_wrong_width_over_several_lines_ends_by_the_grammar_unless_a_valid_record_is_inside() {
        check("a,\"x\ny\"\n|b,c,d\n");
        check("a,\"x\ny\",c,d\n|e,\"x\ny\",g,h\n");
        check("a,\"b,c\n|d,e,f\ng,\",h\n");
    }

    #[test]
    fn garbage_that_follows_is_left_alone_after_a_while() {
        check(&format!("\"a\",\"b,\"c\"\n|{}d,e,f\n", "x\n".repeat(LOOKAHEAD + 1)));
        check("\"a\",\"b,\"c\"\nx\nx\n|d,e,f\n");
    }

    /// The effort of reading `bytes` with a reader that needs `wanted` of them, and no more than necessary beyond.
    fn spent(bytes: &[u8], wanted: u64) -> usize {
        let limits = crate::Limits::default();
        let shape = std::sync::Arc::new(crate::slab::Shape {
            header: crate::Header {
                names: ["a", "b", "c"].map(str::to_owned).to_vec(),
                ..Default::default()
            },
            limits,
        });
        let start = crate::RecordStart { offset: 0, record: 1, line: 1 };
        let before = SPENT.with(std::cell::Cell::get);
        let mut reader = crate::SlabReader::at(bytes, shape, start, wanted);
        let mut slab = None;
        loop {
            slab = reader.next_slab(slab).unwrap();
            if slab.is_none() {
                return SPENT.with(std::cell::Cell::get) - before;
            }
        }
    }

    /// The effort doubles with the input, and stays below a small multiple of its size.
    fn check_effort(make: impl Fn(usize) -> Vec<u8>, wanted: u64) {
        let [one, two] = [1, 2].map(|times| {
            let bytes = make(times * 200_000);
            let spent = spent(&bytes, wanted);
            assert!(spent < 8 * bytes.len(), "{spent} for {} bytes", bytes.len());
            spent
        });
        assert!(two * 10 < one * 22, "{one} became {two}");
    }

    #[test]
    fn junk_after_a_broken_quote_is_looked_at_few_times_beyond_what_was_wanted() {
        let junk = |lines: usize| {
            [b"x\"y\n".to_vec(), b"junk\n".repeat(lines), b"4,5,6\n".to_vec()].concat()
        };
        check_effort(junk, 1_000);
        check_effort(junk, u64::MAX);
    }

    #[test]
    fn blank_lines_after_a_record_that_is_too_long_are_looked_at_once() {
        for line in ["\n", "\r\n"] {
            let blank = |lines: usize| {
                let long = [b"\"".to_vec(), vec![b'm'; 4_300_000]].concat();
                [long, line.repeat(lines).into_bytes(), b"junk\n4,5,6\n".to_vec()].concat()
            };
            let [one, two, three] = [0, 1, 2].map(|times| spent(&blank(times * 200_000), u64::MAX));
            assert!(three - two <= (two - one) * 11 / 10, "{one}, {two}, {three}");
        }
    }

    #[test]
    fn blank_lines_of_which_the_first_begins_nothing_are_not_asked_of_one_by_one() {
        for (line, blank) in [("\n", 400_000), ("\r\n", 400_000), ("\n", 6_000_000)] {
            let long = [b"\"".to_vec(), vec![b'm'; 4_300_000]].concat();
            let followed = |lines| {
                [long.clone(), line.repeat(lines).into_bytes(), b"junk\n4,5,6\n".to_vec()].concat()
            };
            let more = spent(&followed(blank), u64::MAX) - spent(&followed(0), u64::MAX);
            assert!(more < blank * 3 / 2, "{more} for {blank} lines");
        }
    }

    #[test]
    fn more_blank_lines_than_a_record_may_be_long_are_passed_one_by_one() {
        // A record over the limit of 200 bytes ends at the first line that is followed, within as many bytes, by a valid record.
        let check = |blank: usize, width: usize| {
            let text = format!("\"{}{}d,e,f\n", "m".repeat(300), "\n".repeat(blank));
            let bytes = text.as_bytes();
            let mut known = RecordEnds::new(width, 200);
            let mut one_by_one = RecordEnds::new(width, 200);
            for at in 301..bytes.len() {
                let rest = &bytes[at + 1..];
                if bytes[at] != b'\n' {
                    continue;
                }
                let offset = at as u64 + 1;
                let expected = match one_by_one.after_blank(rest, 0, true) {
                    Blank::Until(start) => one_by_one.begins(rest, start, offset, true),
                    Blank::Done => Begins::Valid,
                    Blank::Partial => Begins::Partial,
                };
                assert_eq!(known.valid_next(rest, offset, true), expected, "{blank} at {at}");
            }
        };
        for blank in [0, 1, 150, 200, 201, 202, 203, 400, 1_000] {
            check(blank, 3);
            check(blank, 1);
        }
    }

    #[test]
    fn nothing_within_the_limit_is_too_long() {
        let line = format!("\"a\"b{}\nc,d,e\n", "x".repeat(210));
        assert_eq!(RecordEnds::new(3, 200).of(line.as_bytes(), 0, true), RecordEnd::TooLong);
    }
}
