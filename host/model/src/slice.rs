//! The cells of some records as separate columns.

use std::ops::Range;

use crate::{Bitmap, Cells, Column, Text};

impl Column {
    /// A copy of the cells of `rows`, which must exist. A dictionary keeps only the values that these cells use, so that a plugin
    /// never sees a cell that is not in its batch.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let at = || rows.clone();
        let cells = match &self.cells {
            Cells::Absent => Cells::Absent,
            Cells::Text(cells) => Cells::Text(text(cells, at())),
            Cells::Integer(values) => Cells::Integer(values[at()].to_vec()),
            Cells::Decimal { scale, unscaled } => {
                Cells::Decimal { scale: *scale, unscaled: unscaled[at()].to_vec() }
            }
            Cells::Date(days) => Cells::Date(days[at()].to_vec()),
            Cells::Constant(cell) => Cells::Constant(cell.clone()),
            Cells::Dictionary { keys, values } => dictionary(&keys[at()], values),
        };
        let bits = |bits: &Bitmap| {
            let mut part = Bitmap::zeros(rows.len());
            at().enumerate().filter(|&(_, from)| bits.get(from)).for_each(|(to, _)| part.set(to));
            part
        };
        Self {
            cells,
            valid: self.valid.as_ref().map(bits),
            malformed: self.malformed.as_ref().map(bits),
        }
    }
}

impl Cells {
    /// Drops the values of a dictionary that no record uses. Other forms are left as they are.
    pub fn drop_unused(&mut self) {
        let used = match self {
            Self::Dictionary { keys, values } if has_unused(keys, values) => {
                dictionary(keys, values)
            }
            _ => return,
        };
        *self = used;
    }

    /// Whether a dictionary has values that no record uses. Plugins judge each value once, so callers that pass a column on make
    /// sure that there are none.
    pub fn has_unused(&self) -> bool {
        matches!(self, Self::Dictionary { keys, values } if has_unused(keys, values))
    }
}

fn has_unused(keys: &[u16], values: &Text) -> bool {
    let mut unused = vec![true; values.len()];
    for &key in keys {
        unused[usize::from(key)] = false;
    }
    unused.contains(&true)
}

fn text(text: &Text, rows: Range<usize>) -> Text {
    let offsets = &text.offsets()[rows.start..=rows.end];
    let (start, end) = (offsets[0], offsets[rows.len()]);
    let bytes = text.bytes()[start as usize..end as usize].to_vec();
    let offsets = offsets.iter().map(|offset| offset - start).collect();
    Text::from_parts(offsets, bytes).expect("a run of ordered offsets is ordered")
}

/// Builds a dictionary with its values in the order of first use.
fn dictionary(keys: &[u16], values: &Text) -> Cells {
    let mut met: Vec<Option<u16>> = vec![None; values.len()];
    let mut part = Text::default();
    let keys = keys.iter().map(|&key| {
        *met[usize::from(key)].get_or_insert_with(|| {
            part.push(values.get(usize::from(key)));
            u16::try_from(part.len() - 1).expect("no more than there were")
        })
    });
    Cells::Dictionary { keys: keys.collect(), values: part }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(cells: &[&str]) -> Text {
        let mut text = Text::default();
        for cell in cells {
            text.push(cell.as_bytes());
        }
        text
    }

    fn check(cells: Cells, expected: Cells) {
        let column = |cells| Column { cells, valid: None, malformed: None };
        assert_eq!(column(cells).slice(1..4), column(expected));
    }

    #[test]
    fn each_form_is_cut() {
        check(
            Cells::Text(text_of(&["a", "", "ccc", "é", "e"])),
            Cells::Text(text_of(&["", "ccc", "é"])),
        );
        check(Cells::Integer(vec![1, 2, 3, 4, 5]), Cells::Integer(vec![2, 3, 4]));
        let decimal = |unscaled| Cells::Decimal { scale: 2, unscaled };
        check(decimal(vec![10, 20, 30, 40, 50]), decimal(vec![20, 30, 40]));
        check(Cells::Date(vec![7, 8, 9, 10, 11]), Cells::Date(vec![8, 9, 10]));
        check(Cells::Constant(b"x".to_vec()), Cells::Constant(b"x".to_vec()));
        check(Cells::Absent, Cells::Absent);
    }

    #[test]
    fn values_of_other_records_are_left_behind() {
        let dictionary = |keys, values| Cells::Dictionary { keys, values: text_of(values) };
        check(
            dictionary(vec![0, 2, 1, 2, 0], &["slow", "m", "n"]),
            dictionary(vec![0, 1, 0], &["n", "m"]),
        );
    }

    #[test]
    fn values_that_no_record_has_are_dropped() {
        let dictionary = |keys, values| Cells::Dictionary { keys, values: text_of(values) };
        let check = |mut cells: Cells, expected: Cells| {
            assert_eq!(cells.has_unused(), cells != expected);
            cells.drop_unused();
            assert_eq!(cells, expected);
            assert!(!cells.has_unused());
        };
        check(dictionary(vec![1, 1, 2], &["gone", "m", ""]), dictionary(vec![0, 0, 1], &["m", ""]));
        check(dictionary(vec![1, 0], &["a", "b"]), dictionary(vec![1, 0], &["a", "b"]));
        check(dictionary(vec![], &["a"]), dictionary(vec![], &[]));
        check(Cells::Constant(b"x".to_vec()), Cells::Constant(b"x".to_vec()));
    }

    #[test]
    fn bits_are_cut_with_the_cells() {
        let mut valid = Bitmap::ones(5);
        valid.unset(1);
        let column = Column {
            cells: Cells::Integer(vec![0; 5]),
            valid: Some(valid),
            malformed: Some(Bitmap::zeros(5)),
        };
        let part = column.slice(1..4);
        assert_eq!(part.valid.unwrap().as_bytes(), [0b110]);
        assert_eq!(part.malformed.unwrap(), Bitmap::zeros(3));
    }
}
