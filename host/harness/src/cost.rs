//! Cost of rules: fuel for 1,000 records, which is the same on every machine, compared with a committed baseline; and time, for people.

mod baseline;
mod flame;
mod report;
mod workload;

use assay_sandbox::SandboxError;

pub use flame::{FlameError, folded};
pub use report::{CostReport, CostRequest, RuleCost, Verdict};

use self::workload::{RECORDS, pages, repeated, workloads};
use crate::exam::Exam;
use crate::found::Cost;
use crate::judging::{Handing, Wanted, judge};
use crate::setup::Setup;
use crate::table::Table;

/// Number of time measurements; the minimum counts. 15: enough to catch a moment in which the machine does nothing else.
const TIMES: usize = 15;
/// Names under which the whole plugin, and a call without columns, are listed among the rules.
const ALL: &str = "(all rules)";
const NOTHING: &str = "(no column)";

/// Measures the cost of a plugin's rules on the records of their pages, repeated up to 1,000.
///
/// The rules of a plugin run together, so each rule is measured on a layout with only the columns of its page, and the cost of 1,000
/// records without columns is subtracted. Rules that read the same columns share their cost. Fails if the plugin fails.
pub fn bench(request: &CostRequest<'_>) -> Result<CostReport, SandboxError> {
    let subject = request.subject;
    let info = subject.component().info();
    let mut report = CostReport {
        plugin: info.name.clone(),
        rules: Vec::new(),
        memory_peak: 0,
        faults: Vec::new(),
        notes: Vec::new(),
    };
    let base = match request.folder.assumed(&info.name) {
        Ok(base) => base,
        Err(fault) => {
            report.faults.push(fault);
            return Ok(report);
        }
    };
    let nothing = Table { columns: vec![String::new()], records: vec![vec![String::new()]] };
    let idle = measured(request, &base, &repeated(&nothing))?.unwrap_or_default();
    let mut everything: Vec<Exam> = Vec::new();
    for (name, rule, exams) in pages(request.folder, subject, &base) {
        let Some(cost) = of_exams(request, &exams)? else { continue };
        report.memory_peak = report.memory_peak.max(cost.memory);
        // The settings of a vocabulary create one rule, so nothing runs next to it.
        let (fuel, nanos) = if rule { (idle.fuel, idle.nanos) } else { (0, 0) };
        report.add(name, cost.fuel.saturating_sub(fuel), cost.nanos.saturating_sub(nanos));
        everything.extend(exams.into_iter().filter(|exam| rule && exam.setup == base));
    }
    report.rules.sort_by(|a, b| b.fuel.cmp(&a.fuel).then_with(|| a.rule.cmp(&b.rule)));
    if !everything.is_empty()
        && let Some(cost) = of_exams(request, &everything)?
    {
        report.memory_peak = report.memory_peak.max(cost.memory);
        report.add(ALL.to_owned(), cost.fuel, cost.nanos);
        report.add(NOTHING.to_owned(), idle.fuel, idle.nanos);
    }
    baseline::compare(request, &mut report);
    Ok(report)
}

impl CostReport {
    fn add(&mut self, rule: String, fuel: u64, nanos: u64) {
        #[expect(clippy::cast_precision_loss, reason = "nanoseconds for people, far below 2^52")]
        let nanos = nanos as f64 / RECORDS as f64;
        self.rules.push(RuleCost { rule, fuel, nanos, baseline: None, verdict: Verdict::Unknown });
    }
}

/// Returns the cost of examples: the mean over their workloads.
fn of_exams(request: &CostRequest<'_>, exams: &[Exam]) -> Result<Option<Cost>, SandboxError> {
    let mut costs = Vec::new();
    for (setup, table) in workloads(exams) {
        costs.extend(measured(request, &setup, &table)?);
    }
    let count = costs.len() as u64;
    Ok((count > 0).then(|| Cost {
        fuel: costs.iter().map(|cost| cost.fuel).sum::<u64>() / count,
        nanos: costs.iter().map(|cost| cost.nanos).sum::<u64>() / count,
        memory: costs.iter().map(|cost| cost.memory).max().unwrap_or_default(),
        ..Cost::default()
    }))
}

/// Measures the cost of a table; `None` if the plugin rejects the settings.
fn measured(
    request: &CostRequest<'_>,
    setup: &Setup,
    table: &Table,
) -> Result<Option<Cost>, SandboxError> {
    let Ok(planned) = request.subject.plan(setup, &table.columns) else { return Ok(None) };
    let once = || judge(request.subject, &planned, table, &Handing::whole(), Wanted::Facts);
    let mut cost = once()?.cost;
    for _ in 1..TIMES {
        cost.nanos = cost.nanos.min(once()?.cost.nanos);
    }
    Ok(Some(cost))
}
