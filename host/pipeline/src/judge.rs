//! Takes one slab through all rules: columns, normalise, cast, validate, quarantine. Everything that judges records does it here.

use assay_ingest::Slab;
use assay_model::{
    Batch, Cells, Column, Disposition, Form, Hit, HitOutcome, Level, RecordOutcome, RuleClass,
    Verdict,
};
use assay_sandbox::SandboxError;

use crate::amounts::AmountRead;
use crate::belonging;
use crate::casting::cast;
use crate::error::RunError;
use crate::findings::{MessageArguments, Repair};
use crate::judged::JudgedSlab;
use crate::plan::{Plan, PlannedStage, Scope, Slot};
use crate::rewriting::{self, CellChange};
use crate::structure;
use crate::worker::Worker;

/// A slab to be judged.
#[derive(Debug)]
pub(crate) struct Unjudged {
    pub(crate) slab: Slab,
    /// The text columns listed by [`text_columns`], if they were gathered while the slab was read.
    pub(crate) columns: Option<Vec<Column>>,
}

/// Observes each call to a plugin. A run has no observer, and no overhead for it.
pub(crate) trait Witness {
    /// Called before each stage that is called, with the columns as the stage sees them.
    fn seeing(&mut self, judged: &JudgedSlab, plan: &Plan, stage: usize);
    /// Called with a plugin's verdict on a batch; `rows` are its records in the slab.
    fn heard(&mut self, stage: usize, rows: &[u32], said: &assay_sandbox::BatchVerdict);
}

/// Observes nothing.
pub(crate) struct Unwitnessed;

impl Witness for Unwitnessed {
    fn seeing(&mut self, _: &JudgedSlab, _: &Plan, _: usize) {}
    fn heard(&mut self, _: usize, _: &[u32], _: &assay_sandbox::BatchVerdict) {}
}

/// Columns of the file whose text is needed, in the order of their slots.
pub(crate) fn text_columns(plan: &Plan) -> Vec<usize> {
    let text = |slot: &Slot| if slot.form == Form::Text { slot.column } else { None };
    plan.slots.iter().filter_map(text).collect()
}

/// Judges a slab. `duplicates` holds, for each uniqueness rule, the slab's records that it hits, as file-wide record numbers; `spare` is
/// memory to reuse for the columns if they were not gathered.
pub(crate) fn judge(
    unjudged: Unjudged,
    plan: &Plan,
    worker: &mut Worker,
    duplicates: &[Vec<u64>],
    batch_size: usize,
    spare: Vec<Column>,
) -> Result<JudgedSlab, RunError> {
    let rows = unjudged.slab.judged().to_vec();
    Judge { plan, batch_size, rows: &rows, witness: &mut Unwitnessed }
        .judge(unjudged, worker, duplicates, spare)
}

/// Judges only the records `rows` of a slab, which must be sound, and reports to `witness`. For inspection: nothing is known of the rest of
/// the file, so uniqueness is not judged.
pub(crate) fn judge_some(
    slab: Slab,
    rows: &[u32],
    plan: &Plan,
    worker: &mut Worker,
    witness: &mut impl Witness,
) -> Result<JudgedSlab, RunError> {
    let unjudged = Unjudged { slab, columns: None };
    Judge { plan, batch_size: usize::MAX, rows, witness }.judge(unjudged, worker, &[], Vec::new())
}

/// Judges some records of a slab in batches of at most `batch_size`.
struct Judge<'a, W> {
    plan: &'a Plan,
    /// Indexes of the records in the slab, ascending; all are sound.
    rows: &'a [u32],
    batch_size: usize,
    witness: &'a mut W,
}

