//! What must hold in every run: that nothing was lost on the way. A run that breaks it publishes nothing.

use crate::error::RunError;
use crate::judging::JudgedFile;
use crate::plan::Plan;
use crate::report::Report;
use crate::totals::decimal;

/// Notes in the report what holds, and fails if anything does not.
pub(crate) fn check(report: &mut Report, plan: &Plan, judged: &JudgedFile) -> Result<(), RunError> {
    let totals = &judged.totals;
    let parts: u64 = judged.written.parts.iter().map(|part| part.rows).sum();
    let held: u64 = judged.written.quarantine.iter().map(|file| file.rows).sum();
    let mut broken = Vec::new();
    let mut expect = |name: &str, holds: bool, what: String| {
        report.invariants.insert(name.to_owned(), holds);
        if !holds {
            broken.push(what);
        }
    };
    expect(
        "records_are_conserved",
        totals.read == totals.validated() + totals.quarantined()
            && (!plan.purpose.publishes()
                || (parts == totals.validated() && held == totals.quarantined())),
        format!(
            "{} records read, {parts} rows in part files, {held} in the quarantine",
            totals.read
        ),
    );
    expect("bytes_tile_the_input", judged.summary.tiles(), format!("{:?}", judged.summary));
    for (amount, sums) in plan.amounts.iter().zip(&totals.amounts) {
        let validated = judged.written.sums.get(amount.column).copied().unwrap_or_default();
        let name = &plan.names[amount.column];
        expect(
            "amounts_are_conserved",
            !plan.purpose.publishes() || sums.read == validated + sums.quarantined,
            format!(
                "`{name}`: {} read, {} written, {} held back",
                decimal(sums.read, amount.scale),
                decimal(validated, amount.scale),
                decimal(sums.quarantined, amount.scale)
            ),
        );
    }
    if broken.is_empty() { Ok(()) } else { Err(RunError::DoesNotAddUp { what: broken.join("; ") }) }
}
