//! Parts of columns, for batches smaller than a slab.

use std::ops::Range;

use assay_model::{Bitmap, Cells, Column, Text};

use crate::rewriting::cell;

/// A copy of some records' cells.
pub(crate) fn slice(column: &Column, rows: Range<usize>) -> Column {
    let cells = match &column.cells {
        Cells::Absent => Cells::Absent,
        Cells::Constant(cell) => Cells::Constant(cell.clone()),
        Cells::Text(text) => Cells::Text(slice_text(text, rows.clone())),
        Cells::Integer(values) => Cells::Integer(values[rows.clone()].to_vec()),
        Cells::Decimal { scale, unscaled } => {
            Cells::Decimal { scale: *scale, unscaled: unscaled[rows.clone()].to_vec() }
        }
        Cells::Date(days) => Cells::Date(days[rows.clone()].to_vec()),
        Cells::Dictionary { keys, values } => {
            Cells::Dictionary { keys: keys[rows.clone()].to_vec(), values: values.clone() }
        }
    };
    let bits = |bits: &Option<Bitmap>| bits.as_ref().map(|bits| slice_bits(bits, rows.clone()));
    Column { cells, valid: bits(&column.valid), malformed: bits(&column.malformed) }
}

fn slice_text(text: &Text, rows: Range<usize>) -> Text {
    let mut part = Text::with_capacity(rows.len(), 0);
    rows.for_each(|row| part.push(text.get(row)));
    part
}

fn slice_bits(bits: &Bitmap, rows: Range<usize>) -> Bitmap {
    let mut part = Bitmap::zeros(rows.len());
    for (to, from) in rows.enumerate() {
        if bits.get(from) {
            part.set(to);
        }
    }
    part
}

/// Text columns of consecutive batches as one of `records` cells.
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
                .map(|rows| (slice(&whole, rows.clone()), rows.len()))
                .collect();
            assert_eq!(join(parts.iter().map(|(part, rows)| (part, *rows)), 10), whole, "{size}");
        }
    }
}
