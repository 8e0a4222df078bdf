//! The account of a file: every record and every cent, added up slab by slab in file order.

use assay_model::{Decimal, Measure, Position, RecordOutcome};
use assay_sandbox::{Breach, Call, Measures, SandboxError};

use crate::amounts::AmountRead;
use crate::error::RunError;
use crate::findings::RuleCount;
use crate::judged::JudgedSlab;
use crate::memory::MemoryLimit;
use crate::plan::Plan;

/// Number of hits per rule that a report shows with position and message: enough to look at; the quarantine holds them all.
const EXAMPLES: usize = 3;

/// Overhead of a measure besides its key, in bytes: in the list, in the plugin's copy of the list, and in the plugin.
const MEASURE_BYTES: usize = 256;

/// A hit shown in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) position: Position,
    pub(crate) message: String,
}

/// The totals of a file so far.
#[derive(Debug)]
pub(crate) struct Totals {
    pub(crate) read: u64,
    /// Records by outcome, in the order of [`RecordOutcome`].
    pub(crate) outcomes: [u64; 4],
    pub(crate) rules: Vec<RuleCount>,
    pub(crate) examples: Vec<Vec<Example>>,
    /// The amounts read, by amount of the plan.
    pub(crate) amounts: Vec<AmountRead>,
    /// Measures by stage.
    measures: Vec<Measures>,
    /// Their size, and its maximum, in bytes.
    measured: usize,
    most_measured: usize,
    /// The first record-level rule at level `refuse` that hit.
    pub(crate) refused_by: Option<usize>,
}

impl Totals {
    pub(crate) fn new(plan: &Plan, memory: MemoryLimit) -> Self {
        Self {
            read: 0,
            outcomes: [0; 4],
            rules: vec![RuleCount::default(); plan.rules.len()],
            examples: vec![Vec::new(); plan.rules.len()],
            amounts: vec![AmountRead::default(); plan.amounts.len()],
            measures: vec![Measures::default(); plan.stages.len()],
            measured: 0,
            most_measured: memory.measures(),
            refused_by: None,
        }
    }

    pub(crate) fn outcome(&self, outcome: RecordOutcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    pub(crate) fn quarantined(&self) -> u64 {
        self.outcome(RecordOutcome::Quarantined)
    }

    /// Adds a judged slab.
    pub(crate) fn add(&mut self, judged: &JudgedSlab, plan: &Plan) -> Result<(), RunError> {
        self.read += judged.outcomes.len() as u64;
        for outcome in &judged.outcomes {
            self.outcomes[*outcome as usize] += 1;
        }
        for (total, count) in self.rules.iter_mut().zip(&judged.counts) {
            total.add(count);
        }
        for finding in &judged.findings {
            let shown = &mut self.examples[finding.rule];
            if shown.len() < EXAMPLES {
                let position = judged.slab.position(finding.record as usize);
                shown.push(Example { position, message: finding.message.clone() });
            }
        }
        debug_assert_eq!(judged.amounts.len(), plan.amounts.len(), "all amounts are counted");
        for (read, more) in self.amounts.iter_mut().zip(&judged.amounts) {
            read.add(*more);
        }
        for (stage, measure) in &judged.measures {
            let plugin = || plan.stages[*stage].component.name().to_owned();
            self.merge(*stage, measure).map_err(|breach| SandboxError::Breach {
                plugin: plugin(),
                call: Call::Process,
                breach,
            })?;
            if self.measured > self.most_measured {
                return Err(RunError::Measures {
                    plugin: plugin(),
                    measures: self.measures.iter().map(Measures::len).sum(),
                    bytes: self.measured,
                    record: self.read,
                });
            }
        }
        self.refused_by = self.refused_by.or(judged.refused_by);
        Ok(())
    }

    fn merge(&mut self, stage: usize, measure: &Measure) -> Result<(), Breach> {
        if self.measures[stage].merge(measure.clone())? {
            self.measured += MEASURE_BYTES + measure.key.len();
        }
        Ok(())
    }

    /// The measures of a stage, merged over the file.
    pub(crate) fn measures(&self, stage: usize) -> &Measures {
        &self.measures[stage]
    }
}

/// A sum in the format of reports.
pub(crate) fn decimal(unscaled: i128, scale: u8) -> String {
    Decimal { unscaled, scale }.to_string()
}
