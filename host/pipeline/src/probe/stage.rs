//! One plugin's stage on some records, with everything that came of it.

use assay_model::{
    Batch, Bitmap, Cells, Column, ColumnRequest, Form, HitOutcome, Level, Measure, RuleClass,
    RunContext, StagePlan, Text,
};
use assay_sandbox::{Component, Meter, Options, Profile, Sandbox, SandboxError, Session};

use crate::casting::cast;
use crate::message::{Template, excerpt};
use crate::rewriting::{self, cell};

/// Fuel of one call: a thousand times what a batch takes, so that only a rule that hangs runs out.
const FUEL: u64 = 50_000_000_000;

/// A sandbox that counts fuel, so that costs are the same on every machine.
pub(super) fn sandbox(memory_bytes: Option<usize>) -> Result<Sandbox, SandboxError> {
    let usual = Options::default();
    let memory_bytes = memory_bytes.unwrap_or(usual.memory_bytes);
    // What is compiled with fuel is another program than what runs take from the cache.
    Sandbox::new(Options { meter: Meter::Fuel(FUEL), memory_bytes, cache: None, ..usual })
}

/// Records as rules see them: text by layout column, as normalise rules left it.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) records: Vec<Vec<Vec<u8>>>,
    /// One byte a record: the worst that was found so far.
    pub(super) standing: Vec<u8>,
    /// Number of the first record.
    pub(super) first: u64,
}

/// A rule hit a record, or would.
#[derive(Debug, Clone)]
pub(super) struct Fired {
    pub(super) rule: u16,
    pub(super) record: usize,
    pub(super) column: Option<usize>,
    pub(super) errored: bool,
    pub(super) message: String,
}

/// A rule rewrote a cell, or would.
#[derive(Debug, Clone)]
pub(super) struct Rewrote {
    pub(super) rule: u16,
    pub(super) record: usize,
    pub(super) column: Option<usize>,
    pub(super) before: String,
    pub(super) after: String,
}

/// All that came of one call.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) fired: Vec<Fired>,
    pub(super) rewrote: Vec<Rewrote>,
    /// Records that a rule skipped, by rule.
    pub(super) skipped: Vec<(u16, u64)>,
    /// Records that the plugin failed on, with the reason.
    pub(super) poison: Vec<(usize, String)>,
    pub(super) measures: Vec<Measure>,
}

/// A plugin in a stage.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) plan: StagePlan,
    session: Session,
    /// The layout's column of each of the plan's, if it has it.
    positions: Vec<Option<usize>>,
    templates: Vec<(u16, Template)>,
}

impl Stage {
    pub(super) fn open(
        component: &Component,
        context: &RunContext,
        plan: StagePlan,
    ) -> Result<Self, SandboxError> {
        let position = |name: &str| context.columns.iter().position(|column| column == name);
        let positions = plan.columns.iter().map(|request| position(&request.name)).collect();
        let templates = plan
            .rules
            .iter()
            .map(|rule| (rule.code, Template::new(&rule.message, position)))
            .collect();
        let session = Session::open(component, context, &plan)?;
        Ok(Self { plan, session, positions, templates })
    }

    pub(super) fn profile(&self) -> Profile {
        self.session.profile()
    }

    pub(super) fn finish(
        &mut self,
        totals: &[Measure],
    ) -> Result<Vec<assay_model::FileResult>, SandboxError> {
        self.session.finish(totals)
    }

    /// The layout columns of a rule.
    pub(super) fn columns_of(&self, rule: u16) -> Vec<(&ColumnRequest, Option<usize>)> {
        let rule = self.plan.rules.iter().find(|known| known.code == rule);
        let indexes = rule.map_or(&[][..], |rule| &rule.columns).iter().map(|&at| usize::from(at));
        indexes.map(|at| (&self.plan.columns[at], self.positions[at])).collect()
    }

