//! Laws that hold for every plugin, tried on tables for which nobody wrote a test.

mod handing;
mod input;
mod trial;

use std::time::{Duration, Instant};

use assay_sandbox::PlanError;
use fastrand::Rng;

pub use trial::Difference;

use self::trial::Trial;
use crate::generate::Pool;
use crate::setup::Setup;
use crate::shrink;
use crate::subject::Subject;
use crate::table::Table;

/// Numbers of records in generated tables. Few, so that a failing table is small from the start; and just above 8 and 64, where words of
/// bits end.
const SIZES: [usize; 2] = [9, 65];
/// Numbers of records in additional tables for the first setup: more than a rule's own buffer is likely to hold, and as many as a batch has
/// in production. Other setups run the same code.
const LARGE: [usize; 2] = [300, 1_030];

/// A law.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// Name of the law.
    pub name: &'static str,
    /// What must hold.
    pub about: &'static str,
    on: On,
    check: fn(&Trial<'_>, &Table) -> Option<Difference>,
}

/// The tables on which a law is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// All tables.
    Every,
    /// One table per set of columns: only the columns matter, or the law changes the table's size.
    One,
}

/// The laws, in the order in which they are tried.
pub const LAWS: [Law; 14] = [
    Law {
        name: "survives",
        about: "no cell makes the plugin trap, run out of fuel or break the contract",
        on: On::Every,
        check: input::survives,
    },
    Law {
        name: "empty-file",
        about: "a file without records is judged",
        on: On::One,
        check: input::empty_file,
    },
    Law {
        name: "blank-columns",
        about: "columns without a filled cell are judged",
        on: On::One,
        check: input::blank_columns,
    },
    Law {
        name: "absent-columns",
        about: "a layout that lacks a column is judged, or refused by `check-config`",
        on: On::One,
        check: input::absent_columns,
    },
    Law {
        name: "batch-size",
        about: "a verdict does not depend on how many records come at once",
        on: On::Every,
        check: handing::batch_size,
    },
    Law {
        name: "batch-border",
        about: "a verdict does not depend on where a batch ends",
        on: On::Every,
        check: handing::batch_border,
    },
    Law {
        name: "sessions",
        about: "a verdict does not depend on which session judges a batch, nor on the order in which measures are merged",
        on: On::Every,
        check: handing::sessions,
    },
    Law {
        name: "record-order",
        about: "a verdict does not depend on the records before and after",
        on: On::Every,
        check: handing::record_order,
    },
    Law {
        name: "position",
        about: "a verdict does not depend on the record's number",
        on: On::Every,
        check: handing::position,
    },
    Law {
        name: "text-form",
        about: "a verdict does not depend on whether text comes cell by cell, as a dictionary or as a constant",
        on: On::Every,
        check: handing::text_form,
    },
    Law {
        name: "repetition",
        about: "a session gives the same verdict when it is asked again",
        on: On::Every,
        check: handing::repetition,
    },
    Law {
        name: "determinism",
        about: "two instances give the same verdict for the same fuel",
        on: On::Every,
        check: handing::determinism,
    },
    Law {
        name: "idempotence",
        about: "what was normalised once is left alone the second time",
        on: On::Every,
        check: handing::idempotence,
    },
    Law {
        name: "linear-cost",
        about: "eight times the records, or the length of cells, cost about eight times the fuel",
        on: On::One,
        check: input::linear_cost,
    },
];

/// A violation of a law.
#[derive(Debug, Clone)]
pub struct Broken {
    /// How the judgements of the table differ, or what went wrong.
    pub difference: Difference,
    /// A table that shows it, made as small as possible.
    pub table: Table,
    /// The setup in which it occurs.
    pub setup: Setup,
}

/// The result of trying a law.
#[derive(Debug)]
pub struct Tried {
    /// The law.
    pub law: Law,
    /// The first violation, if any.
    pub broken: Option<Broken>,
    /// Time taken.
    pub took: Duration,
}