impl<W: Witness> Judge<'_, W> {
    fn judge(
        &mut self,
        Unjudged { slab, columns }: Unjudged,
        worker: &mut Worker,
        duplicates: &[Vec<u64>],
        spare: Vec<Column>,
    ) -> Result<JudgedSlab, RunError> {
        let _span = tracing::debug_span!("judge").entered();
        let (plan, rows) = (self.plan, self.rows);
        let mut judged = JudgedSlab::new(slab, plan);
        structure::note_faults(&mut judged, plan);
        note_duplicates(&mut judged, plan, duplicates);
        let columns = columns.unwrap_or_else(|| {
            judged.slab.columns(rows, &text_columns(plan), worker.memory(spare))
        });
        place_text(&mut judged, plan, columns);
        for index in plan.stages_of(RuleClass::Normalise) {
            // A rewriting rule may read a number; what is stored is parsed after all rules have rewritten.
            build_typed(&mut judged, plan, plan.stages[index].slots.iter().copied(), rows.len());
            self.stage(&mut judged, worker, index)?;
        }
        build_typed(&mut judged, plan, 0..plan.slots.len(), rows.len());
        structure::note_malformed(&mut judged, plan, rows);
        count_amounts(&mut judged, plan);
        belonging::note_strangers(&mut judged, plan, rows);
        for class in [RuleClass::Validate, RuleClass::Quarantine] {
            for index in plan.stages_of(class) {
                self.stage(&mut judged, worker, index)?;
            }
        }
        for (rule, count) in plan.rules.iter().zip(&mut judged.counts) {
            count.evaluated = match rule.scope {
                Scope::EveryRecord => judged.slab.len() as u64,
                Scope::SoundRecords => rows.len() as u64 - count.skipped.min(rows.len() as u64),
                // Counted by the survey.
                Scope::Keys | Scope::File => 0,
            };
        }
        tracing::debug_span!("findings").in_scope(|| judged.complete(plan, rows));
        Ok(judged)
    }

    /// Calls a stage's plugin for all records.
    fn stage(
        &mut self,
        judged: &mut JudgedSlab,
        worker: &mut Worker,
        index: usize,
    ) -> Result<(), RunError> {
        let (plan, rows) = (self.plan, self.rows);
        let stage = &plan.stages[index];
        if rows.is_empty() {
            return Ok(());
        }
        self.witness.seeing(judged, plan, index);
        if !stage.called {
            return Ok(());
        }
        if rows.len() <= self.batch_size {
            let columns = take_columns(judged, plan, stage);
            let columns = self.batch(judged, worker, index, rows, columns)?;
            put_columns(judged, stage, columns);
            return Ok(());
        }
        let mut parts: Vec<(Vec<Column>, usize)> = Vec::new();
        for start in (0..rows.len()).step_by(self.batch_size) {
            let end = rows.len().min(start + self.batch_size);
            let part =
                |slot: &usize| judged.columns[*slot].as_ref().expect("built").slice(start..end);
            let columns = stage.slots.iter().map(part).collect();
            let columns = self.batch(judged, worker, index, &rows[start..end], columns)?;
            parts.push((columns, end - start));
        }
        if stage.class() == RuleClass::Normalise {
            for (at, request) in stage.declared.columns.iter().enumerate() {
                let exists = plan.slots[stage.slots[at]].column.is_some();
                if !request.writes || !exists {
                    continue;
                }
                let pieces = parts.iter().map(|(columns, rows)| (&columns[at], *rows));
                judged.columns[stage.slots[at]] = Some(crate::slicing::join(pieces, rows.len()));
            }
        }
        Ok(())
    }

    /// Calls a plugin for one batch. Returns the batch's columns as the plugin left them.
    fn batch(
        &mut self,
        judged: &mut JudgedSlab,
        worker: &mut Worker,
        index: usize,
        rows: &[u32],
        columns: Vec<Column>,
    ) -> Result<Vec<Column>, RunError> {
        let mut batch = batch_of(judged, &self.plan.stages[index], rows, columns);
        let said = worker
            .process(self.plan, index, &batch)
            .map_err(|error| stopped(error, rows, &judged.slab))?;
        self.witness.heard(index, rows, &said);
        apply(judged, self.plan, index, rows, &mut batch.columns, said);
        Ok(batch.columns)
    }
}

/// A plugin's error, with its position in the file.
fn stopped(error: SandboxError, rows: &[u32], slab: &Slab) -> RunError {
    let Some(records) = error.records() else { return error.into() };
    let first = slab.position(rows[records.start as usize] as usize);
    RunError::Judging { reason: Box::new(error), first, records: records.len() }
}

fn note_duplicates(judged: &mut JudgedSlab, plan: &Plan, duplicates: &[Vec<u64>]) {
    if judged.slab.is_empty() {
        return;
    }
    let first = judged.slab.position(0).record;
    for (unique, hits) in plan.unique.iter().zip(duplicates) {
        for number in hits {
            let record = u32::try_from(number - first).expect("hits are cut to the slab");
            debug_assert!(
                judged.slab.judged().binary_search(&record).is_ok(),
                "only sound records have keys"
            );
            let column = plan.rules[unique.rule].columns.first().copied();
            judged.note(plan, unique.rule, record, column, HitOutcome::Failed, None);
        }
    }
}

/// Puts text columns into their slots.
fn place_text(judged: &mut JudgedSlab, plan: &Plan, columns: Vec<Column>) {
    let mut columns = columns.into_iter();
    for (slot, column) in plan.slots.iter().zip(&mut judged.columns) {
        if slot.form == Form::Text {
            *column = if slot.column.is_some() { columns.next() } else { Some(absent()) };
        }
    }
}

/// Builds the typed columns among `slots` from the current text.
fn build_typed(
    judged: &mut JudgedSlab,
    plan: &Plan,
    slots: impl Iterator<Item = usize>,
    records: usize,
) {
    let _span = tracing::debug_span!("cast").entered();
    for index in slots {
        let slot = &plan.slots[index];
        if slot.form == Form::Text {
            continue;
        }
        let built = match slot.column {
            None => absent(),
            Some(column) => {
                let text = plan.text_slot(column).expect("typed slots come with their text");
                let text = judged.columns[text].as_ref().expect("text is built first");
                cast(text, &slot.form, records)
            }
        };
        judged.columns[index] = Some(built);
    }
}

