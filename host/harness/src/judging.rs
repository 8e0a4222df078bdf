//! Passes a table through a plugin, stage by stage, as a run does: with the same casts, the same rewriting and the same messages.

use std::collections::BTreeMap;

use assay_model::{
    Batch, Bitmap, Cells, Column, DeclaredStage, Disposition, FileResult, FileResultOutcome, Form,
    HitOutcome, Level, Measure, RecordOutcome, Rule, RuleClass, Text, Verdict,
};
use assay_pipeline::{Template, apply_rewrites, cast};
use assay_sandbox::{Call, Measures, SandboxError, Session};

use crate::found::{FileFinding, Finding, Found, Poisoned, Repair};
use crate::subject::{Planned, Subject};
use crate::table::Table;
use crate::unique;

/// How a table is passed to the plugin. A verdict must not depend on any of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handing {
    /// Numbers of records in successive calls; the last one repeats.
    pub batches: Vec<usize>,
    /// How text columns are passed.
    pub form: TextForm,
    /// Number of the first record in the file.
    pub first_record: u64,
    /// Whether each batch is judged twice in the same session; the second answer counts.
    pub twice: bool,
    /// Number of sessions, which take batches in turn; at least one.
    pub sessions: usize,
    /// Order in which measures are merged.
    pub merging: Merging,
}

/// Order in which the measures of batches are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merging {
    /// In the order of the batches.
    Forwards,
    /// In reverse order.
    Backwards,
}

/// How text columns are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Cell by cell.
    Plain,
    /// As dictionaries; as a constant if all cells are equal.
    Dictionary,
}

impl Handing {
    /// Everything in one call.
    pub fn whole() -> Self {
        Self {
            batches: vec![usize::MAX],
            form: TextForm::Plain,
            first_record: 1,
            twice: false,
            sessions: 1,
            merging: Merging::Forwards,
        }
    }

    /// In batches of equal size.
    pub fn batches_of(size: usize) -> Self {
        Self { batches: vec![size], ..Self::whole() }
    }
}

/// What a judgement includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Findings only, for comparison.
    Facts,
    /// Messages too, and the checks that the host makes for rules.
    Messages,
}

/// Judges a table. Fails if a session fails; records on which the plugin fails are part of the result.
pub fn judge(
    subject: &Subject,
    planned: &Planned,
    table: &Table,
    handing: &Handing,
    wanted: Wanted,
) -> Result<Found, SandboxError> {
    let mut judging = Judging {
        found: Found::default(),
        cells: table.clone(),
        standing: vec![RecordOutcome::Passed; table.records.len()],
        handing,
        wanted,
    };
    for class in RuleClass::IN_ORDER {
        for stage in planned.stages.iter().filter(|stage| stage.class == class) {
            judging.stage(subject, planned, stage)?;
            if wanted == Wanted::Messages {
                judging.host_checks(stage, table);
            }
        }
    }
    let mut found = judging.found;
    found.after = judging.cells;
    found.settle();
    Ok(found)
}

struct Judging<'a> {
    found: Found,
    /// The cells in their current state.
    cells: Table,
    standing: Vec<RecordOutcome>,
    handing: &'a Handing,
    wanted: Wanted,
}