    /// Judges all records of a table, and rewrites its cells as far as the levels say so.
    pub(super) fn judge(
        &mut self,
        table: &mut Table,
        level: &dyn Fn(u16) -> Level,
    ) -> Result<Outcome, SandboxError> {
        let records = table.records.len();
        let columns = self
            .plan
            .columns
            .iter()
            .zip(&self.positions)
            .map(|(request, position)| column(table, *position, &request.form))
            .collect();
        let standing = match self.plan.stage {
            RuleClass::Quarantine => table.standing.clone(),
            RuleClass::Validate | RuleClass::Normalise => Vec::new(),
        };
        let count = u32::try_from(records).expect("a batch is small");
        let mut batch = Batch { first_record: table.first, records: count, columns, standing };
        let judged = self.session.process(&batch)?;
        let mut outcome = Outcome { measures: judged.verdict.measures, ..Outcome::default() };
        outcome.poison = judged
            .poison
            .into_iter()
            .map(|poison| (poison.record as usize, poison.reason.to_string()))
            .collect();
        for change in rewriting::apply(&mut batch.columns, records, judged.verdict.rewrites, level)
        {
            outcome.rewrote.push(Rewrote {
                rule: change.rule,
                record: change.record as usize,
                column: self.positions[usize::from(change.column)],
                before: excerpt(&change.before),
                after: excerpt(&change.after),
            });
        }
        for (at, position) in self.positions.iter().enumerate() {
            let (true, Some(position)) = (self.plan.columns[at].writes, *position) else {
                continue;
            };
            for (record, cells) in table.records.iter_mut().enumerate() {
                cells[position] = cell(&batch.columns[at].cells, record).to_vec();
            }
        }
        for hit in judged.verdict.hits {
            let rule = self.plan.rules.iter().find(|rule| rule.code == hit.rule);
            let blamed = hit.column.or_else(|| rule.and_then(|rule| rule.columns.first().copied()));
            let blamed = blamed.and_then(|column| self.positions[usize::from(column)]);
            hit.records.for_each(count, |record| {
                let record = record as usize;
                let samples = &judged.verdict.samples;
                let arguments = samples
                    .iter()
                    .find(|sample| sample.rule == hit.rule && sample.record as usize == record)
                    .map_or(&[][..], |sample| &sample.arguments);
                outcome.fired.push(Fired {
                    rule: hit.rule,
                    record,
                    column: blamed,
                    errored: hit.outcome == HitOutcome::Errored,
                    message: self.message(hit.rule, table, record, blamed, arguments),
                });
            });
        }
        // Rules answer column by column; people read record by record.
        outcome.fired.sort_by_key(|fired| fired.record);
        outcome.rewrote.sort_by_key(|rewrote| rewrote.record);
        let tallies = judged.verdict.tallies.into_iter();
        outcome.skipped.extend(tallies.map(|tally| (tally.rule, u64::from(tally.skipped))));
        Ok(outcome)
    }

    fn message(
        &self,
        rule: u16,
        table: &Table,
        record: usize,
        column: Option<usize>,
        arguments: &[String],
    ) -> String {
        let Some((_, template)) = self.templates.iter().find(|(code, _)| *code == rule) else {
            return String::new();
        };
        let cells = &table.records[record];
        let named = column.map(|at| (table.columns[at].as_str(), cells[at].as_slice()));
        template.render(named, arguments, |at| &cells[at])
    }
}

/// A column of a table in a form.
pub(super) fn column(table: &Table, position: Option<usize>, form: &Form) -> Column {
    let Some(position) = position else {
        return Column { cells: Cells::Absent, valid: None, malformed: None };
    };
    let mut text = Text::with_capacity(table.records.len(), 0);
    let mut valid = Bitmap::ones(table.records.len());
    for (record, cells) in table.records.iter().enumerate() {
        if cells[position].is_empty() {
            valid.unset(record);
        }
        text.push(&cells[position]);
    }
    let text = Column { cells: Cells::Text(text), valid: Some(valid), malformed: None };
    cast(&text, form, table.records.len())
}
