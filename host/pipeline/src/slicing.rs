//! Concatenates columns of batches smaller than a slab into columns of the slab.

use assay_model::{Bitmap, Cells, Column, Text};

use crate::rewriting::cell;

/// Concatenates text columns of consecutive batches into one of `records` cells.
pub(crate) fn join<'a>(parts: impl Iterator<Item = (&'a Column, usize)>, records: usize) -> Column {
    let mut text = Text::with_capacity(records, records * 8);
    let mut valid = Bitmap::ones(records);
    let mut row = 0;
    for (part, rows) in parts {
        for index in 0..rows {
            let cell = cell(&part.cells, index);
            if cell.is_empty() {
                valid.unset(row);
            }
            text.push(cell);
            row += 1;
        }
    }
    debug_assert_eq!(row, records);
    Column { cells: Cells::Text(text), valid: Some(valid), malformed: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_join_to_what_they_were_cut_from() {
        let mut text = Text::default();
        let mut valid = Bitmap::default();
        for cell in ["a", "", "ccc", "d", "", "ff", "g", "h", "i", "jj"] {
            text.push(cell.as_bytes());
            valid.push(!cell.is_empty());
        }
        let whole = Column { cells: Cells::Text(text), valid: Some(valid), malformed: None };
        for size in 1..=10 {
            let parts: Vec<_> = (0..10)
                .step_by(size)
                .map(|start| start..10.min(start + size))
                .map(|rows| (whole.slice(rows.clone()), rows.len()))
                .collect();
            assert_eq!(join(parts.iter().map(|(part, rows)| (part, *rows)), 10), whole, "{size}");
        }
    }
}
