//! Quotes and apostrophes that a spreadsheet or a form left around a text.

use std::borrow::Cow;

use super::cell::New;

/// Removes a leading apostrophe and enclosing quotes, repeatedly until there are none.
pub(super) fn stray(cell: &[u8]) -> New<'_> {
    if !matches!(cell.first(), Some(b'\'' | b'"')) {
        return None;
    }
    let mut bare = cell;
    loop {
        bare = match bare {
            [b'\'', rest @ ..] | [b'"', rest @ .., b'"'] => rest.trim_ascii(),
            _ => break,
        };
    }
    (bare.len() < cell.len()).then_some(Cow::Borrowed(bare))
}
