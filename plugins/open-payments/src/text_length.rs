//! Texts are not longer than CMS's dictionary allows.

use assay_sdk::{Ask, Bits, Judged, Rules};

use crate::tables::lengths::LENGTHS;

pub(crate) fn declare(rules: &mut Rules) {
    rules
        .validate("text-length")
        .title("texts are not longer than CMS's dictionary allows")
        .message("a text is longer than CMS's dictionary allows")
        .warn()
        .columnar(LENGTHS.iter().map(|(name, _)| Ask::text(name)), |look| {
            let mut judged = Bits::zeros(look.records());
            let mut sets = Vec::new();
            for ((nth, column), &(_, most)) in look.columns().enumerate().zip(&LENGTHS) {
                judged = judged.or(column.filled());
                sets.push((nth, column.where_text(|cell| is_longer(cell, most))));
            }
            Judged::first_of(sets, &judged)
        });
}

/// Whether a cell has more than `most` characters; bytes are counted first, because there are never fewer of them.
fn is_longer(cell: &[u8], most: usize) -> bool {
    cell.len() > most && cell.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() > most
}
