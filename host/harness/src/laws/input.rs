//! Laws about the records passed: whatever they contain, they are judged, at a cost that grows linearly.

use super::trial::{Difference, SHOWN_LINES, Trial};
use crate::judging::Handing;
use crate::table::Table;

/// Factor by which the number of records, and the length of cells, is increased to measure the growth of cost. Eight: enough to tell
/// quadratic from linear.
const GROWTH: usize = 8;
/// The smaller number of records. 256: from there on, the fixed cost of a call is negligible next to that of its records.
const RECORDS: usize = 256;
/// The smaller length of a cell, in bytes. 512, for the same reason.
const CELL_BYTES: usize = 512;
/// Number of records when cells are long.
const LONG_RECORDS: usize = 8;
/// Tolerance: more than this many tenths of `GROWTH` times the fuel is too much. 16, because sorting and trees are slightly worse than
/// linear.
const TOLERANCE_TENTHS: u64 = 16;

pub(super) fn survives(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    match trial.judge(table, &Handing::whole()) {
        Ok(found) => {
            let poison = found.poison.first()?;
            let lines = found.poison.iter().take(SHOWN_LINES);
            let lines =
                lines.map(|poison| format!("record {}: {}", poison.record + 1, poison.reason));
            Some(Difference { how: poison.reason.clone(), lines: lines.collect() })
        }
        Err(difference) => Some(difference),
    }
}

pub(super) fn empty_file(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    survives(trial, &Table::of_columns(&table.columns))
}

pub(super) fn blank_columns(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let columns = table.columns.len();
    // Each column in turn, then all of them.
    (0..=columns).find_map(|blank| {
        let mut table = table.clone();
        table.records.truncate(LONG_RECORDS);
        for record in &mut table.records {
            let cells = record.iter_mut().enumerate();
            cells
                .filter(|(at, _)| *at == blank || blank == columns)
                .for_each(|(_, cell)| cell.clear());
        }
        let name = table.columns.get(blank).map_or("all columns", String::as_str);
        let difference = survives(trial, &table)?;
        Some(Difference { how: format!("`{name}` blank: {}", difference.how), ..difference })
    })
}

pub(super) fn absent_columns(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    table.columns.iter().find_map(|absent| {
        let mut rest = table.without(|name| name == absent);
        rest.records.truncate(LONG_RECORDS);
        let difference = survives(&trial.on(&rest.columns)?, &rest)?;
        Some(Difference { how: format!("without `{absent}`: {}", difference.how), ..difference })
    })
}

pub(super) fn linear_cost(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    if table.records.is_empty() {
        return None;
    }
    let fuel = |table: &Table| trial.judge(table, &Handing::whole()).map(|found| found.cost.fuel);
    let grown = |what: &str, less: &Table, more: &Table| {
        let (less, more) = match (fuel(less), fuel(more)) {
            (Ok(less), Ok(more)) => (less.max(1), more),
            (Err(difference), _) | (_, Err(difference)) => return Some(difference),
        };
        let most = less.saturating_mul(GROWTH as u64).saturating_mul(TOLERANCE_TENTHS) / 10;
        (more > most).then(|| Difference {
            how: format!(
                "{GROWTH} times {what} cost {}.{} times the fuel",
                more / less,
                more * 10 / less % 10
            ),
            lines: vec![format!("{less} units of fuel became {more}; expected at most {most}")],
        })
    };
    let tiled = |records: usize| Table {
        columns: table.columns.clone(),
        records: table.records.iter().cycle().take(records).cloned().collect(),
    };
    let long = |bytes: usize| {
        let mut table = tiled(LONG_RECORDS);
        for cell in table.records.iter_mut().flatten().filter(|cell| !cell.is_empty()) {
            *cell = cell.repeat(bytes.div_ceil(cell.len()));
        }
        table
    };
    grown("the records", &tiled(RECORDS), &tiled(RECORDS * GROWTH))
        .or_else(|| grown("the length of cells", &long(CELL_BYTES), &long(CELL_BYTES * GROWTH)))
}
