//! Which rule of a plugin fails on a record, told without asking the plugin: the record is judged again, each time with the cells of one
//! rule alone.

use std::collections::{BTreeMap, BTreeSet};

use assay_model::{Batch, Bitmap, Cells, Column, Form, Rule};
use assay_sandbox::{PoisonReason, SandboxError};

use crate::casting::cast;
use crate::plan::Plan;
use crate::worker::Worker;

/// What is known of a plugin that failed on a record.
#[derive(Debug)]
pub(super) struct Blame {
    /// Why it failed.
    pub(super) reason: PoisonReason,
    /// Codes of the rules any of which may be what failed: they fail by their own cells. Empty if none does.
    pub(super) suspects: Vec<u16>,
}

/// Finds who is to blame for `reason`, which a stage's plugin gave for `batch`, a record alone.
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
    // One that fails on blanks too does not do so for what is in the record.
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

/// Whether a function has the rule's name, as those do that rules are written as: `amount-sound` is `amount_sound`.
fn is_named(rule: &Rule, function: &str) -> bool {
    let name = rule.name.as_str().replace(['-', '.'], "_");
    function
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|part| part.eq_ignore_ascii_case(&name))
}

/// A record of which all columns but some are blank.
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