impl Judging<'_> {
    fn stage(
        &mut self,
        subject: &Subject,
        planned: &Planned,
        stage: &DeclaredStage,
    ) -> Result<(), SandboxError> {
        let open = || Session::open(subject.component(), &planned.context, stage);
        let mut sessions = vec![open()?];
        let mut measures = Vec::new();
        let records = self.cells.records.len();
        let (mut start, mut call) = (0, 0);
        while start < records {
            let last = self.handing.batches.len() - 1;
            let size = self.handing.batches[call.min(last)].max(1);
            let end = start.saturating_add(size).min(records);
            let mut batch = self.batch(stage, start, end);
            let turn = call % self.handing.sessions.max(1);
            if turn == sessions.len() {
                sessions.push(open()?);
            }
            let session = &mut sessions[turn];
            if self.handing.twice {
                session.process(&batch)?;
            }
            let judged = session.process(&batch)?;
            for poison in judged.poison {
                let record = start + poison.record as usize;
                self.found.poison.push(Poisoned { record, reason: poison.reason.to_string() });
            }
            measures.extend(self.take(stage, start, &mut batch, judged.verdict));
            start = end;
            call += 1;
        }
        if self.handing.merging == Merging::Backwards {
            measures.reverse();
        }
        let mut totals = Measures::default();
        for measure in measures {
            totals.merge(measure).map_err(|breach| SandboxError::Breach {
                plugin: subject.component().name().to_owned(),
                call: Call::Process,
                breach,
            })?;
        }
        for (code, key, value) in totals.iter() {
            self.found.measures.insert((stage.class.code(), code, key.to_owned()), value);
        }
        for session in &sessions {
            self.found.cost.add(&session.profile(), session.stacks());
        }
        for result in sessions[0].finish(&totals)? {
            self.found.file.push(file_finding(stage, result));
        }
        Ok(())
    }

    fn batch(&self, stage: &DeclaredStage, start: usize, end: usize) -> Batch {
        let columns = stage.columns.iter().map(|request| {
            let Some(at) = self.cells.position(&request.name) else {
                return Column { cells: Cells::Absent, valid: None, malformed: None };
            };
            let cells = self.cells.records[start..end].iter().map(|record| record[at].as_bytes());
            let text = text(cells, self.handing.form);
            if request.form == Form::Text { text } else { cast(&text, &request.form, end - start) }
        });
        let standing = match stage.class {
            RuleClass::Quarantine => self.standing[start..end].iter().map(|&s| s as u8).collect(),
            RuleClass::Validate | RuleClass::Normalise => Vec::new(),
        };
        Batch {
            first_record: self.handing.first_record + start as u64,
            records: u32::try_from(end - start).expect("tables of the harness are small"),
            columns: columns.collect(),
            standing,
        }
    }

    /// Adds the plugin's verdict on a batch and returns its measures.
    fn take(
        &mut self,
        stage: &DeclaredStage,
        start: usize,
        batch: &mut Batch,
        verdict: Verdict,
    ) -> Vec<Measure> {
        let Verdict { hits, rewrites, tallies, samples, measures } = verdict;
        let records = batch.records as usize;
        // Rules are judged as under a pack that applies all repairs.
        for change in apply_rewrites(&mut batch.columns, records, rewrites, |_| Level::Warn) {
            let record = start + change.record as usize;
            let column = &stage.columns[usize::from(change.column)].name;
            let after = String::from_utf8_lossy(&change.after).into_owned();
            if let Some(at) = self.cells.position(column) {
                self.cells.records[record][at].clone_from(&after);
            }
            self.raise(record, RecordOutcome::Repaired);
            self.found.repairs.push(Repair {
                record,
                column: column.clone(),
                rule: rule(stage, change.rule).name.to_string(),
                before: String::from_utf8_lossy(&change.before).into_owned(),
                after,
            });
        }
        for hit in hits {
            let rule = rule(stage, hit.rule);
            let named = hit.column.or_else(|| rule.columns.first().copied());
            let column = named.map(|at| stage.columns[usize::from(at)].name.as_str());
            let template = Template::new(&rule.message, |name| self.cells.position(name));
            let mut hit_records = Vec::new();
            hit.records.for_each(batch.records, |row| hit_records.push(row));
            for row in hit_records {
                let record = start + row as usize;
                let arguments = samples
                    .iter()
                    .find(|sample| sample.rule == hit.rule && sample.record == row)
                    .map_or(&[][..], |sample| &sample.arguments);
                let message = match self.wanted {
                    Wanted::Facts => String::new(),
                    Wanted::Messages => self.message(&template, record, column, arguments),
                };
                self.note(rule, record, column, hit.outcome, hit.disposition, message);
            }
        }
        for tally in tallies {
            let name = rule(stage, tally.rule).name.to_string();
            *self.found.skipped.entry(name).or_default() += u64::from(tally.skipped);
        }
        measures
    }

    fn message(
        &self,
        template: &Template,
        record: usize,
        column: Option<&str>,
        arguments: &[String],
    ) -> String {
        let cells = &self.cells.records[record];
        let named = column.map(|name| {
            let cell = self.cells.position(name).map_or("", |at| cells[at].as_str());
            (name, cell.as_bytes())
        });
        template.render(named, arguments, |at| cells[at].as_bytes())
    }

    fn note(
        &mut self,
        rule: &Rule,
        record: usize,
        column: Option<&str>,
        outcome: HitOutcome,
        disposition: Disposition,
        message: String,
    ) {
        self.raise(record, rule.level.outcome());
        self.found.findings.push(Finding {
            record,
            rule: rule.name.to_string(),
            column: column.unwrap_or_default().to_owned(),
            errored: outcome == HitOutcome::Errored,
            disposition: disposition.as_str(),
            message,
        });
    }

    /// Makes the checks that the host makes for rules. Keys are compared as published, so this uses the original table.
    fn host_checks(&mut self, stage: &DeclaredStage, published: &Table) {
        for rule in &stage.rules {
            let Some(check) = rule.host_check else { continue };
            let names: Vec<&str> = rule
                .columns
                .iter()
                .map(|&at| stage.columns[usize::from(at)].name.as_str())
                .collect();
            let column = names.first().copied();
            let template = Template::new(&rule.message, |name| self.cells.position(name));
            for record in unique::repeated(published, &names, check) {
                let message = self.message(&template, record, column, &[]);
                let (outcome, disposition) = (HitOutcome::Failed, Disposition::Unspecified);
                self.note(rule, record, column, outcome, disposition, message);
            }
        }
    }

    fn raise(&mut self, record: usize, outcome: RecordOutcome) {
        let standing = &mut self.standing[record];
        *standing = (*standing).max(outcome);
    }
}

