//! One slab through all rules: columns, normalise, cast, validate, quarantine.

use assay_ingest::Slab;
use assay_model::{
    Batch, Cells, Column, Disposition, Form, Hit, HitOutcome, Level, Measure, RecordOutcome,
    RuleClass, Verdict,
};
use assay_sandbox::SandboxError;

use crate::casting::cast;
use crate::findings::{Finding, MessageArguments, Repair, RuleCount};
use crate::plan::{Plan, Scope, Slot, Stage};
use crate::rewriting;
use crate::spare::Spare;
use crate::structure;
use crate::worker::Worker;

/// A slab with everything that was found in it.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) slab: Slab,
    /// Columns by slot, over the slab's sound records.
    pub(crate) columns: Vec<Option<Column>>,
    /// What became of each record of the slab.
    pub(crate) outcomes: Vec<RecordOutcome>,
    /// What quarantine rules want done, for records they hit.
    pub(crate) dispositions: Vec<(u32, Disposition)>,
    /// Stored findings, by record and rule.
    pub(crate) findings: Vec<Finding>,
    /// Applied rewrites, in the order they were made.
    pub(crate) repairs: Vec<Repair>,
    /// What plugins gave for messages.
    pub(crate) arguments: Vec<MessageArguments>,
    /// Counts by rule of the run.
    pub(crate) counts: Vec<RuleCount>,
    /// Contributions to the file's measures, by stage.
    pub(crate) measures: Vec<(usize, Measure)>,
    /// A record-level rule at level `refuse` hit.
    pub(crate) refused_by: Option<usize>,
}

impl Judged {
    fn new(slab: Slab, plan: &Plan) -> Self {
        let records = slab.len();
        Self {
            slab,
            columns: plan.slots.iter().map(|_| None).collect(),
            outcomes: vec![RecordOutcome::Passed; records],
            dispositions: Vec::new(),
            findings: Vec::new(),
            repairs: Vec::new(),
            arguments: Vec::new(),
            counts: vec![RuleCount::default(); plan.rules.len()],
            measures: Vec::new(),
            refused_by: None,
        }
    }

    /// Notes that a rule hit a record of the slab. Messages are filled in later, when all are known.
    pub(crate) fn note(
        &mut self,
        plan: &Plan,
        rule: usize,
        record: u32,
        column: Option<usize>,
        outcome: HitOutcome,
        text: Option<String>,
    ) {
        let level = plan.rules[rule].level;
        let count = &mut self.counts[rule];
        match outcome {
            HitOutcome::Failed => count.failed += 1,
            HitOutcome::Errored => count.errored += 1,
        }
        let became = match level {
            Level::Off | Level::Monitor => return,
            Level::Warn => RecordOutcome::Warned,
            Level::Error => RecordOutcome::Quarantined,
            Level::Refuse => {
                self.refused_by.get_or_insert(rule);
                RecordOutcome::Quarantined
            }
        };
        let standing = &mut self.outcomes[record as usize];
        *standing = (*standing).max(became);
        self.findings.push(Finding {
            record,
            rule,
            column,
            message: text.unwrap_or_default(),
            value: None,
        });
    }

    /// A cell of a sound record as rules saw it; `row` counts sound records.
    pub(crate) fn cell(&self, plan: &Plan, column: usize, row: usize) -> Option<&[u8]> {
        let slot = plan.text_slot(column)?;
        Some(rewriting::cell(&self.columns[slot].as_ref()?.cells, row))
    }
}

/// A slab to be judged.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) slab: Slab,
    /// Its text columns, those of [`text_columns`], if they were gathered as it was read.
    pub(crate) columns: Option<Vec<Column>>,
}

/// Columns of the file whose text is wanted, in the order of their slots.
pub(crate) fn text_columns(plan: &Plan) -> Vec<usize> {
    let text = |slot: &Slot| if slot.form == Form::Text { slot.column } else { None };
    plan.slots.iter().filter_map(text).collect()
}

/// Judges a slab. `duplicates` holds for each uniqueness rule the slab's records it hits, as file-wide numbers.
pub(crate) fn judge(
    Read { slab, columns }: Read,
    plan: &Plan,
    worker: &mut Worker,
    duplicates: &[Vec<u64>],
    batch_size: usize,
    spare: &Spare,
) -> Result<Judged, SandboxError> {
    let _span = tracing::debug_span!("judge").entered();
    let mut judged = Judged::new(slab, plan);
    structure::note_faults(&mut judged, plan);
    let rows = judged.slab.judged().to_vec();
    note_duplicates(&mut judged, plan, duplicates, &rows);
    let columns = columns
        .unwrap_or_else(|| judged.slab.columns(&rows, &text_columns(plan), worker.memory(spare)));
    place_text(&mut judged, plan, columns);
    for index in plan.stages_of(RuleClass::Normalise) {
        // A rule that rewrites may look at a number; what is stored is parsed when all have rewritten.
        build_typed(&mut judged, plan, plan.stages[index].slots.iter().copied(), rows.len());
        run_stage(&mut judged, plan, worker, index, &rows, batch_size)?;
    }
    build_typed(&mut judged, plan, 0..plan.slots.len(), rows.len());
    structure::note_malformed(&mut judged, plan, &rows);
    for class in [RuleClass::Validate, RuleClass::Quarantine] {
        for index in plan.stages_of(class) {
            run_stage(&mut judged, plan, worker, index, &rows, batch_size)?;
        }
    }
    for (rule, count) in plan.rules.iter().zip(&mut judged.counts) {
        count.evaluated = match rule.scope {
            Scope::EveryRecord => judged.slab.len() as u64,
            Scope::SoundRecords => rows.len() as u64 - count.skipped.min(rows.len() as u64),
            Scope::File => 0,
        };
    }
    tracing::debug_span!("findings")
        .in_scope(|| crate::findings::complete(&mut judged, plan, &rows));
    Ok(judged)
}

