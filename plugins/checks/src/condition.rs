//! `when`: the records to which a check applies, by the cells of other columns.

use assay_sdk::{Ask, Bits, Look, Run, Value, ValueSet};

use crate::config::{Absent, Config};
use crate::wording::{listed, quoted};

/// A condition holds if all of its clauses hold; without clauses it always holds.
#[derive(Default)]
pub(crate) struct Condition(Vec<Clause>);

struct Clause {
    ask: Ask,
    test: Test,
    /// The clause in words.
    said: String,
}

enum Test {
    Is(ValueSet),
    IsNot(ValueSet),
    Filled,
    Blank,
}

impl Condition {
    /// Reads the key `when`: one clause, or a list of them.
    pub(crate) fn read(config: &Config<'_>, run: &Run, absent: Absent) -> Option<Self> {
        let Some(value) = config.value("when") else { return Some(Self::default()) };
        let path = config.pointer("when");
        let clauses: Option<Vec<Clause>> = match value {
            Value::Array(items) => {
                let clause =
                    |(index, item)| clause(config, format!("{path}/{index}"), item, run, absent);
                let read: Vec<Option<Clause>> = items.iter().enumerate().map(clause).collect();
                read.into_iter().collect()
            }
            one => clause(config, path, one, run, absent).map(|clause| vec![clause]),
        };
        clauses.map(Self)
    }

    /// The condition in words, to be appended to what is expected.
    pub(crate) fn said(&self) -> String {
        let clauses: Vec<&str> = self.0.iter().map(|clause| clause.said.as_str()).collect();
        if clauses.is_empty() { String::new() } else { format!(" where {}", clauses.join(" and ")) }
    }

    /// The columns that it reads.
    pub(crate) fn asks(&self) -> impl Iterator<Item = Ask> + '_ {
        self.0.iter().map(|clause| clause.ask.clone())
    }

    /// The records for which it holds; `None`: all. Its columns begin at `first` among the rule's columns. A blank or absent
    /// cell matches neither `is` nor `is_not`, and an absent one is neither filled nor blank.
    pub(crate) fn holds(&self, look: Look<'_>, first: usize) -> Option<Bits> {
        let bits = self.0.iter().enumerate().map(|(nth, clause)| {
            let column = look.column(first + nth);
            match &clause.test {
                Test::Is(set) => column.where_text(|cell| set.contains(cell)),
                Test::IsNot(set) => column.where_text(|cell| !set.contains(cell)),
                Test::Blank if !column.is_absent() => column.filled().clone().negate(),
                Test::Filled | Test::Blank => column.filled().clone(),
            }
        });
        bits.reduce(|all, one| all.and(&one))
    }

    /// Restricts `failed` to the records for which the condition holds.
    pub(crate) fn keep(condition: Option<&Bits>, failed: Bits) -> Bits {
        match condition {
            Some(holds) => failed.and(holds),
            None => failed,
        }
    }
}

fn clause(
    parent: &Config<'_>,
    path: String,
    value: &Value,
    run: &Run,
    absent: Absent,
) -> Option<Clause> {
    let config = Config::new(path, value, parent.faults())?;
    let column = config.needed("column", |config, key| config.column(key, run, absent));
    let (is, is_not) = (config.texts("is"), config.texts("is_not"));
    let filled = config.flag("filled");
    let among = |not: &str, values: &[&str]| match values {
        [one] => format!("is{not} {}", quoted(one)),
        values => format!("is{not} one of {}", listed(values)),
    };
    let is = is.map(|values| (among("", &values), Test::Is(ValueSet::new(values))));
    let is_not = is_not.map(|values| (among(" not", &values), Test::IsNot(ValueSet::new(values))));
    let filled = filled.map(|filled| {
        if filled {
            ("is filled".to_owned(), Test::Filled)
        } else {
            ("is blank".to_owned(), Test::Blank)
        }
    });
    let mut tests: Vec<(String, Test)> = [is, is_not, filled].into_iter().flatten().collect();
    let written = ["is", "is_not", "filled"];
    let count = config.entries().iter().filter(|(key, _)| written.contains(key)).count();
    if count != 1 {
        config.fault("column", format!("expected one test of the column, found {count}"), &written);
    }
    config.end();
    let (column, (said, test)) = (column?, tests.pop()?);
    let said = format!("{} {said}", quoted(column));
    let ask = match test {
        Test::Is(_) | Test::IsNot(_) => Ask::text(column),
        Test::Filled | Test::Blank => Ask::presence(column),
    };
    Some(Clause { ask, test, said })
}
