//! Tests of plugins as tables: records as text, a stage, and the hits by rule. Native only.
//!
//! Batches are built as the host builds them: each column in the form that the plan requests. [`Table::validate`] and
//! [`Table::quarantine`] judge the same records three times, in one plain batch, as dictionaries, and in batches of one
//! record, and panic if the verdicts differ, because a verdict must not depend on any of this.

use std::collections::BTreeMap;

use crate::{
    Batch, Bits, Cells, Change, Column, ColumnRequest, FileOutcome, Form, Measure, Merge, Plugin,
    Run, Session, Stage, StagePlan, Text, Verdict, check_config, open, parse,
};

/// Records to judge, and the run in which they are judged.
#[derive(Debug, Clone, Default)]
pub struct Table {
    run: Run,
    records: Vec<Vec<String>>,
    standing: Vec<u8>,
}

impl Table {
    /// Creates a table with these columns, which are also the layout's.
    pub fn new(columns: &[&str]) -> Self {
        let columns = columns.iter().map(ToString::to_string).collect();
        Self { run: Run { columns, ..Run::default() }, ..Self::default() }
    }

    /// Creates a table of a run.
    pub fn of_run(run: Run) -> Self {
        Self { run, ..Self::default() }
    }

    /// Sets the plugin's settings, as JSON.
    #[must_use]
    pub fn settings(mut self, json: &str) -> Self {
        json.clone_into(&mut self.run.settings);
        self
    }

