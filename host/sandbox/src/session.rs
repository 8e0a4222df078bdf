//! A stage of a run in one worker: one instance for all batches, and fresh ones when a batch breaks it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Instant;

use assay_model::{Batch, DeclaredStage, FileResult, RunContext, Verdict};
use wasmtime::component::ResourceAny;

use crate::bisect;
use crate::call::Instance;
use crate::check::{self, StageIndex};
use crate::component::Component;
use crate::error::{Call, SandboxError};
use crate::failure::Failure;
use crate::fuel::Budget;
use crate::measures::{Beyond, Measures};
use crate::merge::merge;
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
    /// Instances built: 1 unless something failed, and one more where the file is judged.
    pub instances: u64,
}

/// A stage of a run. Not shared between threads; each worker opens its own.
pub struct Session {
    component: Component,
    context: RunContext,
    stage: StageIndex,
    live: Option<Live>,
    /// Records that are judged at once, as far as their cost is known. It changes how fast a file is judged, never what comes of it.
    at_once: u32,
    /// Fuel of the dearest call for the batch.
    dearest: u64,
    profile: Profile,
}

struct Live {
    instance: Instance,
    session: ResourceAny,
    used: bool,
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
            at_once: u32::MAX,
            dearest: 0,
            profile: Profile::default(),
        };
        session.ensure_live()?;
        Ok(session)
    }

    /// Judges a batch whose columns are those of the stage's plan, in its order.
    ///
    /// If the plugin traps, runs out of fuel, reports a fault or breaks the contract, the batch is judged in parts until the
    /// records that cause it stand alone, each in a fresh instance. An error means that the run cannot go on: too many such
    /// records, a call that does not come back, a plugin that cannot even be opened, or a batch that does not fit the plan.
    ///
    /// What comes out for a record does not depend on the batch it is in, nor on the machine: it is poison if, judged alone in a
    /// fresh instance, it fails or uses more than [`Options::fuel_per_record`](crate::Options::fuel_per_record). So that nobody is
    /// overlooked in company, a call with several records has half of that, whatever their number, and is divided if it runs out.
    /// What a record costs alone may therefore be up to twice what it adds to a batch; a plugin that builds tables at the first
    /// call stays within that if they cost less than half of a record's fuel.
    pub fn process(&mut self, batch: &Batch) -> Result<BatchVerdict, SandboxError> {
        if let Some(detail) = misfit(batch, self.stage.columns()) {
            let (plugin, first_record) = (self.component.name().to_owned(), batch.first_record);
            return Err(SandboxError::Batch { plugin, first_record, detail });
        }
        if batch.records == 0 {
            return Ok(BatchVerdict::default());
        }
        debug_assert!(
            !batch.columns.iter().any(|column| column.cells.has_unused()),
            "no plugin is asked of a text that no record has"
        );
        self.dearest = 0;
        if batch.records > self.at_once {
            return self.isolate(batch, None);
        }
        // A record that comes alone, and first, has what it needs at once.
        let alone = batch.records == 1 && !self.is_used();
        let budget = if alone { Budget::Alone } else { Budget::Together };
        match self.attempt(batch, 0..batch.records, budget)? {
            Ok(verdict) => {
                self.dare_more();
                Ok(BatchVerdict { verdict, poison: Vec::new() })
            }
            // In an instance that judged others, what a record came to is not final.
            Err(_) if batch.records == 1 && !alone => self.isolate(batch, None),
            Err(failure) => self.isolate(batch, Some(failure)),
        }
    }

    /// Why the plugin cannot judge a batch of one record, in an instance that judged nothing before; `None` if it can. For whoever looks at a
    /// record that is known to be poison: what comes of it counts toward nothing.
    pub fn fails_alone(&mut self, batch: &Batch) -> Result<Option<PoisonReason>, SandboxError> {
        if let Some(detail) = misfit(batch, self.stage.columns()) {
            let (plugin, first_record) = (self.component.name().to_owned(), batch.first_record);
            return Err(SandboxError::Batch { plugin, first_record, detail });
        }
        if self.is_used() {
            self.retire();
        }
        let judged = self.attempt(batch, 0..batch.records, Budget::Alone)?;
        Ok(judged.err().map(|failure| failure.reason))
    }

    /// Judges the file by its measures, merged over all batches of all sessions. Last, and on one session only: in an instance of its own,
    /// because which batches this session judged is chance, and what is said of the file must not depend on it.
    ///
    /// An error if a sum is beyond what a measure can hold, or the plugin fails.
    pub fn finish(&mut self, totals: &Measures) -> Result<Vec<FileResult>, SandboxError> {
        let component = self.component.clone();
        let engine = component.engine();
        let totals = totals.totals().map_err(|Beyond { code, key, value }| SandboxError::Sum {
            plugin: component.name().to_owned(),
            code,
            key,
            sum: value.to_string(),
        })?;
        if self.is_used() {
            self.retire();
        }
        let Live { instance, session, .. } = self.ensure_live()?;
        let results = instance.finish(engine, *session, &totals);
        // Whatever came of it, the session in the guest has ended.
        self.retire();
        let results = results.map_err(|ended| component.failed(Call::Finish, ended))?;
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
    /// how often they were met. Empty unless the meter is [`Meter::Steps`](crate::Meter::Steps).
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
                .map_err(|ended| component.failed(Call::Instantiate, ended))?;
            let session = instance
                .open(component.engine(), &self.context, self.stage.class.code())
                .map_err(|ended| component.failed(Call::Open, ended))?;
            self.profile.instances += 1;
            self.live = Some(Live { instance, session, used: false });
        }
        Ok(self.live.as_mut().expect("just built"))
    }

    /// Whether there is an instance that judged something.
    fn is_used(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.used)
    }

    /// Throws the instance away.
    fn retire(&mut self) {
        self.profile = self.profile();
        self.live = None;
    }

    /// Judges a batch as it is. After a failure the instance is gone. `at` says where it lies in the one that is to be judged.
    fn attempt(
        &mut self,
        batch: &Batch,
        at: Range<u32>,
        budget: Budget,
    ) -> Result<Result<Verdict, Failure>, SandboxError> {
        let component = self.component.clone();
        let engine = component.engine();
        let Live { instance, session, used } = self.ensure_live()?;
        *used = true;
        let (judged, nanos) = instance.process(engine, component.name(), *session, batch, budget);
        let fuel = instance.fuel_used(engine, budget);
        self.dearest = self.dearest.max(fuel);
        let profile = &mut self.profile;
        profile.calls += 1;
        profile.records += u64::from(batch.records);
        profile.nanos = profile.nanos.saturating_add(nanos);
        profile.fuel = profile.fuel.saturating_add(fuel);
        let judged =
            judged.map_err(|hang| hang.error(component.name(), Call::Process, Some(at)))?;
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

    /// As many records at once as the last batches let us, if they were fewer than there are; twice as many where they are cheap.
    fn dare_more(&mut self) {
        let engine = self.component.engine();
        if self.dearest <= Budget::Together.units(engine.options.fuel_per_record) / 4 {
            self.at_once = self.at_once.saturating_mul(2);
        }
    }

    fn isolate(
        &mut self,
        batch: &Batch,
        first: Option<Failure>,
    ) -> Result<BatchVerdict, SandboxError> {
        let begun = Instant::now();
        let component = self.component.clone();
        let max_poison = component.engine().options.max_poison;
        let max_failures = max_poison.max(1).saturating_mul(FAILURES_PER_POISON);
        let gave_up = |records: Range<u32>, reason: &PoisonReason, failures| SandboxError::GaveUp {
            plugin: component.name().to_owned(),
            records,
            poison: component.poisoned(),
            failures,
            took: begun.elapsed(),
            reason: reason.clone(),
        };
        // Too many records at once are no failure of the plugin, and are not given up.
        let (mut too_many, mut largest) = (false, 1);
        match &first {
            Some(failure) if failure.reason.is_of_size() => too_many = true,
            Some(_) => drop(component.count_failure()),
            None => {}
        }
        let at_once = self.at_once;
        let ranges = (0..batch.records.div_ceil(at_once)).map(|part| {
            let start = part * at_once;
            start..start.saturating_add(at_once).min(batch.records)
        });
        let attempt = |range: Range<u32>| {
            let alone = range.len() == 1;
            if alone && self.is_used() {
                self.retire();
            }
            let budget = if alone { Budget::Alone } else { Budget::Together };
            let judged = self.attempt(&slice(batch, range.clone()), range.clone(), budget)?;
            match &judged {
                Ok(_) => largest = largest.max(range.end - range.start),
                Err(failure) if !alone && failure.reason.is_of_size() => too_many = true,
                Err(failure) => {
                    let failures = component.count_failure();
                    if failures > max_failures {
                        return Err(gave_up(range, &failure.reason, failures));
                    }
                }
            }
            Ok(judged)
        };
        let found = |record, reason: &PoisonReason| {
            if component.count_poison() >= max_poison {
                return Err(gave_up(record..record + 1, reason, component.failures()));
            }
            Ok(())
        };
        let isolated = bisect::isolate(ranges, first, attempt, found)?;
        // Where no record alone is the reason, fewer of the next are judged at once.
        if !too_many {
            self.dare_more();
        } else if !isolated.poison.iter().any(|(_, reason)| reason.is_of_size()) {
            self.at_once = largest;
        }
        let poison =
            isolated.poison.into_iter().map(|(record, reason)| Poison { record, reason }).collect();
        Ok(BatchVerdict { verdict: merge(isolated.parts, batch.records, &self.stage), poison })
    }
}
