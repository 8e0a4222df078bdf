//! Laws about how records are passed: the verdict does not depend on it.

use fastrand::Rng;

use super::trial::{Difference, SHOWN_LINES, Trial};
use crate::found::Found;
use crate::judging::{Handing, Merging, TextForm};
use crate::table::Table;

/// Batch sizes to try: single records, around 8 and 64, where words of bits end, and odd ones.
const BATCHES: [usize; 11] = [1, 2, 3, 7, 8, 9, 63, 64, 65, 256, 1_000];
/// Maximum number of batches per table: what goes wrong at a border of small batches does so in a small table too.
const MOST_BATCHES: usize = 100;
/// Maximum number of records up to which every border is tried; above it, a few are.
const EVERY_BORDER: usize = 12;
/// Number of batches that two sessions take in turn: two each.
const SESSION_BATCHES: usize = 4;
/// A record number that no table of the harness reaches.
const FAR: u64 = 1_000_000_007;

/// Judges a table in the usual way and in another.
fn compare(trial: &Trial<'_>, table: &Table, way: &str, handing: &Handing) -> Option<Difference> {
    let whole = match trial.judge(table, &Handing::whole()) {
        Ok(found) => found,
        Err(difference) => return Some(difference),
    };
    other(trial, table, &whole, way, handing)
}

fn other(
    trial: &Trial<'_>,
    table: &Table,
    whole: &Found,
    way: &str,
    handing: &Handing,
) -> Option<Difference> {
    match trial.judge(table, handing) {
        Ok(found) => Difference::between(("in one batch", whole), (way, &found)),
        Err(difference) => Some(difference),
    }
}

pub(super) fn batch_size(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let whole = match trial.judge(table, &Handing::whole()) {
        Ok(found) => found,
        Err(difference) => return Some(difference),
    };
    let records = table.records.len();
    let sizes =
        BATCHES.into_iter().filter(|&size| size < records && records / size <= MOST_BATCHES);
    sizes.into_iter().find_map(|size| {
        other(trial, table, &whole, &format!("in batches of {size}"), &Handing::batches_of(size))
    })
}

pub(super) fn batch_border(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let records = table.records.len();
    let borders: Vec<usize> = if records <= EVERY_BORDER {
        (1..records).collect()
    } else {
        vec![1, records / 3, records / 2, records - 1]
    };
    if borders.is_empty() {
        return None;
    }
    let whole = match trial.judge(table, &Handing::whole()) {
        Ok(found) => found,
        Err(difference) => return Some(difference),
    };
    borders.into_iter().find_map(|border| {
        let handing = Handing { batches: vec![border, usize::MAX], ..Handing::whole() };
        other(trial, table, &whole, &format!("cut after record {border}"), &handing)
    })
}

/// Passes batches to two sessions in turn, as two threads of a run would, and merges their measures in order and in reverse.
pub(super) fn sessions(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let records = table.records.len();
    if records < 2 {
        return None;
    }
    let one = Handing::batches_of(records.div_ceil(SESSION_BATCHES));
    let by_one = match trial.judge(table, &one) {
        Ok(found) => found,
        Err(difference) => return Some(difference),
    };
    let ways = [
        ("by two sessions", Merging::Forwards),
        ("by two sessions, merged from the last on", Merging::Backwards),
    ];
    ways.into_iter().find_map(|(way, merging)| {
        match trial.judge(table, &Handing { sessions: 2, merging, ..one.clone() }) {
            Ok(found) => Difference::between(("by one session", &by_one), (way, &found)),
            Err(difference) => Some(difference),
        }
    })
}

pub(super) fn record_order(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let records = table.records.len();
    if records < 2 {
        return None;
    }
    let whole = match trial.judge(table, &Handing::whole()) {
        Ok(found) => found,
        Err(difference) => return Some(difference),
    };
    let reversed: Vec<usize> = (0..records).rev().collect();
    let mut shuffled = reversed.clone();
    // Seeded by the table's size, so that a failure can be reproduced.
    Rng::with_seed(records as u64).shuffle(&mut shuffled);
    [("reversed", reversed), ("shuffled", shuffled)].into_iter().find_map(|(way, order)| {
        let moved = Table {
            columns: table.columns.clone(),
            records: order.iter().map(|&at| table.records[at].clone()).collect(),
        };
        match trial.judge(&moved, &Handing::whole()) {
            Ok(found) => {
                Difference::between(("in order", &whole), (way, &found.renumbered(&order)))
            }
            Err(difference) => Some(difference),
        }
    })
}

pub(super) fn position(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let handing = Handing { first_record: FAR, ..Handing::whole() };
    compare(trial, table, &format!("from record {FAR} on"), &handing)
}

pub(super) fn text_form(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let handing = Handing { form: TextForm::Dictionary, ..Handing::whole() };
    compare(trial, table, "as dictionaries", &handing)
}

pub(super) fn repetition(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    compare(trial, table, "asked again", &Handing { twice: true, ..Handing::whole() })
}

pub(super) fn determinism(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let (one, other) =
        match (trial.judge(table, &Handing::whole()), trial.judge(table, &Handing::whole())) {
            (Ok(one), Ok(other)) => (one, other),
            (Err(difference), _) | (_, Err(difference)) => return Some(difference),
        };
    let ways = ("in one instance", "in another");
    Difference::between((ways.0, &one), (ways.1, &other)).or_else(|| {
        (one.cost.fuel != other.cost.fuel).then(|| Difference {
            how: format!(
                "{} units of fuel in one instance, {} in another",
                one.cost.fuel, other.cost.fuel
            ),
            lines: Vec::new(),
        })
    })
}

pub(super) fn idempotence(trial: &Trial<'_>, table: &Table) -> Option<Difference> {
    let once = trial.judge(table, &Handing::whole()).ok()?;
    let again = trial.judge(&once.after, &Handing::whole()).ok()?;
    if again.repairs.is_empty() {
        return None;
    }
    let lines = again.repairs.iter().map(|second| {
        let first: Vec<String> = once
            .repairs
            .iter()
            .filter(|first| (first.record, &first.column) == (second.record, &second.column))
            .map(|first| {
                format!(
                    "`{}` → `{}` by `{}`, ",
                    first.before.escape_debug(),
                    first.after.escape_debug(),
                    first.rule
                )
            })
            .collect();
        format!(
            "record {} · {} · first {}then `{}` → `{}` by `{}`",
            second.record + 1,
            second.column,
            first.concat(),
            second.before.escape_debug(),
            second.after.escape_debug(),
            second.rule
        )
    });
    Some(Difference {
        how: "a second run rewrites what the first one wrote".to_owned(),
        lines: lines.take(SHOWN_LINES).collect(),
    })
}
