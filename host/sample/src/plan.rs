//! A profile's tables and record with every name resolved, for one set of partition values.

use crate::error::Fault;
use crate::profile::Profile;
use crate::scope::{Given, Scope};
use crate::table::Table;

/// Where an output column's cells come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A recipe of the record.
    Own(usize),
    /// A column of the member that a draw chose.
    Drawn { draw: usize, column: usize },
}

/// What records are made with.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) tables: Vec<Table>,
    pub(crate) record: Scope,
    /// Every column a layout may have, by its canonical name.
    pub(crate) outputs: Vec<(String, Origin)>,
}

/// How large a file is to be, and from which seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) rows: u64,
}

impl Plan {
    /// Resolves the profile. Without a size tables have no members: enough to check it.
    pub(crate) fn new(profile: &Profile, given: &Given, size: Option<Size>) -> Result<Self, Fault> {
        let mut tables: Vec<Table> = Vec::new();
        for (at, (name, raw)) in profile.raw.tables.iter().enumerate() {
            let inside = |fault: Fault| fault.under(name).under("tables");
            let table = if let Some(data) = profile.data(at) {
                let value = match (&raw.between, &given.values) {
                    (Some(between), Some(_)) => {
                        Some(number(given, &between.value).map_err(inside)?)
                    }
                    _ => None,
                };
                Table::of_data(name, raw, data, value).map_err(inside)?
            } else {
                let under = |fault: Fault| inside(fault.under("columns"));
                let scope = Scope::new(&raw.columns, &mut tables, given).map_err(under)?;
                if scope.draws.iter().any(|drawn| drawn.pattern.is_some()) {
                    let fault = Fault::here("`columns` of a draw belongs into `[record]`");
                    return Err(under(fault));
                }
                Table::made(name, raw, scope, &tables, size).map_err(inside)?
            };
            tables.push(table);
        }
        let record = Scope::new(&profile.raw.record, &mut tables, given)
            .map_err(|fault| fault.under("record"))?;
        let own =
            record.columns.iter().enumerate().map(|(at, name)| (name.clone(), Origin::Own(at)));
        let mut outputs: Vec<(String, Origin)> = own.collect();
        for (draw, drawn) in record.draws.iter().enumerate() {
            let Some(pattern) = &drawn.pattern else { continue };
            for (column, name) in tables[drawn.table].columns.iter().enumerate() {
                outputs.push((pattern.replace('*', name), Origin::Drawn { draw, column }));
            }
        }
        Ok(Self { tables, record, outputs })
    }
}

fn number(given: &Given, name: &str) -> Result<i64, Fault> {
    let value = given.named(name).unwrap_or_default();
    value.parse().map_err(|_| {
        let message = format!("`{name}` is `{value}`, expected a whole number to compare with");
        Fault::here(message).under("value").under("between")
    })
}
