//! Tables: members that rows draw from, so that the same person occurs again with the same cells.

use std::collections::BTreeMap;

use crate::data::Data;
use crate::error::Fault;
use crate::prng::Prng;
use crate::raw::RawTable;
use crate::weights::Weights;

/// Members with their cells and weights.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    /// All cells, member by member; cell `i` ends at `ends[i]`.
    text: String,
    ends: Vec<usize>,
    members: usize,
    every: Group,
    by_column: BTreeMap<usize, BTreeMap<String, Group>>,
    skew: Option<u64>,
    weight: Option<usize>,
}

/// Members to choose from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    members: Vec<usize>,
    weights: Weights,
}

impl Group {
    /// Chooses a member at random or, given `turn`, in turn. `None` if no member can be drawn.
    pub(crate) fn choose(&self, turn: Option<u64>, prng: &mut Prng) -> Option<usize> {
        if self.weights.total() == 0 {
            return None;
        }
        let at = match turn {
            Some(turn) => self.weights.deal(turn),
            None => self.weights.pick(prng),
        };
        Some(self.members[at])
    }
}

/// The weight of a member is this divided by its rank plus `skew`; large enough that ranks in the millions still
/// differ.
const SKEW_UNIT: u64 = 1 << 40;

impl Table {
    /// A table read from a data file. `value` is the number that `between` refers to, if known.
    pub(crate) fn of_data(
        name: &str,
        raw: &RawTable,
        data: &Data,
        value: Option<i64>,
    ) -> Result<Self, Fault> {
        let mut table = Self::empty(name, raw, data.columns.clone())?;
        let range = match (&raw.between, value) {
            (Some(between), Some(value)) => {
                let column = |name: &str| column_of(&table.columns, name);
                Some((column(&between.from)?, column(&between.to)?, value))
            }
            _ => None,
        };
        for row in &data.rows {
            let inside = range.is_none_or(|(from, to, value)| {
                let open = |column: usize| row[column].is_empty();
                let number = |column: usize| row[column].parse::<i64>().ok();
                (open(from) || number(from).is_some_and(|least| least <= value))
                    && (open(to) || number(to).is_some_and(|most| value <= most))
            });
            if inside {
                table.push(row.iter().map(String::as_str));
            }
        }
        table.weigh()?;
        Ok(table)
    }

    /// A table without members.
    pub(crate) fn empty(name: &str, raw: &RawTable, columns: Vec<String>) -> Result<Self, Fault> {
        let weight = raw.weight.as_deref().map(|name| column_of(&columns, name)).transpose();
        Ok(Self {
            name: name.to_owned(),
            weight: weight.map_err(|fault| fault.under("weight"))?,
            columns,
            text: String::new(),
            ends: Vec::new(),
            members: 0,
            every: Group::default(),
            by_column: BTreeMap::new(),
            skew: raw.skew,
        })
    }

    /// Adds a member.
    pub(crate) fn push<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        for cell in cells {
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
        self.members += 1;
    }

    /// Computes the members' weights; call it after adding the last member.
    pub(crate) fn weigh(&mut self) -> Result<(), Fault> {
        self.every = self.group((0..self.members).collect())?;
        Ok(())
    }

    fn group(&self, members: Vec<usize>) -> Result<Group, Fault> {
        let weights = members
            .iter()
            .map(|&member| match (self.weight, self.skew) {
                (Some(column), _) => self.cell(member, column).parse().map_err(|_| {
                    let found = self.cell(member, column);
                    Fault::here(format!("`{found}` is not a weight, expected a whole number"))
                        .under("weight")
                }),
                (None, Some(skew)) => {
                    let rank = u64::try_from(member).expect("counts fit 64 bits");
                    Ok(SKEW_UNIT / rank.saturating_add(skew).max(1))
                }
                (None, None) => Ok(1),
            })
            .collect::<Result<Vec<u64>, Fault>>()?;
        Ok(Group { members, weights: Weights::new(weights) })
    }

    /// Prepares for drawing by the cells of a column.
    pub(crate) fn index_by(&mut self, column: usize) -> Result<(), Fault> {
        if self.by_column.contains_key(&column) {
            return Ok(());
        }
        let mut members: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for member in 0..self.members {
            members.entry(self.cell(member, column).to_owned()).or_default().push(member);
        }
        let groups = members
            .into_iter()
            .map(|(cell, members)| Ok((cell, self.group(members)?)))
            .collect::<Result<_, Fault>>()?;
        self.by_column.insert(column, groups);
        Ok(())
    }

    /// All members, or those with the given cell in an indexed column.
    pub(crate) fn group_of(&self, filter: Option<(usize, &str)>) -> Option<&Group> {
        match filter {
            None => Some(&self.every),
            Some((column, cell)) => self.by_column.get(&column)?.get(cell),
        }
    }

    /// A cell of a member.
    pub(crate) fn cell(&self, member: usize, column: usize) -> &str {
        let at = member * self.columns.len() + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// Number of members.
    pub(crate) fn members(&self) -> usize {
        self.members
    }
}

/// The index of a column by its name.
pub(crate) fn column_of(columns: &[String], name: &str) -> Result<usize, Fault> {
    columns.iter().position(|column| column == name).ok_or_else(|| {
        let expected = crate::error::one_of(columns.iter().map(String::as_str));
        Fault::here(format!("the table has no column `{name}`, expected {expected}"))
    })
}
