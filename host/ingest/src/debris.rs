//! What some tools leave after the last record: the DOS end-of-file mark, NULs that fill a block, blanks.
//!
//! All records are complete in that case, so debris differs from the remains of a truncated record.

use crate::grammar::{self, Parsed};

/// The byte with which DOS and CP/M tools mark the end of a text.
pub(crate) const END_MARK: u8 = 0x1a;

/// Whether it is a byte that occurs in debris.
pub(crate) fn is_filling(byte: u8) -> bool {
    matches!(byte, 0 | END_MARK | b' ' | b'\t' | b'\r' | 0x0c)
}

/// Whether the last bytes of an input, after its last line ending, are debris, or a record of `width` fields followed by debris. Blanks
/// count as cells if they make a record of the right width.
pub(crate) fn is_debris(last: &[u8], width: usize) -> bool {
    let record = &last[..without(last)];
    let marked = last[record.len()..].iter().any(|&byte| matches!(byte, 0 | END_MARK));
    if record.is_empty() {
        return marked || width != 1;
    }
    let whole = |parsed| matches!(parsed, Parsed::Record { fields, .. } if fields == width);
    marked && whole(grammar::parse(record, true))
}

/// Number of bytes before the debris.
pub(crate) fn without(last: &[u8]) -> usize {
    last.iter().rposition(|&byte| !is_filling(byte)).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debris_is_told_from_what_is_left_of_a_record() {
        let check = |last: &[u8], width, expected| {
            assert_eq!(is_debris(last, width), expected, "{:?}", last.escape_ascii().to_string());
        };
        check(b"\x1a", 3, true);
        check(b"\0\0\0", 3, true);
        check(b"  \t\r", 3, true);
        check(b" \x1a\0", 3, true);
        check(b"a,b,c\x1a", 3, true);
        check(b"a,b,\"c\"\0\0", 3, true);
        check(b"a,b,c  ", 3, false);
        check(b"a,b\0\0", 3, false);
        check(b"a,b,\"c\x1a", 3, false);
        check(b"a,b,c", 3, false);
        check(b"  ", 1, false);
        check(b"\x1a", 1, true);
        check(b"a", 1, false);
        check(b"a\x1a", 1, true);
    }
}
