//! A profile's tables and record with all names resolved, for one set of partition values.

use crate::data::Data;
use crate::error::Fault;
use crate::given::Given;
use crate::prng::Prng;
use crate::raw::{RawProfile, RawTable};
use crate::scope::{Row, Scope};
use crate::table::Table;

/// The source of an output column's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A recipe of the record.
    Own(usize),
    /// A column of the member chosen by a draw.
    Drawn { draw: usize, column: usize },
}

/// Everything needed to make records.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) tables: Vec<Table>,
    pub(crate) record: Scope,
    /// Every column that a layout may have, by canonical name.
    pub(crate) outputs: Vec<(String, Origin)>,
}

/// Size and seed of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) rows: u64,
}

impl Plan {
    /// Resolves the profile. Without a size, generated tables have no members: enough to check the profile.
    ///
    /// `data` has an entry for each table, in order: its data file, if it has one.
    pub(crate) fn new(
        raw: &RawProfile,
        data: &[Option<Data>],
        given: &Given,
        size: Option<Size>,
    ) -> Result<Self, Fault> {
        let mut tables: Vec<Table> = Vec::new();
        for ((name, table), data) in raw.tables.iter().zip(data) {
            let inside = |fault: Fault| fault.under(name).under("tables");
            let table = if let Some(data) = data {
                let value = match (&table.between, &given.values) {
                    (Some(between), Some(_)) => {
                        Some(number(given, &between.value).map_err(inside)?)
                    }
                    _ => None,
                };
                Table::of_data(name, table, data, value).map_err(inside)?
            } else {
                let under = |fault: Fault| inside(fault.under("columns"));
                let scope = Scope::new(&table.columns, &mut tables, given).map_err(under)?;
                if scope.draws.iter().any(|drawn| drawn.pattern.is_some()) {
                    let fault = Fault::here("`columns` of a draw belongs into `[record]`");
                    return Err(under(fault));
                }
                made(name, table, scope, &tables, size).map_err(inside)?
            };
            tables.push(table);
        }
        let record =
            Scope::new(&raw.record, &mut tables, given).map_err(|fault| fault.under("record"))?;
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

    /// The source of an output column's cells.
    pub(crate) fn origin_of(&self, name: &str) -> Option<Origin> {
        self.outputs.iter().find(|(output, _)| output == name).map(|(_, origin)| *origin)
    }
}

/// A generated table, with a number of members that suits the size of the file; without a size, it has no members.
fn made(
    name: &str,
    raw: &RawTable,
    mut scope: Scope,
    tables: &[Table],
    size: Option<Size>,
) -> Result<Table, Fault> {
    let mut table = Table::empty(name, raw, scope.columns.clone())?;
    let Some(size) = size else { return Ok(table) };
    let [least, most] = raw.members.unwrap_or([1, 1]);
    let wanted = size.rows.checked_div(raw.one_per.unwrap_or(1)).unwrap_or(size.rows);
    let mut prng = Prng::new(size.seed, name);
    let mut row = Row::default();
    for index in 0..wanted.clamp(least, most) {
        scope
            .next(tables, index, &mut prng, &mut row)
            .map_err(|none| Fault::here(none.to_string()))?;
        table.push((0..row.len()).map(|column| row.cell(column)));
    }
    table.weigh()?;
    Ok(table)
}

fn number(given: &Given, name: &str) -> Result<i64, Fault> {
    let value = given.named(name).unwrap_or_default();
    value.parse().map_err(|_| {
        let message = format!("`{name}` is `{value}`, expected a whole number to compare with");
        Fault::here(message).under("value").under("between")
    })
}
