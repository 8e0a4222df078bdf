//! What a worker keeps to itself: sessions, one for each plugin and stage, opened when first needed, and memory.

use assay_ingest::ColumnMemory;
use assay_model::{Batch, Measure};
use assay_sandbox::{SandboxError, Session};

use crate::plan::Plan;
use crate::spare::Spare;

/// What one thread needs to call plugins.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    sessions: Vec<Option<Session>>,
    memory: ColumnMemory,
}

impl Worker {
    /// Memory for building columns, with what others are done with.
    pub(crate) fn memory(&mut self, spare: &Spare) -> &mut ColumnMemory {
        self.memory.recycle(spare.columns());
        &mut self.memory
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

    /// Ends a stage over the whole file's measures.
    pub(crate) fn finish(
        &mut self,
        plan: &Plan,
        stage: usize,
        totals: &[Measure],
    ) -> Result<Vec<assay_model::FileResult>, SandboxError> {
        self.session(plan, stage)?.finish(totals)
    }

    fn session(&mut self, plan: &Plan, index: usize) -> Result<&mut Session, SandboxError> {
        if self.sessions.is_empty() {
            self.sessions.resize_with(plan.stages.len(), || None);
        }
        let slot = &mut self.sessions[index];
        if slot.is_none() {
            let stage = &plan.stages[index];
            *slot = Some(Session::open(&stage.component, &stage.context, &stage.plan)?);
        }
        Ok(slot.as_mut().expect("just opened"))
    }
}
