//! Whitespace, placeholder texts, and separators of specialties.

use std::borrow::Cow;

use super::cell::New;

/// What people and programs write instead of leaving a cell blank.
const NOTHING: [&[u8]; 8] =
    [b"NULL", b"N/A", b"#N/A", b"#REF!", b"--", b"-", b"NA", b"-- SELECT --"];

/// Turns control characters into spaces and runs of spaces into one space, and trims the edges.
pub(super) fn whitespace(cell: &[u8]) -> New<'_> {
    let mut before = b' ';
    let mut normal = true;
    for &byte in cell {
        normal &= !(is_control(byte) || byte == b' ' && before == b' ');
        before = byte;
    }
    if normal && before != b' ' {
        return None;
    }
    let mut new = Vec::with_capacity(cell.len());
    for &byte in cell {
        let byte = if is_control(byte) { b' ' } else { byte };
        if byte != b' ' || !matches!(new.last(), None | Some(b' ')) {
            new.push(byte);
        }
    }
    if new.last() == Some(&b' ') {
        new.pop();
    }
    Some(Cow::Owned(new))
}

fn is_control(byte: u8) -> bool {
    byte < b' ' || byte == 0x7F
}

/// Blanks a cell that holds a placeholder text, in upper or lower case.
pub(super) fn null_token(cell: &[u8]) -> New<'_> {
    let trimmed = cell.trim_ascii();
    let nothing = NOTHING.iter().any(|token| token.eq_ignore_ascii_case(trimmed));
    nothing.then_some(Cow::Borrowed(&[]))
}

/// Turns `A/ B/ C` into `A|B|C`, and removes a separator at the end.
pub(super) fn specialty(cell: &[u8]) -> New<'_> {
    if cell.last() != Some(&b'|') && !cell.windows(2).any(|pair| pair == b"/ ") {
        return None;
    }
    let mut new = Vec::with_capacity(cell.len());
    let mut rest = cell;
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some(tail) = rest.strip_prefix(b"/ ") {
            new.push(b'|');
            rest = tail;
        } else {
            new.push(byte);
            rest = tail;
        }
    }
    while new.last() == Some(&b'|') {
        new.pop();
    }
    Some(Cow::Owned(new))
}
