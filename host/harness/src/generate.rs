//! Generates tables of cells that matter: those of pages and cases, those that are difficult for the columns' types, and small changes of
//! both.

use std::collections::BTreeMap;

use assay_model::{DeclaredStage, Form, format_date};
use fastrand::Rng;

use crate::table::Table;

/// Cells that are difficult for programs that treat text as simpler than it is.
const HOSTILE: [&str; 22] = [
    " ",
    "\t",
    "\u{feff}",
    "\u{0}",
    "\u{7f}",
    "\u{a0}",
    "a\u{301}",
    "é",
    "ß",
    "ı",
    "\u{1f600}",
    "\u{202e}abc",
    "\u{ffff}",
    "\u{10ffff}",
    "\"",
    "'",
    "a,b",
    "a\nb",
    "a\r\n",
    "{0}",
    "NULL",
    "-",
];

/// Numbers at the limits of their types.
const NUMBERS: [&str; 22] = [
    "0",
    "-0",
    "00",
    "1",
    "-1",
    "9",
    "10",
    "99",
    "100",
    "0.00",
    "0.01",
    "-0.01",
    "1.5",
    "1.005",
    ".5",
    "5.",
    "1E+11",
    "+1",
    "1,000",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
];

/// Difficult dates, in days since 1970-01-01: year 1, the epoch and the day before, leap days, the last day of year 9999.
const DAYS: [i32; 8] = [-719_162, -1, 0, 11_016, 16_860, 19_722, 20_088, 2_932_896];

/// Cells for columns about which nothing is known: few, so that they repeat as in real files.
const WORDS: [&str; 8] = ["a", "b", "ab", "abc", "Smith", "X Y", "12", "100"];

/// One cell in this many equals that of the previous record: equal neighbours are where errors with state occur.
const REPEAT_ONE_IN: usize = 4;

/// One cell in this many is blank: often enough that each rule meets records it must skip.
const BLANK_ONE_IN: usize = 8;

/// Cells to choose from, by column.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    cells: BTreeMap<String, Vec<String>>,
}

impl Pool {
    /// Collects the cells of tables.
    pub fn of<'t>(tables: impl Iterator<Item = &'t Table>) -> Self {
        let mut pool = Self::default();
        for table in tables {
            for record in &table.records {
                for (name, cell) in table.columns.iter().zip(record) {
                    pool.add(name, cell.clone());
                }
            }
        }
        pool
    }

    /// Adds difficult cells for the forms that stages request.
    pub fn widen(&mut self, stages: &[DeclaredStage]) {
        for request in stages.iter().flat_map(|stage| &stage.columns) {
            match &request.form {
                Form::Text => {}
                Form::Integer | Form::Decimal { .. } => {
                    for cell in NUMBERS {
                        self.add(&request.name, cell.to_owned());
                    }
                }
                Form::Date { format } => {
                    for day in DAYS {
                        self.add(&request.name, written(day, format.pattern()));
                    }
                    self.add(&request.name, written(0, format.pattern()).replace("01", "13"));
                }
            }
        }
    }

    fn add(&mut self, column: &str, cell: String) {
        let cells = self.cells.entry(column.to_owned()).or_default();
        if !cell.is_empty() && !cells.contains(&cell) {
            cells.push(cell);
        }
    }

    /// Returns a table of random records.
    pub fn table(&self, columns: &[String], records: usize, rng: &mut Rng) -> Table {
        let mut table = Table::of_columns(columns);
        for _ in 0..records {
            let before = table.records.last();
            let cell = |(at, name): (usize, &String)| match before {
                Some(before) if rng.usize(..REPEAT_ONE_IN) == 0 => before[at].clone(),
                _ => self.cell(name, rng),
            };
            let record = columns.iter().enumerate().map(cell).collect();
            table.records.push(record);
        }
        table
    }

    fn cell(&self, column: &str, rng: &mut Rng) -> String {
        let known = self.cells.get(column).map_or(&[][..], Vec::as_slice);
        if rng.usize(..BLANK_ONE_IN) == 0 {
            return String::new();
        }
        // Mostly chooses cells known to matter: a random cell is nearly always just invalid.
        match rng.usize(..10) {
            0 => HOSTILE[rng.usize(..HOSTILE.len())].to_owned(),
            1 => NUMBERS[rng.usize(..NUMBERS.len())].to_owned(),
            2 | 3 if !known.is_empty() => bent(&known[rng.usize(..known.len())], rng),
            _ if !known.is_empty() => known[rng.usize(..known.len())].clone(),
            _ => WORDS[rng.usize(..WORDS.len())].to_owned(),
        }
    }
}

/// Returns the cell with one small change.
fn bent(cell: &str, rng: &mut Rng) -> String {
    let all = bends(cell);
    all[rng.usize(..all.len())].clone()
}

/// Returns small changes of a cell that rules may care about. Never empty.
pub(crate) fn bends(cell: &str) -> Vec<String> {
    let mut all = vec![
        String::new(),
        format!(" {cell}"),
        format!("{cell} "),
        format!("{cell}x"),
        format!("{cell}0"),
        format!("-{cell}"),
        cell.to_lowercase(),
        cell.to_uppercase(),
        cell.repeat(40),
        "0".to_owned(),
        "x".to_owned(),
        "1E+11".to_owned(),
        "01/01/1900".to_owned(),
        "2999-12-31".to_owned(),
    ];
    let mut fewer = cell.to_owned();
    fewer.pop();
    all.push(fewer);
    // Increments and decrements each digit: check digits, bounds, days.
    for (at, digit) in cell.char_indices().filter(|(_, c)| c.is_ascii_digit()).take(12) {
        let value = digit.to_digit(10).unwrap_or_default();
        for other in [(value + 1) % 10, (value + 9) % 10] {
            let other = char::from_digit(other, 10).unwrap_or('0');
            all.push(format!("{}{other}{}", &cell[..at], &cell[at + 1..]));
        }
    }
    all.retain(|bent| bent != cell);
    all.dedup();
    all
}

/// Formats a day.
fn written(day: i32, pattern: &str) -> String {
    let iso = format_date(day);
    let mut parts = iso.rsplitn(3, '-');
    let (d, m, y) = (parts.next(), parts.next(), parts.next());
    let part = |part: Option<&str>| part.unwrap_or_default().to_owned();
    pattern.replace("%Y", &part(y)).replace("%m", &part(m)).replace("%d", &part(d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_table() {
        let known = Table { columns: vec!["a".to_owned()], records: vec![vec!["12".to_owned()]] };
        let pool = Pool::of([&known].into_iter());
        let make = |seed| pool.table(&known.columns, 50, &mut Rng::with_seed(seed));
        assert_eq!(make(7), make(7));
        assert_ne!(make(7), make(8));
    }

    #[test]
    fn days_are_written_as_asked() {
        assert_eq!(written(16_860, "%m/%d/%Y"), "02/29/2016");
        assert_eq!(written(-719_162, "%Y%m%d"), "00010101");
    }
}
