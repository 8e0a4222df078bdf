//! A slab with everything found in it.

use assay_ingest::Slab;
use assay_model::{Column, Disposition, HitOutcome, Level, Measure, RecordOutcome};

use crate::amounts::AmountRead;
use crate::findings::{Finding, MessageArguments, Repair, RuleCount};
use crate::message::excerpt;
use crate::plan::Plan;
use crate::rewriting;

/// A slab with everything found in it.
#[derive(Debug)]
pub(crate) struct JudgedSlab {
    pub(crate) slab: Slab,
    /// Columns by slot, over the slab's sound records.
    pub(crate) columns: Vec<Option<Column>>,
    /// The amounts, by amount of the plan: counted before anything is judged.
    pub(crate) amounts: Vec<AmountRead>,
    /// The outcome of each record of the slab.
    pub(crate) outcomes: Vec<RecordOutcome>,
    /// Dispositions by quarantine rules, for the records they hit.
    pub(crate) dispositions: Vec<(u32, Disposition)>,
    /// Stored findings, by record and rule.
    pub(crate) findings: Vec<Finding>,
    /// Applied rewrites, in the order they were made.
    pub(crate) repairs: Vec<Repair>,
    /// Message arguments supplied by plugins.
    pub(crate) arguments: Vec<MessageArguments>,
    /// Counts by rule of the run.
    pub(crate) counts: Vec<RuleCount>,
    /// Contributions to the file's measures, by stage.
    pub(crate) measures: Vec<(usize, Measure)>,
    /// The record-level rule at level `refuse` that hit, if any.
    pub(crate) refused_by: Option<usize>,
}

impl JudgedSlab {
    pub(crate) fn new(slab: Slab, plan: &Plan) -> Self {
        let records = slab.len();
        Self {
            slab,
            columns: plan.slots.iter().map(|_| None).collect(),
            amounts: Vec::new(),
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

    /// Notes that a rule hit a record of the slab. Messages are rendered later, when all hits are known.
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
        if level == Level::Off || level == Level::Monitor && !plan.purpose.keeps_all() {
            return;
        }
        if level == Level::Refuse {
            self.refused_by.get_or_insert(rule);
        }
        self.raise(record, level.outcome());
        self.findings.push(Finding {
            record,
            rule,
            column,
            message: text.unwrap_or_default(),
            value: None,
        });
    }

    /// Memory in use, in bytes.
    pub(crate) fn memory(&self) -> usize {
        let columns: usize = self.columns.iter().flatten().map(Column::memory).sum();
        let finding = |finding: &Finding| {
            finding.message.capacity() + finding.value.as_ref().map_or(0, String::capacity)
        };
        let repair = |repair: &Repair| repair.before.capacity() + repair.after.capacity();
        let measure = |(_, measure): &(usize, Measure)| measure.key.capacity();
        let arguments = |sample: &MessageArguments| {
            sample.arguments.iter().map(|text| size_of::<String>() + text.capacity()).sum::<usize>()
        };
        self.slab.memory()
            + columns
            + self.outcomes.capacity()
            + self.columns.capacity() * size_of::<Column>()
            + self.counts.capacity() * size_of::<RuleCount>()
            + self.dispositions.capacity() * size_of::<(u32, Disposition)>()
            + total(&self.findings, finding)
            + total(&self.repairs, repair)
            + total(&self.measures, measure)
            + total(&self.arguments, arguments)
    }

    /// Raises the outcome of a record to at least `outcome`.
    pub(crate) fn raise(&mut self, record: u32, outcome: RecordOutcome) {
        let standing = &mut self.outcomes[record as usize];
        *standing = (*standing).max(outcome);
    }

    /// A cell of a sound record as rules saw it; `row` is an index among the judged records.
    pub(crate) fn cell(&self, plan: &Plan, column: usize, row: usize) -> Option<&[u8]> {
        let slot = plan.text_slot(column)?;
        Some(rewriting::cell(&self.columns[slot].as_ref()?.cells, row))
    }

    /// The cells of a record that a rule rewrote, or would have. Valid once findings are sorted.
    pub(crate) fn repairs_of(&self, record: u32, rule: usize) -> impl Iterator<Item = &Repair> {
        let from = self.repairs.partition_point(|repair| repair.record < record);
        let of_record = self.repairs[from..].iter().take_while(move |it| it.record == record);
        of_record.filter(move |repair| repair.rule == rule)
    }

    /// Whether a finding only says that a cell would be rewritten; the repair has the details.
    pub(crate) fn is_repair(&self, finding: &Finding) -> bool {
        self.repairs_of(finding.record, finding.rule).any(|it| Some(it.column) == finding.column)
    }

    /// Sorts the findings and renders their messages. `rows` are the judged records.
    pub(crate) fn complete(&mut self, plan: &Plan, rows: &[u32]) {
        let mut findings = std::mem::take(&mut self.findings);
        findings.sort_by_key(|finding| (finding.record, finding.rule, finding.column));
        self.repairs.sort_by_key(|repair| repair.record);
        self.dispositions.sort_unstable();
        self.arguments.sort_by_key(|sample| (sample.record, sample.rule));
        for finding in &mut findings {
            let Ok(row) = rows.binary_search(&finding.record) else { continue };
            let cell = |column| self.cell(plan, column, row).unwrap_or_default();
            if let Some(column) = finding.column {
                finding.value = Some(excerpt(cell(column)));
            }
            if finding.message.is_empty() {
                let named =
                    finding.column.map(|column| (plan.names[column].as_str(), cell(column)));
                let key = (finding.record, finding.rule);
                let at = self
                    .arguments
                    .binary_search_by_key(&key, |sample| (sample.record, sample.rule));
                let arguments = at.map_or(&[][..], |at| &self.arguments[at].arguments);
                finding.message = plan.rules[finding.rule].message.render(named, arguments, cell);
            }
        }
        self.findings = findings;
    }
}

/// Memory of a list in bytes, including the heap memory of its elements.
fn total<T>(list: &Vec<T>, held: impl Fn(&T) -> usize) -> usize {
    list.capacity() * size_of::<T>() + list.iter().map(held).sum::<usize>()
}
