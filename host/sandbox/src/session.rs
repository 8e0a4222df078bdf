//! A stage of a run in one worker: one instance for all batches, and a fresh one after a batch breaks it.

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

/// Failed calls allowed for each poison record allowed. 16: isolating one record of 4,096 takes 13, and a plugin that fails on every batch
/// but never on a single record must be stopped too.
const FAILURES_PER_POISON: u32 = 16;

/// A record that the plugin cannot judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poison {
    /// Index into the batch.
    pub record: u32,
    /// The reason.
    pub reason: PoisonReason,
}

/// The result of [`Session::process`]: a plugin's verdict on a batch, except for the records on which it failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchVerdict {
    /// The plugin's verdict on all records except the poison ones.
    pub verdict: Verdict,
    /// Records that it cannot judge, ascending.
    pub poison: Vec<Poison>,
}

/// The cost of a session so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Profile {
    /// Calls to `process`, including failed ones.
    pub calls: u64,
    /// Records in those calls.
    pub records: u64,
    /// Nanoseconds in those calls: copying in, the plugin itself, copying out.
    pub nanos: u64,
    /// Units of fuel used by them; 0 if fuel is not counted.
    pub fuel: u64,
    /// Peak linear memory of an instance, in bytes.
    pub memory_peak: usize,
    /// Instances created: 1 unless something failed, plus one if the file is judged.
    pub instances: u64,
}

/// A stage of a run. Not shared between threads; each worker opens its own session.
pub struct Session {
    component: Component,
    context: RunContext,
    stage: StageIndex,
    live: Option<Live>,
    /// Records judged in one call, adjusted to their cost. It affects the speed, never the result.
    at_once: u32,
    /// Fuel used by the most expensive call for the batch.
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
    /// Opens a session for a stage that [`Component::plan`] returned for the same context. Each worker opens one.
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

    /// Judges a batch whose columns are those of the stage's plan, in the same order.
    ///
    /// If the plugin traps, runs out of fuel, reports a fault or breaks the contract, the batch is judged in parts until the records that
    /// cause it are isolated, each in a fresh instance. An error means that the run cannot continue: too many such records, a call that does
    /// not return, a plugin that cannot even be opened, or a batch that does not match the plan.
    ///
    /// The result for a record does not depend on its batch or on the machine: the record is poison if, judged alone in a fresh instance, it
    /// fails or uses more than [`Options::fuel_per_record`](crate::Options::fuel_per_record). So that no such record is missed in company, a
    /// call with several records has half of that, whatever their number, and is divided if it runs out. The cost of a record alone may
    /// therefore be up to twice what it adds to a batch; a plugin that builds tables in the first call stays within that if they cost less
    /// than half of a record's fuel.
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
        // The first record of an instance, if it is alone in its batch, gets its full budget immediately.
        let alone = batch.records == 1 && !self.is_used();
        let budget = if alone { Budget::Alone } else { Budget::Together };
        match self.attempt(batch, 0..batch.records, budget)? {
            Ok(verdict) => {
                self.dare_more();
                Ok(BatchVerdict { verdict, poison: Vec::new() })
            }
            // In an instance that has judged other records, the result for a record is not final.
            Err(_) if batch.records == 1 && !alone => self.isolate(batch, None),
            Err(failure) => self.isolate(batch, Some(failure)),
        }
    }

    /// Why the plugin cannot judge a batch of one record in a fresh instance; `None` if it can. For examining a record that is known to be
    /// poison: the result does not count towards any limit.
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

    /// Judges the file by its measures, merged over all batches of all sessions. Called last, and on one session only. It uses a fresh
    /// instance, because the batches that this session judged are arbitrary, and the result for the file must not depend on them.
    ///
    /// Returns an error if a total does not fit a measure, or if the plugin fails.
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
        // Whatever the result, the session in the guest has ended.
        self.retire();
        let results = results.map_err(|ended| component.failed(Call::Finish, ended))?;
        check::results(results, &self.stage, &engine.options.limits)
            .map_err(|breach| component.breach(Call::Finish, breach))
    }

    /// The cost so far.
    pub fn profile(&self) -> Profile {
        let mut profile = self.profile;
        if let Some(live) = &self.live {
            profile.memory_peak = profile.memory_peak.max(live.instance.memory_peak());
        }
        profile
    }

    /// Where its current instance has spent its steps, as folded stacks: functions from the outermost in, joined by semicolons, with the
    /// number of samples. Empty unless the meter is [`Meter::Steps`](crate::Meter::Steps).
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

    /// Whether there is an instance that has judged something.
    fn is_used(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.used)
    }

    /// Drops the instance.
    fn retire(&mut self) {
        self.profile = self.profile();
        self.live = None;
    }

    /// Judges a batch undivided. After a failure the instance is gone. `at` is its range in the batch passed to [`Self::process`].
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

    /// Doubles the number of records per call if the calls for this batch were cheap.
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
        // Too many records in one call is not a failure of the plugin, and does not count towards giving up.
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
        // If no single record is the cause, fewer of the following records are judged per call.
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