/// Counts the amounts as read, and as normalise rules left them.
fn count_amounts(judged: &mut JudgedSlab, plan: &Plan) {
    let amounts = plan.amounts.iter().map(|amount| {
        AmountRead::of(judged.columns[amount.slot].as_ref().expect("amount columns are built"))
    });
    judged.amounts = amounts.collect();
}

fn absent() -> Column {
    Column { cells: Cells::Absent, valid: None, malformed: None }
}

/// Moves a stage's columns out of the slab, so that the call copies nothing. Columns that the layout lacks share a slot.
fn take_columns(judged: &mut JudgedSlab, plan: &Plan, stage: &PlannedStage) -> Vec<Column> {
    let take = |&slot: &usize| match plan.slots[slot].column {
        Some(_) => judged.columns[slot].take().expect("built before the stage"),
        None => absent(),
    };
    stage.slots.iter().map(take).collect()
}

fn put_columns(judged: &mut JudgedSlab, stage: &PlannedStage, columns: Vec<Column>) {
    for (&slot, column) in stage.slots.iter().zip(columns) {
        judged.columns[slot] = Some(column);
    }
}

fn batch_of(
    judged: &JudgedSlab,
    stage: &PlannedStage,
    rows: &[u32],
    columns: Vec<Column>,
) -> Batch {
    let standing = if stage.class() == RuleClass::Quarantine {
        rows.iter().map(|&record| judged.outcomes[record as usize] as u8).collect()
    } else {
        Vec::new()
    };
    Batch {
        first_record: judged.slab.position(rows[0] as usize).record,
        records: u32::try_from(rows.len()).expect("a slab has at most 2^32 records"),
        columns,
        standing,
    }
}

/// Applies a plugin's verdict on a batch. `rows` are the batch's records in the slab.
fn apply(
    judged: &mut JudgedSlab,
    plan: &Plan,
    index: usize,
    rows: &[u32],
    columns: &mut [Column],
    call: assay_sandbox::BatchVerdict,
) {
    let stage = &plan.stages[index];
    for poison in call.poison {
        let text = format!("plugin `{}`: {}", stage.component.name(), poison.reason);
        let record = rows[poison.record as usize];
        judged.note(plan, plan.host.poison, record, None, HitOutcome::Errored, Some(text));
        for (_, rule) in &stage.codes {
            judged.counts[*rule].skipped += 1;
        }
    }
    let Verdict { hits, rewrites, tallies, samples, measures } = call.verdict;
    let level = |code| plan.rules[stage.rule(code)].level;
    for change in rewriting::apply(columns, rows.len(), rewrites, level) {
        note_change(judged, plan, stage, rows, change);
    }
    for Hit { rule: code, outcome, disposition, column, records } in hits {
        let rule = stage.rule(code);
        if plan.rules[rule].level == Level::Off {
            continue;
        }
        let column = match column {
            Some(column) => stage.column(column, &plan.slots),
            None => plan.rules[rule].columns.first().copied(),
        };
        records.for_each(u32::try_from(rows.len()).expect("a batch is small"), |row| {
            let record = rows[row as usize];
            judged.note(plan, rule, record, column, outcome, None);
            if disposition != Disposition::Unspecified {
                judged.dispositions.push((record, disposition));
            }
        });
    }
    for sample in samples {
        judged.arguments.push(MessageArguments {
            record: rows[sample.record as usize],
            rule: stage.rule(sample.rule),
            arguments: sample.arguments,
        });
    }
    for tally in tallies {
        judged.counts[stage.rule(tally.rule)].skipped += u64::from(tally.skipped);
    }
    judged.measures.extend(measures.into_iter().map(|measure| (index, measure)));
}

/// Records the change of a cell that a rule rewrote, or would have.
fn note_change(
    judged: &mut JudgedSlab,
    plan: &Plan,
    stage: &PlannedStage,
    rows: &[u32],
    change: CellChange,
) {
    let rule = stage.rule(change.rule);
    let record = rows[change.record as usize];
    let column = stage.column(change.column, &plan.slots);
    let level = plan.rules[rule].level;
    match level {
        Level::Off => return,
        Level::Monitor => judged.counts[rule].failed += 1,
        Level::Warn => {
            judged.counts[rule].repaired += 1;
            judged.raise(record, RecordOutcome::Repaired);
        }
        Level::Error | Level::Refuse => {
            judged.note(plan, rule, record, column, HitOutcome::Failed, None);
        }
    }
    if level == Level::Warn || plan.purpose.keeps_all() {
        judged.repairs.push(Repair {
            record,
            rule,
            column: column.expect("only columns that exist are rewritten"),
            before: change.before,
            after: change.after,
        });
    }
}