    /// Adds a partition key to the run.
    #[must_use]
    pub fn partition(mut self, key: &str, value: &str) -> Self {
        self.run.partition.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds a record: one cell for each column. Panics if there are more or fewer.
    #[must_use]
    pub fn record(mut self, cells: &[&str]) -> Self {
        self.push(cells.iter().map(ToString::to_string).collect());
        self
    }

    /// Appends a record: one cell for each column. Panics if there are more or fewer.
    pub fn push(&mut self, cells: Vec<String>) {
        assert_eq!(cells.len(), self.run.columns.len(), "one cell for each column");
        self.records.push(cells);
    }

    /// Sets each record's standing before the quarantine stage: 0 passed, 1 repaired, 2 warned, 3 quarantined.
    #[must_use]
    pub fn standing(mut self, standing: &[u8]) -> Self {
        self.standing = standing.to_vec();
        self
    }

    /// Judges the records in the validate stage.
    pub fn validate<P: Plugin>(&self) -> Found {
        self.judge::<P>(Stage::Validate)
    }

    /// Judges the records in the quarantine stage.
    pub fn quarantine<P: Plugin>(&self) -> Found {
        self.judge::<P>(Stage::Quarantine)
    }

    /// The plans of the run's stages, or the faults of its settings as `pointer: message [choices]`.
    pub fn plan<P: Plugin>(&self) -> Result<Vec<StagePlan>, Vec<String>> {
        check_config::<P>(&self.run).map_err(|faults| {
            let line = |fault: crate::ConfigFault| {
                let choices = fault.expected.join(", ");
                let choices = if choices.is_empty() { choices } else { format!(" [{choices}]") };
                format!("{}: {}{choices}", fault.path, fault.message)
            };
            faults.into_iter().map(line).collect()
        })
    }

    fn judge<P: Plugin>(&self, stage: Stage) -> Found {
        let plan = self.stage_plan::<P>(stage);
        let session = self.session::<P>(stage);
        let all: Vec<usize> = (0..self.records.len()).collect();
        let found = self.found(&plan, &session, &[&all], false);
        let batches: Vec<&[usize]> = all.chunks(1).collect();
        assert_eq!(
            found,
            self.found(&plan, &session, &batches, false),
            "batch size must not matter"
        );
        assert_eq!(
            found,
            self.found(&plan, &session, &[&all], true),
            "dictionaries must not matter"
        );
        found
    }

    /// The records after the normalise stage, and the rewritten cells as `(record, column name, rule)`. Panics if a second
    /// run would change anything more, or if dictionaries make a difference.
    pub fn normalise<P: Plugin>(&self) -> Normalised {
        let (once, by) = self.normalise_once::<P>(false);
        let other = self.normalise_once::<P>(true);
        assert_eq!((&once, &by), (&other.0, &other.1), "dictionaries must not matter");
        let again = Self { records: once.clone(), ..self.clone() };
        assert_eq!(again.normalise_once::<P>(false).0, once, "normalising must be idempotent");
        (once, by)
    }

    fn normalise_once<P: Plugin>(&self, dictionaries: bool) -> Normalised {
        let mut records = self.records.clone();
        if records.is_empty() {
            return (records, Vec::new());
        }
        let plan = self.stage_plan::<P>(Stage::Normalise);
        let session = self.session::<P>(Stage::Normalise);
        let all: Vec<usize> = (0..records.len()).collect();
        let batch = self.batch(&plan.columns, &all, dictionaries);
        let verdict = session.process(batch).expect("the batch is as the plan asked");
        let mut by = Vec::new();
        for rewrite in verdict.rewrites {
            let name = &plan.columns[usize::from(rewrite.column)].name;
            let at = self
                .run
                .columns
                .iter()
                .position(|c| c == name)
                .expect("absent columns are not rewritten");
            let rule = name_of(&plan, rewrite.rule);
            let (rows, values): (Vec<usize>, Text) = match rewrite.change {
                Change::Whole(text) => ((0..text.len()).collect(), text),
                Change::Patch { records, values } => {
                    (records.into_iter().map(crate::width::wide).collect(), values)
                }
            };
            for (row, value) in rows.into_iter().zip(values.iter()) {
                let value = String::from_utf8(value.to_vec()).expect("rewrites are UTF-8");
                if records[row][at] != value {
                    by.push((row, name.clone(), rule.clone()));
                }
                records[row][at] = value;
            }
        }
        by.sort();
        (records, by)
    }

    /// Sums over all records in the validate stage and judges the file: outcome, observed and expected by rule name.
    pub fn finish<P: Plugin>(&self) -> BTreeMap<String, (FileOutcome, String, String)> {
        let plan = self.stage_plan::<P>(Stage::Validate);
        let session = self.session::<P>(Stage::Validate);
        let all: Vec<usize> = (0..self.records.len()).collect();
        let mut totals: Vec<Measure> = Vec::new();
        // Several batches, so that merging is part of the test.
        for records in all.chunks(7) {
            let verdict = session
                .process(self.batch(&plan.columns, records, false))
                .expect("the batch is as the plan asked");
            verdict.measures.into_iter().for_each(|measure| merge(&mut totals, measure));
        }
        self.finish_with::<P>(&totals)
    }

    /// Judges the file by the given measures: outcome, observed and expected by rule name.
    pub fn finish_with<P: Plugin>(
        &self,
        totals: &[Measure],
    ) -> BTreeMap<String, (FileOutcome, String, String)> {
        let plan = self.stage_plan::<P>(Stage::Validate);
        let results = self.session::<P>(Stage::Validate).finish(totals);
        results
            .into_iter()
            .map(|r| (name_of(&plan, r.rule), (r.outcome, r.observed, r.expected)))
            .collect()
    }

    /// A batch of all records for a stage, for timing a plugin.
    pub fn batch_of<P: Plugin>(&self, stage: Stage, dictionaries: bool) -> Batch {
        let all: Vec<usize> = (0..self.records.len()).collect();
        self.batch(&self.stage_plan::<P>(stage).columns, &all, dictionaries)
    }

    /// Opens a session of the run, for timing a plugin.
    pub fn session<P: Plugin>(&self, stage: Stage) -> Session {
        open::<P>(&self.run, stage).expect("the settings were checked")
    }

    /// The plan of a stage; it has no rules if the plugin does nothing in that stage.
    pub fn stage_plan<P: Plugin>(&self, stage: Stage) -> StagePlan {
        let plans = self.plan::<P>().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
        plans.into_iter().find(|plan| plan.stage == stage).unwrap_or(StagePlan {
            stage,
            columns: Vec::new(),
            rules: Vec::new(),
        })
    }

    fn found(
        &self,
        plan: &StagePlan,
        session: &Session,
        batches: &[&[usize]],
        dictionaries: bool,
    ) -> Found {
        let mut found = Found::default();
        for records in batches.iter().filter(|records| !records.is_empty()) {
            let batch = self.batch(&plan.columns, records, dictionaries);
            let verdict = session.process(batch).expect("the batch is as the plan asked");
            found.add(plan, &verdict, records);
        }
        found.hits.sort();
        found
    }

    fn batch(&self, requests: &[ColumnRequest], records: &[usize], dictionaries: bool) -> Batch {
        let columns = requests
            .iter()
            .map(|request| {
                let at = self.run.columns.iter().position(|name| *name == request.name);
                let Some(at) = at else {
                    return Column::new(Cells::Absent, records.len(), None, None)
                        .expect("an absent column always fits");
                };
                let cells: Vec<&[u8]> =
                    records.iter().map(|&record| self.records[record][at].as_bytes()).collect();
                column(&cells, &request.form, dictionaries)
            })
            .collect();
        let standing = records.iter().filter_map(|&record| self.standing.get(record).copied());
        Batch { records: records.len(), columns, standing: standing.collect() }
    }
}

/// Converts text cells to a column in the given form, as the host does.
pub fn column(cells: &[&[u8]], form: &Form, dictionary: bool) -> Column {
    let mut valid = Bits::zeros(cells.len());
    let mut malformed = Bits::zeros(cells.len());
    let mut parsed = |parse: &dyn Fn(&[u8]) -> Option<i64>| -> Vec<i64> {
        let number = |(index, cell): (usize, &&[u8])| {
            if let Some(value) = parse(cell) {
                valid.set(index);
                return value;
            }
            if !cell.is_empty() {
                malformed.set(index);
            }
            0
        };
        cells.iter().enumerate().map(number).collect()
    };
    let cells = match form {
        Form::Integer => Cells::Integer(parsed(&parse::integer)),
        Form::Decimal(scale) => {
            Cells::Decimal { scale: *scale, unscaled: parsed(&|cell| parse::decimal(cell, *scale)) }
        }
        Form::Date(format) => {
            let days = parsed(&|cell| parse::date(cell, format).map(i64::from));
            Cells::Date(
                days.into_iter().map(|day| i32::try_from(day).expect("it was 32 bits")).collect(),
            )
        }
        Form::Text => {
            let text: Text = cells.iter().copied().collect();
            for (index, _) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                valid.set(index);
            }
            if dictionary { compressed(cells) } else { Cells::Text(text) }
        }
    };
    let records = valid.len();
    Column::new(cells, records, Some(&valid.to_bytes()), Some(&malformed.to_bytes()))
        .expect("all parts were made for these cells")
}

