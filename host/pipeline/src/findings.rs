//! What was found in a slab: findings, repairs, counts.

use crate::judge::Judged;
use crate::message::excerpt;
use crate::plan::Plan;

/// A rule at level `warn` or above hit a record.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// Index of the record in the slab.
    pub(crate) record: u32,
    /// Index of the rule in the run.
    pub(crate) rule: usize,
    /// The layout column it names.
    pub(crate) column: Option<usize>,
    /// Empty until [`complete`] renders the rule's template, unless the finder said it itself.
    pub(crate) message: String,
    /// The named column's cell, cut to an excerpt.
    pub(crate) value: Option<String>,
}

/// A cell that a normalise rule rewrote.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    /// Index of the record in the slab.
    pub(crate) record: u32,
    pub(crate) rule: usize,
    /// The layout column.
    pub(crate) column: usize,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
}

/// How often a rule came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RuleCount {
    /// Records it was carried out on.
    pub(crate) evaluated: u64,
    /// Records it hit (cells, for a normalise rule that is only counted).
    pub(crate) failed: u64,
    /// Records it could not judge.
    pub(crate) skipped: u64,
    /// Records on which the rule itself could not be carried out.
    pub(crate) errored: u64,
    /// Cells it rewrote.
    pub(crate) repaired: u64,
}

impl RuleCount {
    /// Adds what another part of the file came to.
    pub(crate) fn add(&mut self, other: &Self) {
        self.evaluated += other.evaluated;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.errored += other.errored;
        self.repaired += other.repaired;
    }
}

/// Arguments a plugin gave for the message of one hit.
#[derive(Debug)]
pub(crate) struct MessageArguments {
    pub(crate) record: u32,
    pub(crate) rule: usize,
    pub(crate) arguments: Vec<String>,
}

/// Puts findings into their order and writes their messages. `rows` are the sound records.
pub(crate) fn complete(judged: &mut Judged, plan: &Plan, rows: &[u32]) {
    let mut findings = std::mem::take(&mut judged.findings);
    findings.sort_by_key(|finding| (finding.record, finding.rule, finding.column));
    judged.repairs.sort_by_key(|repair| repair.record);
    judged.dispositions.sort_unstable();
    judged.arguments.sort_by_key(|sample| (sample.record, sample.rule));
    for finding in &mut findings {
        let Ok(row) = rows.binary_search(&finding.record) else { continue };
        let cell = |column| judged.cell(plan, column, row).unwrap_or_default();
        if let Some(column) = finding.column {
            finding.value = Some(excerpt(cell(column)));
        }
        if finding.message.is_empty() {
            let named = finding.column.map(|column| (plan.names[column].as_str(), cell(column)));
            let key = (finding.record, finding.rule);
            let at =
                judged.arguments.binary_search_by_key(&key, |sample| (sample.record, sample.rule));
            let arguments = at.map_or(&[][..], |at| &judged.arguments[at].arguments);
            finding.message = plan.rules[finding.rule].message.render(named, arguments, cell);
        }
    }
    judged.findings = findings;
}
