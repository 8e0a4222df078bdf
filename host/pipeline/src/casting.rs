//! Casts text columns to typed ones: parsed once, shared by all rules and by the Parquet writer.

use assay_model::{Bitmap, CastError, Cells, Column, Form, parse_decimal, parse_integer};

/// Parses a text column of `records` cells as `form`. A cell that does not parse is `malformed`, never null.
pub fn cast(text: &Column, form: &Form, records: usize) -> Column {
    match form {
        Form::Text => text.clone(),
        Form::Integer => {
            let (values, valid, malformed) = parse(text, records, parse_integer);
            Column { cells: Cells::Integer(values), valid, malformed }
        }
        Form::Decimal { scale } => {
            let (unscaled, valid, malformed) =
                parse(text, records, |cell| parse_decimal(cell, *scale));
            Column { cells: Cells::Decimal { scale: *scale, unscaled }, valid, malformed }
        }
        Form::Date { format } => {
            let (days, valid, malformed) = parse(text, records, |cell| format.parse(cell));
            Column { cells: Cells::Date(days), valid, malformed }
        }
    }
}

type Parsed<T> = (Vec<T>, Option<Bitmap>, Option<Bitmap>);

fn parse<T: Copy + Default>(
    text: &Column,
    records: usize,
    parse_cell: impl Fn(&[u8]) -> Result<T, CastError>,
) -> Parsed<T> {
    match &text.cells {
        Cells::Text(cells) => parse_cells(cells.iter(), records, parse_cell),
        Cells::Constant(cell) => match (cell.as_slice(), parse_cell(cell)) {
            ([], _) => (vec![T::default(); records], Some(Bitmap::zeros(records)), None),
            (_, Ok(value)) => (vec![value; records], None, None),
            (_, Err(_)) => {
                let none = vec![T::default(); records];
                (none, Some(Bitmap::zeros(records)), Some(Bitmap::ones(records)))
            }
        },
        Cells::Dictionary { keys, values } => {
            let parsed: Vec<_> =
                values.iter().map(|cell| (cell.is_empty(), parse_cell(cell))).collect();
            gather(keys.iter().map(|&key| parsed[usize::from(key)]), records)
        }
        Cells::Absent | Cells::Integer(_) | Cells::Decimal { .. } | Cells::Date(_) => {
            (vec![T::default(); records], Some(Bitmap::zeros(records)), None)
        }
    }
}

fn parse_cells<'a, T: Copy + Default>(
    cells: impl Iterator<Item = &'a [u8]>,
    records: usize,
    parse_cell: impl Fn(&[u8]) -> Result<T, CastError>,
) -> Parsed<T> {
    gather(cells.map(|cell| (cell.is_empty(), parse_cell(cell))), records)
}

/// Builds columns from parsed cells: whether each is blank, and its value.
fn gather<T: Copy + Default>(
    cells: impl Iterator<Item = (bool, Result<T, CastError>)>,
    records: usize,
) -> Parsed<T> {
    let mut values = Vec::with_capacity(records);
    let mut valid = Bitmap::ones(records);
    let mut malformed: Option<Bitmap> = None;
    let mut blanks = false;
    for (index, (blank, cell)) in cells.enumerate() {
        if let Ok(value) = cell {
            values.push(value);
            continue;
        }
        values.push(T::default());
        valid.unset(index);
        if blank {
            blanks = true;
        } else {
            malformed.get_or_insert_with(|| Bitmap::zeros(records)).set(index);
        }
    }
    let all_valid = !blanks && malformed.is_none();
    (values, (!all_valid).then_some(valid), malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_model::{DateFormat, Text};

    fn text(cells: &[&str]) -> Column {
        let mut text = Text::default();
        let mut valid = Bitmap::default();
        for cell in cells {
            text.push(cell.as_bytes());
            valid.push(!cell.is_empty());
        }
        Column { cells: Cells::Text(text), valid: Some(valid), malformed: None }
    }

    #[test]
    fn malformed_is_not_blank_and_blank_is_not_malformed() {
        let column = cast(&text(&["1.50", "", "x", "2"]), &Form::Decimal { scale: 2 }, 4);
        assert_eq!(column.cells, Cells::Decimal { scale: 2, unscaled: vec![150, 0, 0, 200] });
        assert_eq!(column.valid.unwrap().ones_iter().collect::<Vec<_>>(), [0, 3]);
        assert_eq!(column.malformed.unwrap().ones_iter().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_constant_is_parsed_once_for_all() {
        let blank = Column {
            cells: Cells::Constant(Vec::new()),
            valid: Some(Bitmap::zeros(3)),
            malformed: None,
        };
        let column = cast(&blank, &Form::Integer, 3);
        assert_eq!(column.valid.unwrap().count_ones(), 0);
        assert_eq!(column.malformed, None);
        let year =
            Column { cells: Cells::Constant(b"2016".to_vec()), valid: None, malformed: None };
        assert_eq!(cast(&year, &Form::Integer, 3).cells, Cells::Integer(vec![2016; 3]));
        let word = Column { cells: Cells::Constant(b"x".to_vec()), valid: None, malformed: None };
        let format = DateFormat::new("%Y-%m-%d").unwrap();
        assert_eq!(cast(&word, &Form::Date { format }, 3).malformed.unwrap().count_ones(), 3);
    }
}
