//! Finds the rule of a plugin that fails on a record, without help from the plugin: the record is judged again once per rule, each time
//! with only that rule's cells filled.

use std::collections::{BTreeMap, BTreeSet};

use assay_model::{Batch, Bitmap, Cells, Column, Form, Rule};
use assay_sandbox::{PoisonReason, SandboxError};

use crate::casting::cast;
use crate::plan::Plan;
use crate::worker::Worker;

/// Why a plugin failed on a record, and which rules may be the cause.
#[derive(Debug)]
pub(super) struct Blame {
    /// Why it failed.
    pub(super) reason: PoisonReason,
    /// Codes of the rules that may have failed: each fails on its own cells alone. Empty if none does.
    pub(super) suspects: Vec<u16>,
}

/// Finds the rules that may have caused `reason`, which the plugin of a stage reported for `batch`, a single record.
pub(super) fn find(
    plan: &Plan,
    worker: &mut Worker,
    stage: usize,
    batch: &Batch,
    reason: PoisonReason,
) -> Result<Blame, SandboxError> {
    let rules = || plan.stages[stage].declared.rules.iter().filter(|it| it.host_check.is_none());
    let named: Vec<u16> = rules()
        .filter(|rule| reason.function().is_some_and(|function| is_named(rule, function)))
        .map(|rule| rule.code)
        .collect();
    if named.len() == 1 {
        return Ok(Blame { reason, suspects: named });
    }
    let forms: Vec<&Form> =
        plan.stages[stage].declared.columns.iter().map(|request| &request.form).collect();
    let mut tried = BTreeMap::new();
    let mut fails = |columns: BTreeSet<u16>| {
        if let Some(&failed) = tried.get(&columns) {
            return Ok(failed);
        }
        let failed = worker.fails_alone(plan, stage, &only(batch, &forms, &columns))?.is_some();
        tried.insert(columns, failed);
        Ok::<_, SandboxError>(failed)
    };
    // A plugin that fails on blanks too does not fail because of the record's cells.
    if fails(BTreeSet::new())? {
        return Ok(Blame { reason, suspects: Vec::new() });
    }
    let mut suspects = Vec::new();
    for rule in rules() {
        if fails(rule.columns.iter().copied().collect())? {
            suspects.push(rule.code);
        }
    }
    Ok(Blame { reason, suspects })
}

/// Whether the function is named after the rule, as the functions that rules are written as are: `amount-sound` is `amount_sound`.
fn is_named(rule: &Rule, function: &str) -> bool {
    let name = rule.name.as_str().replace(['-', '.'], "_");
    function
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|part| part.eq_ignore_ascii_case(&name))
}

/// Copies a one-record batch, blanking all but the given columns. Absent columns stay absent.
fn only(batch: &Batch, forms: &[&Form], columns: &BTreeSet<u16>) -> Batch {
    let kept = |at: u16, column: &Column| columns.contains(&at) || column.cells == Cells::Absent;
    let cells = (0..).zip(&batch.columns).zip(forms).map(|((at, column), form)| {
        if kept(at, column) { column.clone() } else { cast(&blank(), form, 1) }
    });
    Batch { columns: cells.collect(), standing: batch.standing.clone(), ..*batch }
}

fn blank() -> Column {
    let cells = Cells::Constant(Vec::new());
    Column { cells, valid: Some(Bitmap::zeros(1)), malformed: None }
}
