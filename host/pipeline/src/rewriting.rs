//! Applies the rewrites of normalise rules, cell by cell, and records every repair.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use assay_model::{Bitmap, Cells, Change, Column, Level, Rewrite, Text};

/// A cell that a rule rewrote, or would have rewritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// The rule's code in the plugin's plan.
    pub rule: u16,
    /// Index of the stage's column.
    pub column: u16,
    /// Index of the record in the batch.
    pub record: u32,
    /// The cell before this rule.
    pub before: Vec<u8>,
    /// The cell after it.
    pub after: Vec<u8>,
}

/// Applies `rewrites` to `columns` in order and returns every change of a cell, including those of rules that only count: such changes are
/// not applied, nor is any later change of the same cell, which builds on them.
pub fn apply(
    columns: &mut [Column],
    records: usize,
    rewrites: Vec<Rewrite>,
    level: impl Fn(u16) -> Level,
) -> Vec<CellChange> {
    let mut changes = Vec::new();
    let mut pending: BTreeMap<u16, Pending> = BTreeMap::new();
    for rewrite in rewrites {
        let column = &columns[usize::from(rewrite.column)];
        let target = pending.entry(rewrite.column).or_default();
        let applies = match level(rewrite.rule) {
            Level::Off | Level::Monitor => Applies::No,
            Level::Error | Level::Refuse => Applies::HeldBack,
            Level::Warn => Applies::Yes,
        };
        let mut step = |record: u32, after: &[u8]| {
            if target.blocked.contains(&record) {
                return;
            }
            let original = cell(&column.cells, record as usize);
            let before = target.cells.get(&record).map_or(original, Vec::as_slice);
            if before == after {
                return;
            }
            changes.push(CellChange {
                rule: rewrite.rule,
                column: rewrite.column,
                record,
                before: before.to_vec(),
                after: after.to_vec(),
            });
            match applies {
                Applies::Yes => drop(target.cells.insert(record, after.to_vec())),
                Applies::No | Applies::HeldBack => drop(target.blocked.insert(record)),
            }
        };
        match &rewrite.change {
            Change::Whole(text) => {
                for (record, after) in (0..).zip(text.iter()) {
                    step(record, after);
                }
            }
            Change::Patch { records, values } => {
                for (record, after) in records.iter().zip(values.iter()) {
                    step(*record, after);
                }
            }
        }
    }
    for (index, target) in pending {
        if !target.cells.is_empty() {
            rebuilt(&mut columns[usize::from(index)], records, &target.cells);
        }
    }
    changes
}

#[derive(Clone, Copy)]
enum Applies {
    Yes,
    No,
    HeldBack,
}

#[derive(Default)]
struct Pending {
    cells: BTreeMap<u32, Vec<u8>>,
    blocked: BTreeSet<u32>,
}

/// Cell `record` of a text column in any of its forms; empty if there is none.
pub(crate) fn cell(cells: &Cells, record: usize) -> &[u8] {
    match cells {
        Cells::Text(text) => text.get(record),
        Cells::Constant(cell) => cell,
        Cells::Dictionary { keys, values } => values.get(usize::from(keys[record])),
        Cells::Absent | Cells::Integer(_) | Cells::Decimal { .. } | Cells::Date(_) => &[],
    }
}

fn rebuilt(column: &mut Column, records: usize, changed: &BTreeMap<u32, Vec<u8>>) {
    let valid = column.valid.get_or_insert_with(|| Bitmap::ones(records));
    for (&record, after) in changed {
        let set = if after.is_empty() { Bitmap::unset } else { Bitmap::set };
        set(valid, record as usize);
    }
    if let Cells::Dictionary { keys, values } = &mut column.cells
        && add_to_dictionary(keys, values, changed)
    {
        // A value that no record uses any more is no longer judged.
        column.cells.drop_unused();
        return;
    }
    let size = match &column.cells {
        Cells::Text(text) => text.bytes().len(),
        _ => records,
    };
    let mut text = Text::with_capacity(records, size + changed.len() * 8);
    let mut next = changed.iter().peekable();
    for record in 0..records {
        text.push(match next.next_if(|(at, _)| **at as usize == record) {
            Some((_, after)) => after,
            None => cell(&column.cells, record),
        });
    }
    column.cells = Cells::Text(text);
}

