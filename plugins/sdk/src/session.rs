//! One file in one stage: each batch goes through all rules, in the order of their declaration.

use crate::file::Sums;
use crate::judge::Look;
use crate::rules::{Action, ActiveRule, StageRules};
use crate::width::narrow;
use crate::{
    Batch, Bits, Cells, ColumnRequest, Fault, FileResult, Form, Hit, Measure, RecordSet, Rewrite,
    Sample, Verdict,
};

/// The rules of one stage, ready to judge batches.
pub struct Session {
    requests: Vec<ColumnRequest>,
    rules: Vec<ActiveRule>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("requests", &self.requests).finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) fn new(stage: StageRules) -> Self {
        Self { requests: stage.requests(), rules: stage.rules }
    }

    /// Judges a batch. A normalise rule sees what earlier ones rewrote. Fails if the batch is not what the plan requested.
    pub fn process(&self, mut batch: Batch) -> Result<Verdict, Fault> {
        self.check(&batch)?;
        let mut verdict = Verdict::default();
        for active in &self.rules {
            let code = active.rule.code;
            let look = Look { batch: &batch, indexes: &active.rule.columns };
            match &active.action {
                Action::Judge(judge) => {
                    let judged = judge.judge(look);
                    if judged.skipped > 0 {
                        verdict.tallies.push((code, judged.skipped));
                    }
                    let samples = judged.samples.into_iter();
                    verdict.samples.extend(samples.map(|(record, arguments)| Sample {
                        rule: code,
                        record,
                        arguments,
                    }));
                    verdict.hits.extend(judged.failed.into_iter().filter_map(|(nth, bits)| {
                        Some(Hit {
                            rule: code,
                            errored: false,
                            disposition: active.disposition,
                            column: nth.map(|nth| active.rule.columns[nth]),
                            records: RecordSet::encode(bits)?,
                        })
                    }));
                }
                Action::Normalise(rule) => {
                    let blank = all_blank(look);
                    if blank > 0 {
                        verdict.tallies.push((code, blank));
                    }
                    for &column in &active.rule.columns {
                        let look = Look { batch: &batch, indexes: &active.rule.columns };
                        let found = rule.normalise(look, column);
                        if found.records.is_empty() {
                            continue;
                        }
                        let after = found.apply(batch.column(column), batch.records);
                        let change = found.change(&after, batch.records);
                        batch.columns[usize::from(column)] = after;
                        verdict.rewrites.push(Rewrite { rule: code, column, change });
                    }
                }
                Action::File(rule) => {
                    let mut sums = Sums::default();
                    rule.measure(look, &mut sums);
                    verdict.measures.extend(sums.into_measures(code));
                }
                Action::Host => {}
            }
        }
        Ok(verdict)
    }

    /// Judges the file by its measures, merged over all batches.
    pub fn finish(&self, totals: &[Measure]) -> Vec<FileResult> {
        self.rules
            .iter()
            .filter_map(|active| {
                let Action::File(rule) = &active.action else { return None };
                let finding = rule.judge(&Sums::of_rule(totals, active.rule.code));
                Some(FileResult {
                    rule: active.rule.code,
                    outcome: finding.outcome,
                    observed: finding.observed,
                    expected: finding.expected,
                })
            })
            .collect()
    }

    /// Checks that the batch is what the plan requested, so that the rules need not check.
    fn check(&self, batch: &Batch) -> Result<(), Fault> {
        if batch.columns.len() != self.requests.len() {
            return Err(Fault::Batch(format!(
                "expected {} columns, found {}",
                self.requests.len(),
                batch.columns.len()
            )));
        }
        for (request, column) in self.requests.iter().zip(&batch.columns) {
            let fits = match (&request.form, column.cells()) {
                (_, Cells::Absent)
                | (Form::Text, Cells::Text(_) | Cells::Constant(_) | Cells::Dictionary { .. })
                | (Form::Integer, Cells::Integer(_))
                | (Form::Date(_), Cells::Date(_)) => true,
                (Form::Decimal(wanted), Cells::Decimal { scale, .. }) => scale == wanted,
                _ => false,
            };
            if !fits {
                return Err(Fault::Batch(format!(
                    "column `{}` is not in the form that the plan requested",
                    request.name
                )));
            }
        }
        Ok(())
    }
}

/// The number of records that are blank in all of the rule's columns.
fn all_blank(look: Look<'_>) -> u32 {
    let filled = look
        .columns()
        .fold(Bits::zeros(look.records()), |filled, column| filled.or(column.filled()));
    narrow(look.records() - filled.count())
}
