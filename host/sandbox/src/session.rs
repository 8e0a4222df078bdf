//! A stage of a run in one worker: one instance for all batches, and fresh ones when a batch breaks it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Instant;

use assay_model::{Batch, DeclaredStage, FileResult, Measure, RunContext, Verdict};
use wasmtime::component::ResourceAny;

use crate::bisect;
use crate::call::Instance;
use crate::check::{self, StageIndex};
use crate::component::Component;
use crate::error::{Call, SandboxError};
use crate::failure::Failure;
use crate::merge::merge;
use crate::options::Meter;
use crate::reason::PoisonReason;
use crate::slice::{misfit, slice};

/// Calls that may fail for each record that may be poison. 16: isolating one record of 4,096 takes 13, and a plugin
/// that fails on every batch but never on a single record must end too.
const FAILURES_PER_POISON: u32 = 16;

/// A record that the plugin cannot judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poison {
    /// Index into the batch.
    pub record: u32,
    /// Why.
    pub reason: PoisonReason,
}

/// What one call came to: a plugin's verdict on a batch, but for the records it failed on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchVerdict {
    /// What the plugin says of all records but the poison ones.
    pub verdict: Verdict,
    /// Records it cannot judge, ascending.
    pub poison: Vec<Poison>,
}

/// What a session cost so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Profile {
    /// Calls to `process`, those that failed included.
    pub calls: u64,
    /// Records in those calls.
    pub records: u64,
    /// Nanoseconds in those calls: copying in, the plugin itself, copying out.
    pub nanos: u64,
    /// Units of fuel they used; 0 where none is counted.
    pub fuel: u64,
    /// The most bytes of linear memory of an instance.
    pub memory_peak: usize,
    /// Instances built: 1 unless something failed.
    pub instances: u64,
}

/// A stage of a run. Not shared between threads; each worker opens its own.
pub struct Session {
    component: Component,
    context: RunContext,
    stage: StageIndex,
    live: Option<Live>,
    profile: Profile,
}

struct Live {
    instance: Instance,
    session: ResourceAny,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("component", &self.component)
            .field("stage", &self.stage.class)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Opens a session for a stage that [`Component::plan`] gave for the same context. One session a worker.
    pub fn open(
        component: &Component,
        context: &RunContext,
        stage: &DeclaredStage,
    ) -> Result<Self, SandboxError> {
        let mut session = Self {
            component: component.clone(),
            context: context.clone(),
            stage: StageIndex::new(stage),
            live: None,
            profile: Profile::default(),
        };
        session.ensure_live()?;
        Ok(session)
    }

    /// Judges a batch whose columns are those of the stage's plan, in its order.
    ///
    /// If the plugin traps, hangs, reports a fault or breaks the contract, the batch is judged in parts by fresh
    /// instances until the records that cause it stand alone. An error means that the run cannot go on: too many such
    /// records, a plugin that cannot even be opened, or a batch that does not fit the plan.
    pub fn process(&mut self, batch: &Batch) -> Result<BatchVerdict, SandboxError> {
        if let Some(detail) = misfit(batch, self.stage.columns()) {
            let (plugin, first_record) = (self.component.name().to_owned(), batch.first_record);
            return Err(SandboxError::Batch { plugin, first_record, detail });
        }
        if batch.records == 0 {
            return Ok(BatchVerdict::default());
        }
        match self.attempt(batch)? {
            Ok(verdict) => Ok(BatchVerdict { verdict, poison: Vec::new() }),
            Err(failure) => self.isolate(batch, failure),
        }
    }

    /// Judges the file by its measures, merged over all batches of all sessions. Last, and on one session only.
    pub fn finish(&mut self, totals: &[Measure]) -> Result<Vec<FileResult>, SandboxError> {
        let component = self.component.clone();
        let engine = component.engine();
        let Live { instance, session } = self.ensure_live()?;
        let results = instance.finish(engine, *session, totals);
        // Whatever came of it, the session in the guest has ended.
        self.retire();
        let results = results.map_err(|reason| component.failed(Call::Finish, reason))?;
        check::results(results, &self.stage, &engine.options.limits)
            .map_err(|breach| component.breach(Call::Finish, breach))
    }

