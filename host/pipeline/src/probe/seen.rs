//! Follows one record through the stages: what each stage saw of it, and how it failed.

use assay_model::{Batch, RuleClass};
use assay_sandbox::{PoisonReason, SandboxError};

use super::blame::{self, Blame};
use crate::judge::Witness;
use crate::judged::JudgedSlab;
use crate::message::excerpt;
use crate::plan::Plan;
use crate::worker::Worker;

/// What each stage saw of the record, and how it failed.
#[derive(Debug)]
pub(super) struct Seen {
    /// Index of the record in the slab.
    record: u32,
    /// For each stage, for each of its columns: the text, if the layout has the column, and whether the text could not be parsed into the
    /// form requested.
    pub(super) columns: Vec<Vec<(Option<String>, bool)>>,
    /// For each stage: the batch it was given.
    given: Vec<Option<Batch>>,
    /// For each stage: why the plugin failed on it, if it did.
    poison: Vec<Option<PoisonReason>>,
}

impl Seen {
    pub(super) fn new(plan: &Plan, record: u32) -> Self {
        let stages = plan.stages.len();
        let (given, poison) = (vec![None; stages], vec![None; stages]);
        Self { record, columns: vec![Vec::new(); stages], given, poison }
    }

    /// For each stage: the suspected rules, if the plugin failed on the record.
    pub(super) fn blamed(
        &mut self,
        plan: &Plan,
        worker: &mut Worker,
    ) -> Result<Vec<Option<Blame>>, SandboxError> {
        let stages = self.poison.iter_mut().zip(&self.given).enumerate();
        stages
            .map(|(stage, (poison, given))| {
                let (Some(reason), Some(batch)) = (poison.take(), given) else { return Ok(None) };
                blame::find(plan, worker, stage, batch, reason).map(Some)
            })
            .collect()
    }
}

impl Witness for Seen {
    fn seeing(&mut self, judged: &JudgedSlab, plan: &Plan, stage: usize) {
        self.columns[stage] = plan.stages[stage]
            .slots
            .iter()
            .map(|&slot| {
                let column = plan.slots[slot].column;
                let text = column.and_then(|column| judged.cell(plan, column, 0)).map(excerpt);
                (text, is_malformed(judged, slot))
            })
            .collect();
        let built = |&slot: &usize| judged.columns[slot].clone().expect("built before the stage");
        let standing = match plan.stages[stage].class() {
            RuleClass::Quarantine => vec![judged.outcomes[self.record as usize] as u8],
            RuleClass::Normalise | RuleClass::Validate => Vec::new(),
        };
        self.given[stage] = Some(Batch {
            first_record: judged.slab.position(self.record as usize).record,
            records: 1,
            columns: plan.stages[stage].slots.iter().map(built).collect(),
            standing,
        });
    }

    fn heard(&mut self, stage: usize, _: &[u32], said: &assay_sandbox::BatchVerdict) {
        self.poison[stage] = said.poison.first().map(|poison| poison.reason.clone());
    }
}

fn is_malformed(judged: &JudgedSlab, slot: usize) -> bool {
    let column = judged.columns[slot].as_ref();
    column.and_then(|column| column.malformed.as_ref()).is_some_and(|bits| bits.get(0))
}