/// Changes keys without affecting other records; returns false if there are too many new cells for that.
fn add_to_dictionary(
    keys: &mut [u16],
    values: &mut Text,
    changed: &BTreeMap<u32, Vec<u8>>,
) -> bool {
    let mut numbers: HashMap<Vec<u8>, u16> =
        (0..).zip(values.iter()).map(|(number, cell)| (cell.to_vec(), number)).collect();
    let mut new = Vec::new();
    for after in changed.values() {
        let Ok(next) = u16::try_from(values.len() + new.len()) else { return false };
        if let Entry::Vacant(place) = numbers.entry(after.clone()) {
            place.insert(next);
            new.push(after);
        }
    }
    for cell in new {
        values.push(cell);
    }
    for (&record, after) in changed {
        keys[record as usize] = numbers[after];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[&str]) -> Column {
        let mut text = Text::default();
        for cell in cells {
            text.push(cell.as_bytes());
        }
        Column { cells: Cells::Text(text), valid: None, malformed: None }
    }

    fn patch(rule: u16, records: &[u32], cells: &[&str]) -> Rewrite {
        let mut values = Text::default();
        for cell in cells {
            values.push(cell.as_bytes());
        }
        Rewrite { rule, column: 0, change: Change::Patch { records: records.to_vec(), values } }
    }

    fn check(level: Level, rewrites: Vec<Rewrite>, cells: &[&str], changes: usize) {
        let mut columns = [column(&["a", "b", "c"])];
        let made =
            apply(&mut columns, 3, rewrites, |rule| if rule == 1 { level } else { Level::Warn });
        let got: Vec<_> = (0..3)
            .map(|record| String::from_utf8_lossy(cell(&columns[0].cells, record)).into_owned())
            .collect();
        assert_eq!(got, cells);
        assert_eq!(made.len(), changes, "{made:?}");
    }

    #[test]
    fn rules_see_what_earlier_ones_made() {
        let both = || vec![patch(1, &[0, 2], &["x", "y"]), patch(2, &[0], &["z"])];
        check(Level::Warn, both(), &["z", "b", "y"], 3);
        // The second rule builds on a change that is only counted, so that cell stays as it was.
        check(Level::Monitor, both(), &["a", "b", "c"], 2);
        check(Level::Error, both(), &["a", "b", "c"], 2);
    }

    #[test]
    fn a_rewrite_to_the_same_text_is_none() {
        check(Level::Warn, vec![patch(1, &[1], &["b"])], &["a", "b", "c"], 0);
    }

    #[test]
    fn a_text_that_was_replaced_everywhere_is_judged_no_more() {
        let dictionary = |keys: &[u16], cells: &[&str]| {
            let Cells::Text(values) = column(cells).cells else { panic!("texts make a text") };
            Cells::Dictionary { keys: keys.to_vec(), values }
        };
        let check = |records: &[u32], cells: &[&str], expected: Cells| {
            let keyed = dictionary(&[0, 1, 0, 2], &["de", "Germany", "FR"]);
            let mut columns = [Column { cells: keyed, valid: None, malformed: None }];
            apply(&mut columns, 4, vec![patch(1, records, cells)], |_| Level::Warn);
            assert_eq!(columns[0].cells, expected);
        };
        check(&[0, 2], &["DE", "DE"], dictionary(&[0, 1, 0, 2], &["DE", "Germany", "FR"]));
        check(&[1], &["de"], dictionary(&[0, 0, 0, 1], &["de", "FR"]));
        check(&[0], &["DE"], dictionary(&[3, 1, 0, 2], &["de", "Germany", "FR", "DE"]));
    }

    #[test]
    fn a_cell_may_become_blank_or_cease_to_be() {
        let mut values = Text::default();
        values.push(b"a");
        values.push(b"");
        let mut valid = Bitmap::ones(4);
        valid.unset(2);
        let keys = vec![0, 0, 1, 0];
        let keyed = Column {
            cells: Cells::Dictionary { keys, values },
            valid: Some(valid),
            malformed: None,
        };
        for before in [keyed, column(&["a", "a", "", "a"])] {
            let mut columns = [before];
            let rewrites = vec![patch(1, &[0, 2, 3], &["", "b", "c"])];
            apply(&mut columns, 4, rewrites, |_| Level::Warn);
            let cells: Vec<_> = (0..4).map(|record| cell(&columns[0].cells, record)).collect();
            assert_eq!(cells, [&b""[..], b"a", b"b", b"c"]);
            assert_eq!(
                columns[0].valid.as_ref().unwrap().ones_iter().collect::<Vec<_>>(),
                [1, 2, 3]
            );
        }
    }
}
