//! A part of a batch as a separate batch.

use std::ops::Range;

use assay_model::{Batch, Bitmap, Cells};

/// Copies the records of `range`, which must lie within the batch.
pub(crate) fn slice(batch: &Batch, range: Range<u32>) -> Batch {
    let first_record = batch.first_record.saturating_add(u64::from(range.start));
    let records = range.end - range.start;
    let rows = range.start as usize..range.end as usize;
    Batch {
        first_record,
        records,
        columns: batch.columns.iter().map(|column| column.slice(rows.clone())).collect(),
        standing: batch.standing.get(rows.clone()).unwrap_or_default().to_vec(),
    }
}

/// How a batch does not match a stage of `columns` columns; `None` if it matches.
pub(crate) fn misfit(batch: &Batch, columns: usize) -> Option<String> {
    let records = batch.records as usize;
    if batch.columns.len() != columns {
        return Some(format!("it has {} columns, expected {columns}", batch.columns.len()));
    }
    if !matches!(batch.standing.len(), 0) && batch.standing.len() != records {
        return Some(format!("it has {} standings, expected {records}", batch.standing.len()));
    }
    batch.columns.iter().enumerate().find_map(|(index, column)| {
        let cells = match &column.cells {
            Cells::Absent | Cells::Constant(_) => records,
            Cells::Text(text) => text.len(),
            Cells::Integer(values) | Cells::Decimal { unscaled: values, .. } => values.len(),
            Cells::Date(days) => days.len(),
            Cells::Dictionary { keys, .. } => keys.len(),
        };
        let fits = |bits: &Option<Bitmap>| bits.as_ref().is_none_or(|bits| bits.len() == records);
        let whole = cells == records && fits(&column.valid) && fits(&column.malformed);
        (!whole).then(|| {
            format!("column {index} has {cells} cells, expected {records} and as many bits")
        })
    })
}

#[cfg(test)]
mod tests {
    use assay_model::{Column, Text};

    use super::*;

    fn text_of(cells: &[&str]) -> Text {
        let mut text = Text::default();
        for cell in cells {
            text.push(cell.as_bytes());
        }
        text
    }

    fn batch() -> Batch {
        let mut valid = Bitmap::ones(5);
        valid.unset(1);
        let plain = |cells| Column { cells, valid: None, malformed: None };
        Batch {
            first_record: 100,
            records: 5,
            columns: vec![
                Column {
                    cells: Cells::Text(text_of(&["a", "", "ccc", "é", "e"])),
                    valid: Some(valid),
                    malformed: Some(Bitmap::zeros(5)),
                },
                plain(Cells::Integer(vec![1, 2, 3, 4, 5])),
                plain(Cells::Decimal { scale: 2, unscaled: vec![10, 20, 30, 40, 50] }),
                plain(Cells::Date(vec![7, 8, 9, 10, 11])),
                plain(Cells::Constant(b"x".to_vec())),
                plain(Cells::Dictionary {
                    keys: vec![0, 1, 0, 1, 0],
                    values: text_of(&["m", "n"]),
                }),
                plain(Cells::Absent),
            ],
            standing: vec![0, 1, 2, 3, 0],
        }
    }

    #[test]
    fn a_part_is_what_it_is_in_the_whole() {
        let part = slice(&batch(), 1..4);
        assert_eq!(misfit(&part, 7), None);
        assert_eq!((part.first_record, part.records), (101, 3));
        assert_eq!(part.standing, [1, 2, 3]);
        assert_eq!(part.columns[1].cells, Cells::Integer(vec![2, 3, 4]));
        assert_eq!(slice(&batch(), 0..5), batch());
    }

    #[test]
    fn misfits_are_named() {
        let check = |change: fn(&mut Batch), expected: &str| {
            let mut batch = batch();
            change(&mut batch);
            assert_eq!(misfit(&batch, 7).unwrap(), expected);
        };
        check(|b| b.columns.truncate(6), "it has 6 columns, expected 7");
        check(|b| b.standing.truncate(4), "it has 4 standings, expected 5");
        check(
            |b| b.columns[3].cells = Cells::Date(vec![]),
            "column 3 has 0 cells, expected 5 and as many bits",
        );
        check(
            |b| b.columns[1].valid = Some(Bitmap::zeros(4)),
            "column 1 has 5 cells, expected 5 and as many bits",
        );
    }
}
