//! New cells: whether they may be written, and whether they are valid text.

use assay_model::{Batch, Cells, Change, Rewrite, RuleClass, Text};

use super::records::ascending;
use super::stage::StageIndex;
use crate::bindings::wit;
use crate::breach::Breach;
use crate::limits::Limits;

/// Checks a rewrite.
pub(super) fn rewrite(
    rewrite: wit::Rewrite,
    stage: &StageIndex,
    batch: &Batch,
    limits: &Limits,
) -> Result<Rewrite, Breach> {
    let wit::Rewrite { rule, column, change } = rewrite;
    stage.reported("a rewrite", rule)?;
    if stage.class != RuleClass::Normalise {
        return Err(Breach::RewriteStage { rule, stage: stage.class.as_str() });
    }
    match stage.writes(column) {
        None => {
            let columns = stage.columns();
            return Err(Breach::Column { what: "a rewrite", rule, column, columns });
        }
        Some(false) => return Err(Breach::RewriteColumn { rule, column }),
        Some(true) => {}
    }
    if batch.columns[usize::from(column)].cells == Cells::Absent {
        return Err(Breach::RewriteAbsent { rule, column });
    }
    let change = match change {
        wit::Change::Whole(values) => {
            Change::Whole(text(rule, values, batch.records as usize, limits)?)
        }
        wit::Change::Patch(wit::Patch { records, values }) => {
            ascending("a rewrite", rule, &records, batch.records)?;
            let values = text(rule, values, records.len(), limits)?;
            Change::Patch { records, values }
        }
    };
    Ok(Rewrite { rule, column, change })
}

fn text(rule: u16, values: wit::TextResult, cells: usize, limits: &Limits) -> Result<Text, Breach> {
    let wit::TextResult { offsets, bytes } = values;
    if offsets.len().checked_sub(1) != Some(cells) {
        return Err(Breach::OffsetCount { rule, offsets: offsets.len(), expected: cells });
    }
    if offsets[0] != 0 {
        return Err(Breach::OffsetStart { rule, start: offsets[0] });
    }
    let mut longest = 0;
    for (cell, pair) in offsets.windows(2).enumerate() {
        let length = pair[1].checked_sub(pair[0]).ok_or(Breach::OffsetFalls { rule, cell })?;
        longest = longest.max(length as usize);
    }
    let end = offsets[cells];
    if end as usize != bytes.len() {
        return Err(Breach::OffsetEnd { rule, end, bytes: bytes.len() });
    }
    if longest > limits.cell_bytes {
        return Err(Breach::CellLength { rule, bytes: longest, limit: limits.cell_bytes });
    }
    // Each cell is UTF-8 on its own if all together are and no cell begins inside a character.
    let sound = match str::from_utf8(&bytes) {
        Ok(text) => offsets.iter().all(|&offset| text.is_char_boundary(offset as usize)),
        Err(_) => false,
    };
    let text = Text::from_parts(offsets, bytes)
        .expect("offsets start at 0, never fall and end at the end");
    if sound {
        return Ok(text);
    }
    let cell = text.iter().position(|cell| str::from_utf8(cell).is_err()).unwrap_or(0);
    Err(Breach::CellUtf8 { rule, cell })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the new cells of two records for the expected breach.
    fn check(offsets: &[u32], bytes: &[u8], expected: &str) {
        let values = wit::TextResult { offsets: offsets.to_vec(), bytes: bytes.to_vec() };
        let limits = Limits { cell_bytes: 4, ..Limits::default() };
        let found = text(7, values, 2, &limits)
            .map_or_else(|breach| breach.to_string(), |_| "cells".to_owned());
        assert_eq!(found, expected, "{offsets:?}");
    }

    #[test]
    fn new_cells() {
        check(&[0, 0, 0], b"", "cells");
        check(&[0, 1, 3], "aé".as_bytes(), "cells");
        check(&[0, 4, 8], b"aaaabbbb", "cells");
        check(&[], b"", "rule 7 rewrites 2 cells with 0 offsets, expected one more than cells");
        check(&[0, 0], b"", "rule 7 rewrites 2 cells with 2 offsets, expected one more than cells");
        check(&[1, 1, 1], b"a", "rule 7 rewrites cells with offsets that start at 1, expected 0");
        check(
            &[0, 2, 1],
            b"a",
            "rule 7 rewrites cells with offsets that decrease at cell 1; expected ascending offsets",
        );
        check(
            &[0, 1, 9],
            b"ab",
            "rule 7 rewrites cells with offsets that end at 9 of 2 bytes, expected all of them",
        );
        check(
            &[0, 1, 1],
            b"ab",
            "rule 7 rewrites cells with offsets that end at 1 of 2 bytes, expected all of them",
        );
        check(&[0, 0, 5], b"aaaaa", "rule 7 rewrites a cell with 5 bytes, expected 4 at most");
        check(
            &[0, 1, 2],
            "é".as_bytes(),
            "rule 7 rewrites a cell with bytes that are not UTF-8 (cell 0 of the change)",
        );
        check(
            &[0, 1, 3],
            b"a\xc3\x28",
            "rule 7 rewrites a cell with bytes that are not UTF-8 (cell 1 of the change)",
        );
    }
}