    /// What it cost so far.
    pub fn profile(&self) -> Profile {
        let mut profile = self.profile;
        if let Some(live) = &self.live {
            profile.memory_peak = profile.memory_peak.max(live.instance.memory_peak());
        }
        profile
    }

    /// Where its instance spent its steps so far, as folded stacks: functions from the outermost in, joined by semicolons, with
    /// how often they were met. Empty unless the meter is [`Meter::Steps`].
    pub fn stacks(&self) -> BTreeMap<String, u64> {
        self.live.as_ref().map(|live| live.instance.stacks()).unwrap_or_default()
    }

    /// The plugin.
    pub fn component(&self) -> &Component {
        &self.component
    }

    fn ensure_live(&mut self) -> Result<&mut Live, SandboxError> {
        if self.live.is_none() {
            let component = &self.component;
            let mut instance = Instance::new(component.engine(), component.pre())
                .map_err(|reason| component.failed(Call::Instantiate, reason))?;
            let session = instance
                .open(component.engine(), &self.context, self.stage.class.code())
                .map_err(|reason| component.failed(Call::Open, reason))?;
            self.profile.instances += 1;
            self.live = Some(Live { instance, session });
        }
        Ok(self.live.as_mut().expect("just built"))
    }

    /// Throws the instance away.
    fn retire(&mut self) {
        self.profile = self.profile();
        self.live = None;
    }

    /// Judges a batch as it is. After a failure the instance is gone.
    fn attempt(&mut self, batch: &Batch) -> Result<Result<Verdict, Failure>, SandboxError> {
        let component = self.component.clone();
        let engine = component.engine();
        let Live { instance, session } = self.ensure_live()?;
        let (judged, nanos) = instance.process(engine, component.name(), *session, batch);
        let fuel = match engine.options.meter {
            Meter::Fuel(limit) => instance.fuel_used(limit),
            Meter::Epoch | Meter::Steps(_) => 0,
        };
        let profile = &mut self.profile;
        profile.calls += 1;
        profile.records += u64::from(batch.records);
        profile.nanos = profile.nanos.saturating_add(nanos);
        profile.fuel = profile.fuel.saturating_add(fuel);
        let _span = tracing::debug_span!("verdict").entered();
        let checked = judged.and_then(|verdict| {
            check::verdict(verdict, &self.stage, batch, &engine.options.limits)
                .map_err(|breach| PoisonReason::Breach(breach).into())
        });
        if checked.is_err() {
            self.retire();
        }
        Ok(checked)
    }

    fn isolate(&mut self, batch: &Batch, first: Failure) -> Result<BatchVerdict, SandboxError> {
        let begun = Instant::now();
        let component = self.component.clone();
        let max_poison = component.engine().options.max_poison;
        let max_failures = max_poison.max(1).saturating_mul(FAILURES_PER_POISON);
        let gave_up = |reason: &PoisonReason, failures| SandboxError::GaveUp {
            plugin: component.name().to_owned(),
            poison: component.poisoned(),
            failures,
            took: begun.elapsed(),
            reason: reason.clone(),
        };
        let mut failures = component.count_failure();
        let attempt = |range: Range<u32>| {
            let judged = self.attempt(&slice(batch, range))?;
            if let Err(failure) = &judged {
                failures = component.count_failure();
                if failures > max_failures {
                    return Err(gave_up(&failure.reason, failures));
                }
            }
            Ok(judged)
        };
        let found = |reason: &PoisonReason| {
            if component.count_poison() >= max_poison {
                return Err(gave_up(reason, component.failures()));
            }
            Ok(())
        };
        let isolated = bisect::isolate(batch.records, first, attempt, found)?;
        let poison =
            isolated.poison.into_iter().map(|(record, reason)| Poison { record, reason }).collect();
        Ok(BatchVerdict { verdict: merge(isolated.parts, batch.records, &self.stage), poison })
    }
}