fn note_duplicates(judged: &mut Judged, plan: &Plan, duplicates: &[Vec<u64>], rows: &[u32]) {
    if judged.slab.is_empty() {
        return;
    }
    let first = judged.slab.position(0).record;
    for (unique, hits) in plan.unique.iter().zip(duplicates) {
        for number in hits {
            let record = u32::try_from(number - first).expect("hits are cut to the slab");
            debug_assert!(rows.binary_search(&record).is_ok(), "only sound records have keys");
            let column = plan.rules[unique.rule].columns.first().copied();
            judged.note(plan, unique.rule, record, column, HitOutcome::Failed, None);
        }
    }
}

/// Puts text columns into their slots.
fn place_text(judged: &mut Judged, plan: &Plan, columns: Vec<Column>) {
    let mut columns = columns.into_iter();
    for (slot, column) in plan.slots.iter().zip(&mut judged.columns) {
        if slot.form == Form::Text {
            *column = if slot.column.is_some() { columns.next() } else { Some(absent()) };
        }
    }
}

/// Builds the typed columns among `slots` from the text as it is now.
fn build_typed(
    judged: &mut Judged,
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

fn absent() -> Column {
    Column { cells: Cells::Absent, valid: None, malformed: None }
}

/// Calls a plugin for all sound records of the slab, in batches of at most `batch_size`.
fn run_stage(
    judged: &mut Judged,
    plan: &Plan,
    worker: &mut Worker,
    index: usize,
    rows: &[u32],
    batch_size: usize,
) -> Result<(), SandboxError> {
    let stage = &plan.stages[index];
    if rows.is_empty() || !stage.called {
        return Ok(());
    }
    if rows.len() <= batch_size {
        let columns = take_columns(judged, plan, stage);
        let mut batch = batch_of(judged, stage, rows, columns);
        let call = worker.process(plan, index, &batch)?;
        apply(judged, plan, index, rows, &mut batch.columns, call);
        put_columns(judged, stage, batch.columns);
        return Ok(());
    }
    let mut parts: Vec<(Vec<Column>, usize)> = Vec::new();
    for start in (0..rows.len()).step_by(batch_size) {
        let end = rows.len().min(start + batch_size);
        let columns = stage
            .slots
            .iter()
            .map(|&slot| {
                crate::slicing::slice(judged.columns[slot].as_ref().expect("built"), start..end)
            })
            .collect();
        let mut batch = batch_of(judged, stage, &rows[start..end], columns);
        let call = worker.process(plan, index, &batch)?;
        apply(judged, plan, index, &rows[start..end], &mut batch.columns, call);
        parts.push((batch.columns, end - start));
    }
    if stage.class() == RuleClass::Normalise {
        for (at, request) in stage.plan.columns.iter().enumerate() {
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

/// Moves a stage's columns out of the slab, so that nothing is copied for the call. Columns the layout lacks share a slot.
fn take_columns(judged: &mut Judged, plan: &Plan, stage: &Stage) -> Vec<Column> {
    let take = |&slot: &usize| match plan.slots[slot].column {
        Some(_) => judged.columns[slot].take().expect("built before the stage"),
        None => absent(),
    };
    stage.slots.iter().map(take).collect()
}

fn put_columns(judged: &mut Judged, stage: &Stage, columns: Vec<Column>) {
    for (&slot, column) in stage.slots.iter().zip(columns) {
        judged.columns[slot] = Some(column);
    }
}

fn batch_of(judged: &Judged, stage: &Stage, rows: &[u32], columns: Vec<Column>) -> Batch {
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

/// Takes in what a plugin said of a batch. `rows` are the batch's records in the slab.
fn apply(
    judged: &mut Judged,
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
    }
    let Verdict { hits, rewrites, tallies, samples, measures } = call.verdict;
    let level = |code| plan.rules[stage.rule(code)].level;
    for change in rewriting::apply(columns, rows.len(), rewrites, level) {
        let rule = stage.rule(change.rule);
        let record = rows[change.record as usize];
        let column = stage.column(change.column, &plan.slots);
        match plan.rules[rule].level {
            Level::Off => {}
            Level::Monitor => judged.counts[rule].failed += 1,
            Level::Warn => {
                judged.counts[rule].repaired += 1;
                let standing = &mut judged.outcomes[record as usize];
                *standing = (*standing).max(RecordOutcome::Repaired);
                judged.repairs.push(Repair {
                    record,
                    rule,
                    column: column.expect("only columns that exist are rewritten"),
                    before: change.before,
                    after: change.after,
                });
            }
            Level::Error | Level::Refuse => {
                judged.note(plan, rule, record, column, HitOutcome::Failed, None);
            }
        }
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
