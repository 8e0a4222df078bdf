//! What rules cost: fuel for 1,000 records, which is the same on every machine, against a committed baseline; time, for people.

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

/// How often time is measured; the least counts. 15: enough to meet a moment in which the machine does nothing else.
const TIMES: usize = 15;
/// What the whole plugin is called among the rules, and what a call costs without a column.
const ALL: &str = "(all rules)";
const NOTHING: &str = "(no column)";

/// Measures what a plugin's rules cost on the records of their pages, over and over up to 1,000.
///
/// Rules of one plugin run together, so a rule is measured on a layout that has only the columns of its page, and what 1,000
/// records cost without any column is taken off. Rules that read the same columns share their cost.
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
        // A vocabulary's settings make one rule, so nothing runs beside it.
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

/// The cost of examples: the mean of their workloads.
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

/// What a table costs; `None` if the plugin refuses the settings.
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