fn rule(stage: &DeclaredStage, code: u16) -> &Rule {
    let found = stage.rules.iter().find(|rule| rule.code == code);
    found.expect("the sandbox lets no code through that the plan does not have")
}

fn file_finding(stage: &DeclaredStage, result: FileResult) -> FileFinding {
    FileFinding {
        rule: rule(stage, result.rule).name.to_string(),
        outcome: match result.outcome {
            FileResultOutcome::Passed => "passed",
            FileResultOutcome::Failed => "failed",
            FileResultOutcome::Errored => "errored",
            FileResultOutcome::Skipped => "skipped",
        },
        observed: result.observed,
        expected: result.expected,
    }
}

/// Creates a text column in the given form.
fn text<'c>(cells: impl Iterator<Item = &'c [u8]> + Clone, form: TextForm) -> Column {
    let mut valid = Bitmap::default();
    cells.clone().for_each(|cell| valid.push(!cell.is_empty()));
    let cells = match form {
        TextForm::Plain => Cells::Text(pushed(cells)),
        TextForm::Dictionary => compressed(cells),
    };
    Column { cells, valid: Some(valid), malformed: None }
}

fn compressed<'c>(cells: impl Iterator<Item = &'c [u8]> + Clone) -> Cells {
    let mut keys = BTreeMap::new();
    let mut values = Vec::new();
    for cell in cells.clone() {
        keys.entry(cell).or_insert_with(|| {
            values.push(cell);
            values.len() - 1
        });
    }
    if let [only] = values[..] {
        return Cells::Constant(only.to_vec());
    }
    let number: Option<Vec<u16>> =
        cells.clone().map(|cell| u16::try_from(keys[cell]).ok()).collect();
    match number {
        Some(keys) => Cells::Dictionary { keys, values: pushed(values.into_iter()) },
        // More distinct values than keys can number.
        None => Cells::Text(pushed(cells)),
    }
}

fn pushed<'c>(cells: impl Iterator<Item = &'c [u8]>) -> Text {
    let mut text = Text::default();
    cells.for_each(|cell| text.push(cell));
    text
}
