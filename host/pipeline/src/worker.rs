//! The state of a worker: its memory, and its plugin sessions, one for each plugin and stage, opened when first needed.

use assay_ingest::ColumnMemory;
use assay_model::{Batch, Column, FileResult, RuleClass};
use assay_sandbox::{PoisonReason, Profile, SandboxError, Session};

use crate::plan::Plan;
use crate::totals::Totals;

/// What one thread needs to call plugins.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    sessions: Vec<Option<Session>>,
    memory: ColumnMemory,
}

impl Worker {
    /// Memory for building columns, including `spare`.
    pub(crate) fn memory(&mut self, spare: Vec<Column>) -> &mut ColumnMemory {
        self.memory.recycle(spare);
        &mut self.memory
    }

    /// Memory in use, in bytes: for columns, and the peak of plugin instances, which never return memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        let guests = self.sessions.iter().flatten();
        self.memory.memory() + guests.map(|guest| guest.profile().memory_peak).sum::<usize>()
    }

    /// Judges a batch in a stage.
    pub(crate) fn process(
        &mut self,
        plan: &Plan,
        stage: usize,
        batch: &Batch,
    ) -> Result<assay_sandbox::BatchVerdict, SandboxError> {
        let _span = tracing::debug_span!("plugin").entered();
        self.session(plan, stage)?.process(batch)
    }

    /// Why a stage's plugin fails on a single record, if it does; not counted in the profile.
    pub(crate) fn fails_alone(
        &mut self,
        plan: &Plan,
        stage: usize,
        batch: &Batch,
    ) -> Result<Option<PoisonReason>, SandboxError> {
        self.session(plan, stage)?.fails_alone(batch)
    }

    /// Lets plugins judge the file by its measures. Returns each result with its rule of the run.
    pub(crate) fn finish(
        &mut self,
        plan: &Plan,
        totals: &Totals,
    ) -> Result<Vec<(usize, FileResult)>, SandboxError> {
        let mut results = Vec::new();
        for class in RuleClass::IN_ORDER {
            for index in plan.stages_of(class).filter(|&index| plan.stages[index].called) {
                for result in self.session(plan, index)?.finish(totals.measures(index))? {
                    results.push((plan.stages[index].rule(result.rule), result));
                }
            }
        }
        Ok(results)
    }

    /// The cost of calls in a stage so far; `None` if there were none.
    pub(crate) fn profile(&self, stage: usize) -> Option<Profile> {
        Some(self.sessions.get(stage)?.as_ref()?.profile())
    }

    fn session(&mut self, plan: &Plan, index: usize) -> Result<&mut Session, SandboxError> {
        if self.sessions.is_empty() {
            self.sessions.resize_with(plan.stages.len(), || None);
        }
        let slot = &mut self.sessions[index];
        if slot.is_none() {
            let stage = &plan.stages[index];
            *slot = Some(Session::open(&stage.component, &stage.context, &stage.declared)?);
        }
        Ok(slot.as_mut().expect("just opened"))
    }
}