/// Tries all laws: on the known tables, each with its setup, and on generated tables for each of these setups, or for `base` if there are
/// none. Fails if the plugin rejects a setup or cannot be asked.
pub fn try_laws(
    subject: &Subject,
    known: &[(&Setup, &Table)],
    base: &Setup,
    seed: u64,
) -> Result<Vec<Tried>, PlanError> {
    let pool = Pool::of(known.iter().map(|(_, table)| *table));
    let groups = groups(subject, known, base)?;
    let mut tried: Vec<Tried> =
        LAWS.iter().map(|&law| Tried { law, broken: None, took: Duration::ZERO }).collect();
    let mut layouts: Vec<Vec<String>> = Vec::new();
    for (number, (setup, columns, own)) in groups.iter().enumerate() {
        let mut layout = columns.clone();
        layout.sort();
        let new_layout = !layouts.contains(&layout);
        layouts.push(layout);
        let planned = subject.plan(setup, columns)?;
        let trial = Trial { subject, setup, planned };
        let mut pool = pool.clone();
        pool.widen(&trial.planned.stages);
        let mut rng = Rng::with_seed(seed.wrapping_add(number as u64));
        let large = LARGE.into_iter().filter(|_| number == 0);
        let mut tables: Vec<Table> = SIZES
            .into_iter()
            .chain(large)
            .map(|size| pool.table(columns, size, &mut rng))
            .collect();
        if !own.is_empty() {
            tables.push(Table::joined(own));
        }
        for tried in tried.iter_mut().filter(|tried| tried.broken.is_none()) {
            let begun = Instant::now();
            tried.broken = match tried.law.on {
                On::Every => tables.iter().find_map(|table| break_on(&trial, &tried.law, table)),
                // The table of 65 records: it contains some of everything and is cheap.
                On::One if new_layout => break_on(&trial, &tried.law, &tables[1]),
                On::One => None,
            };
            tried.took += begun.elapsed();
        }
    }
    Ok(tried)
}

fn break_on(trial: &Trial<'_>, law: &Law, table: &Table) -> Option<Broken> {
    let breaks = |table: &Table| {
        if table.columns == trial.planned.context.columns {
            (law.check)(trial, table)
        } else {
            trial.on(&table.columns).and_then(|trial| (law.check)(&trial, table))
        }
    };
    breaks(table)?;
    let small = shrink::shrink(table, |table| breaks(table).is_some());
    let difference = breaks(&small)?;
    Some(Broken { difference, table: small, setup: trial.setup.clone() })
}

type Grouped<'t> = (Setup, Vec<String>, Vec<&'t Table>);

/// Groups tables by setup, each with all columns of its tables and of the plan.
fn groups<'t>(
    subject: &Subject,
    known: &[(&Setup, &'t Table)],
    base: &Setup,
) -> Result<Vec<Grouped<'t>>, PlanError> {
    let mut groups: Vec<Grouped<'t>> = Vec::new();
    for &(setup, table) in known {
        match groups.iter_mut().find(|(held, ..)| held == setup) {
            Some((_, _, own)) => own.push(table),
            None => groups.push((setup.clone(), Vec::new(), vec![table])),
        }
    }
    if groups.is_empty() {
        groups.push((base.clone(), Vec::new(), Vec::new()));
    }
    for (setup, columns, own) in &mut groups {
        let of_tables: Vec<String> = own.iter().flat_map(|table| &table.columns).cloned().collect();
        add_new(columns, of_tables);
        let planned = subject.plan(setup, columns)?;
        let requests = planned.stages.iter().flat_map(|stage| &stage.columns);
        add_new(columns, requests.map(|request| request.name.clone()));
    }
    Ok(groups)
}

fn add_new(columns: &mut Vec<String>, names: impl IntoIterator<Item = String>) {
    for name in names {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
}
