//! The invariants of every run: nothing was lost on the way. A run that violates one publishes nothing.
//!
//! They compare counts that were taken independently: by the survey, while the second pass read, where parts and quarantine were written,
//! and by outcome.

use assay_model::RecordOutcome;

use crate::books::{Arrived, Destinations};
use crate::error::RunError;
use crate::judging::JudgedFile;
use crate::plan::Plan;
use crate::report::Report;
use crate::totals::decimal;

/// Records in the report which invariants hold, and fails if any does not.
pub(crate) fn check(report: &mut Report, plan: &Plan, judged: &JudgedFile) -> Result<(), RunError> {
    let mut broken = Vec::new();
    let mut note = |name: &str, faults: Vec<String>| {
        report.invariants.insert(name.to_owned(), faults.is_empty());
        broken.extend(faults);
    };
    note("records_are_conserved", records(plan, judged));
    note("bytes_tile_the_input", bytes(judged));
    if !plan.amounts.is_empty() {
        note("amounts_are_conserved", amounts(plan, judged));
    }
    if broken.is_empty() { Ok(()) } else { Err(RunError::DoesNotAddUp { what: broken.join("; ") }) }
}

/// Descriptions of those that do not hold.
fn faults<const N: usize>(holds: [(bool, String); N]) -> Vec<String> {
    holds.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what).collect()
}

fn records(plan: &Plan, judged: &JudgedFile) -> Vec<String> {
    let JudgedFile { totals, summary, written, .. } = judged;
    let Destinations { passed, held } = &written.arrived;
    let of = |outcome| totals.outcome(outcome);
    let passing =
        of(RecordOutcome::Passed) + of(RecordOutcome::Repaired) + of(RecordOutcome::Warned);
    let holding = of(RecordOutcome::Quarantined);
    let mut broken = faults([
        (
            summary.records == totals.read,
            format!("{} records surveyed, {} judged", summary.records, totals.read),
        ),
        (
            totals.read == passed.records + held.records,
            format!(
                "{} records judged, {} passed on, {} held back",
                totals.read, passed.records, held.records
            ),
        ),
        (
            passing == passed.records,
            format!("{passing} records fit to pass, {} passed on", passed.records),
        ),
        (
            holding == held.records,
            format!("{holding} records to be held back, {} held back", held.records),
        ),
        (
            summary.blocked == held.broken && passed.broken == 0,
            format!(
                "{} broken records surveyed, {} held back, {} passed on",
                summary.blocked, held.broken, passed.broken
            ),
        ),
    ]);
    if plan.purpose.publishes() {
        let parts: u64 = written.parts.iter().map(|part| part.rows).sum();
        let quarantine: u64 = written.quarantine.iter().map(|file| file.rows).sum();
        broken.extend(faults([
            (
                parts == passed.records,
                format!("{} records passed on, {parts} rows in part files", passed.records),
            ),
            (
                quarantine == held.records,
                format!("{} records held back, {quarantine} rows in the quarantine", held.records),
            ),
        ]));
    }
    broken
}

fn bytes(judged: &JudgedFile) -> Vec<String> {
    let JudgedFile { summary, written, .. } = judged;
    let Destinations { passed, held } = &written.arrived;
    faults([
        (
            summary.tiles(),
            format!(
                "{} bytes of input, {} of byte order mark, {} of header, {} of records, {} of blank lines",
                summary.bytes,
                summary.bom_bytes,
                summary.header_bytes,
                summary.record_bytes,
                summary.blank_bytes
            ),
        ),
        (
            summary.record_bytes == passed.bytes + held.bytes,
            format!(
                "{} bytes of records surveyed, {} passed on, {} held back",
                summary.record_bytes, passed.bytes, held.bytes
            ),
        ),
    ])
}

fn amounts(plan: &Plan, judged: &JudgedFile) -> Vec<String> {
    let JudgedFile { totals, summary, written, .. } = judged;
    let Arrived { amounts: passed, .. } = &written.arrived.passed;
    let Arrived { amounts: held, .. } = &written.arrived.held;
    let mut broken = Vec::new();
    let places = passed.iter().zip(held);
    for ((amount, read), (passed, held)) in plan.amounts.iter().zip(&totals.amounts).zip(places) {
        let name = &plan.names[amount.column];
        let text = |unscaled| decimal(unscaled, amount.scale);
        let cells = read.sum.records + read.blank + read.malformed;
        broken.extend(faults([
            (
                read.sum.unscaled == passed.unscaled + held.unscaled,
                format!(
                    "`{name}`: {} read, {} passed on, {} held back",
                    text(read.sum.unscaled),
                    text(passed.unscaled),
                    text(held.unscaled)
                ),
            ),
            (
                read.sum.records == passed.records + held.records,
                format!(
                    "`{name}`: {} amounts read, {} passed on, {} held back",
                    read.sum.records, passed.records, held.records
                ),
            ),
            (
                cells + summary.blocked == summary.records,
                format!(
                    "`{name}`: {} amounts, {} blanks and {} that are malformed, in {} records of which {} are broken",
                    read.sum.records, read.blank, read.malformed, summary.records, summary.blocked
                ),
            ),
        ]));
    }
    broken
}

#[cfg(test)]
mod tests;