fn compressed(cells: &[&[u8]]) -> Cells {
    let mut distinct: Vec<&[u8]> = cells.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if let [only] = distinct[..] {
        return Cells::Constant(only.to_vec());
    }
    let key = |cell: &&[u8]| {
        let at = distinct.binary_search(cell).expect("it is one of them");
        u16::try_from(at).expect("tests have fewer than 65,536 records")
    };
    Cells::Dictionary {
        keys: cells.iter().map(key).collect(),
        values: distinct.iter().copied().collect(),
    }
}

fn merge(totals: &mut Vec<Measure>, measure: Measure) {
    match totals.iter_mut().find(|held| held.code == measure.code && held.key == measure.key) {
        Some(held) => {
            held.value = match measure.merge {
                Merge::Sum => {
                    let sum = held.value.checked_add(measure.value);
                    sum.unwrap_or_else(|| panic!("the sum of `{}` is beyond 64 bits", held.key))
                }
                Merge::Least => held.value.min(measure.value),
                Merge::Greatest => held.value.max(measure.value),
            };
        }
        None => totals.push(measure),
    }
}

fn name_of(plan: &StagePlan, code: u16) -> String {
    let rule = plan.rules.iter().find(|rule| rule.code == code);
    rule.unwrap_or_else(|| panic!("the verdict names rule {code}, which is not in the plan"))
        .name
        .clone()
}

/// Records after the normalise stage, and the rewritten cells as `(record, column name, rule)`.
pub type Normalised = (Vec<Vec<String>>, Vec<(usize, String, String)>);

/// Hits and skipped records, by rule name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The hits: the record's index, the rule's name, and the column to blame.
    pub hits: Vec<(usize, String, Option<String>)>,
    /// How many records each rule skipped.
    pub skipped: BTreeMap<String, u32>,
}

impl Found {
    fn add(&mut self, plan: &StagePlan, verdict: &Verdict, records: &[usize]) {
        for hit in &verdict.hits {
            let rule =
                plan.rules.iter().find(|rule| rule.code == hit.rule).expect("the plan names it");
            let column = hit.column.or(rule.columns.first().copied());
            let column = column.map(|index| plan.columns[usize::from(index)].name.clone());
            for index in hit.records.indexes(records.len()) {
                self.hits.push((records[index], rule.name.clone(), column.clone()));
            }
        }
        for &(rule, skipped) in &verdict.tallies {
            *self.skipped.entry(name_of(plan, rule)).or_default() += skipped;
        }
    }

    /// The indexes of the records that a rule hit, ascending.
    pub fn hits(&self, rule: &str) -> Vec<usize> {
        self.hits.iter().filter(|(_, name, _)| name == rule).map(|&(record, ..)| record).collect()
    }

    /// How many records a rule skipped.
    pub fn skipped(&self, rule: &str) -> u32 {
        self.skipped.get(rule).copied().unwrap_or(0)
    }
}
