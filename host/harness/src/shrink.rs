//! Shrinks a table that shows something: fewer records, fewer columns, simpler cells, as long as it still shows it.

use crate::table::Table;

/// Maximum number of tries. 3,000: a second or so, and tables are small long before.
const MOST_TRIES: usize = 3_000;

/// Maximum number of characters of a cell that are removed one at a time. 24: what remains of a longer cell is long for a reason.
const MOST_CHARACTERS: usize = 24;

/// Returns the smallest table found for which `shows` holds. It must hold for `table`.
pub(crate) fn shrink(table: &Table, shows: impl Fn(&Table) -> bool) -> Table {
    let mut shrinking = Shrinking { best: table.clone(), tries: 0, shows };
    shrinking.records();
    shrinking.columns();
    shrinking.records();
    shrinking.cells();
    shrinking.best
}

struct Shrinking<F> {
    best: Table,
    tries: usize,
    shows: F,
}

impl<F: Fn(&Table) -> bool> Shrinking<F> {
    /// Keeps a table if it still shows it.
    fn attempt(&mut self, table: Table) -> bool {
        if self.tries >= MOST_TRIES {
            return false;
        }
        self.tries += 1;
        let smaller = (self.shows)(&table);
        if smaller {
            self.best = table;
        }
        smaller
    }

    /// Removes runs of records, long ones first.
    fn records(&mut self) {
        let mut run = self.best.records.len() / 2;
        while run > 0 {
            let mut at = 0;
            while at < self.best.records.len() {
                let mut table = self.best.clone();
                let end = table.records.len().min(at + run);
                table.records.drain(at..end);
                if table.records.is_empty() || !self.attempt(table) {
                    at += run;
                }
            }
            run /= 2;
        }
    }

    /// Removes columns, starting with runs of them, because only a few matter.
    fn columns(&mut self) {
        let mut run = self.best.columns.len() / 2;
        while run > 0 {
            let mut at = 0;
            while at < self.best.columns.len() {
                let drop: Vec<String> =
                    self.best.columns.iter().skip(at).take(run).cloned().collect();
                let table = self.best.without(|name| drop.iter().any(|dropped| dropped == name));
                if table.columns.is_empty() || !self.attempt(table) {
                    at += run;
                }
            }
            run /= 2;
        }
    }

    /// Makes cells blank or short.
    fn cells(&mut self) {
        for record in 0..self.best.records.len() {
            for column in 0..self.best.columns.len() {
                let cell = self.best.records[record][column].clone();
                let half = cell.chars().take(cell.chars().count() / 2).collect();
                let plain = cell.chars().map(|c| if c.is_alphabetic() { 'a' } else { c }).collect();
                let simple = [String::new(), "0".to_owned(), "a".to_owned(), half, plain];
                for simpler in simple {
                    if simpler.len() > cell.len() || simpler == cell {
                        continue;
                    }
                    if self.replace(record, column, simpler) {
                        break;
                    }
                }
                self.characters(record, column);
            }
        }
    }

    /// Removes characters of a cell, one at a time.
    fn characters(&mut self, record: usize, column: usize) {
        let mut at = 0;
        loop {
            let cell = &self.best.records[record][column];
            let mut characters = cell.chars();
            if at >= MOST_CHARACTERS || characters.nth(at).is_none() {
                return;
            }
            let rest = cell.chars().take(at).chain(characters).collect();
            if !self.replace(record, column, rest) {
                at += 1;
            }
        }
    }

    fn replace(&mut self, record: usize, column: usize, cell: String) -> bool {
        let mut table = self.best.clone();
        table.records[record][column] = cell;
        self.attempt(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let row = |number: usize| vec![number.to_string(), "text".to_owned(), format!("x{number}")];
        let columns = ["id", "words", "code"];
        let mut table = Table::of_columns(&columns);
        table.records.extend((0..200).map(row));
        let small = shrink(&table, |table| {
            let Some(at) = table.position("code") else { return false };
            table.records.iter().any(|record| record[at].contains("13"))
        });
        assert_eq!(small.to_csv(), "code\n13\n");
    }
}
