//! An instance and its calls: each call has its own fuel and deadline, and its failures are classified.

use std::collections::BTreeMap;
use std::time::Instant;

use assay_model::{Batch, Measure, RunContext};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use crate::bindings::{RulePlugin, RulePluginPre, wit};
use crate::engine::Engine;
use crate::failure::{Ended, Failure, Hang, ended};
use crate::fuel::Budget;
use crate::lower;
use crate::reason::PoisonReason;
use crate::store::{self, State};

/// A running instance. After a failed call it must be dropped.
pub(crate) struct Instance {
    store: Store<State>,
    plugin: RulePlugin,
}

impl Instance {
    /// Builds a fresh instance.
    pub(crate) fn new(engine: &Engine, pre: &RulePluginPre<State>) -> Result<Self, Ended> {
        let mut store = store::new(engine);
        match pre.instantiate(&mut store) {
            Ok(plugin) => Ok(Self { store, plugin }),
            Err(error) => Err(ended(&error, store.data(), &engine.options, Budget::Other)),
        }
    }

    /// Peak size of linear memory, in bytes.
    pub(crate) fn memory_peak(&self) -> usize {
        self.store.data().peak()
    }

    /// The stacks in which the instance spent its steps.
    pub(crate) fn stacks(&self) -> BTreeMap<String, u64> {
        self.store.data().steps.stacks().clone()
    }

    /// Fuel that the last call used; 0 if fuel is not counted.
    pub(crate) fn fuel_used(&self, engine: &Engine, budget: Budget) -> u64 {
        let had = budget.units(engine.options.fuel_per_record);
        self.store.get_fuel().map_or(0, |left| had.saturating_sub(left))
    }

    pub(crate) fn describe(&mut self, engine: &Engine) -> Result<wit::PluginInfo, Ended> {
        self.call(engine, Budget::Other, |plugin, store| {
            plugin.assay_rules_plugin().call_describe(store)
        })
    }

    pub(crate) fn check_config(
        &mut self,
        engine: &Engine,
        context: &RunContext,
    ) -> Result<Result<Vec<wit::StagePlan>, Vec<wit::ConfigFault>>, Ended> {
        self.call(engine, Budget::Other, |plugin, store| {
            lower::with_context(context, |context| {
                plugin.assay_rules_plugin().call_check_config(store, context)
            })
        })
    }

    pub(crate) fn open(
        &mut self,
        engine: &Engine,
        context: &RunContext,
        stage: u16,
    ) -> Result<ResourceAny, Ended> {
        let opened = self.call(engine, Budget::Other, |plugin, store| {
            lower::with_context(context, |context| {
                plugin.assay_rules_plugin().session().call_open(store, context, stage)
            })
        })?;
        opened.map_err(|fault| PoisonReason::fault(fault.code, &fault.message).into())
    }

    /// Judges a batch; also returns the duration of the call in nanoseconds, including copying in and
    /// out.
    pub(crate) fn process(
        &mut self,
        engine: &Engine,
        plugin: &str,
        session: ResourceAny,
        batch: &Batch,
        budget: Budget,
    ) -> (Result<Result<wit::Verdict, Failure>, Hang>, u64) {
        let begun = Instant::now();
        self.store.data_mut().crossings.begin();
        let judged = self.call(engine, budget, |plugin, store| {
            lower::with_batch(batch, |batch| {
                plugin.assay_rules_plugin().session().call_process(store, session, batch)
            })
        });
        let ended = Instant::now();
        self.store.data().crossings.report(plugin, begun, ended);
        let took = u64::try_from((ended - begun).as_nanos()).unwrap_or(u64::MAX);
        let judged = match judged {
            Ok(Ok(verdict)) => Ok(Ok(verdict)),
            Ok(Err(fault)) => Ok(Err(fault.into())),
            Err(Ended::Failed(reason)) => Ok(Err(reason.into())),
            Err(Ended::Hanging(hang)) => Err(hang),
        };
        (judged, took)
    }

    pub(crate) fn finish(
        &mut self,
        engine: &Engine,
        session: ResourceAny,
        totals: &[Measure],
    ) -> Result<Vec<wit::FileResult>, Ended> {
        let totals = lower::measures(totals);
        let finished = self.call(engine, Budget::Other, |plugin, store| {
            plugin.assay_rules_plugin().session().call_finish(store, session, &totals)
        })?;
        finished.map_err(|fault| PoisonReason::fault(fault.code, &fault.message).into())
    }

    fn call<R>(
        &mut self,
        engine: &Engine,
        budget: Budget,
        run: impl FnOnce(&RulePlugin, &mut Store<State>) -> wasmtime::Result<R>,
    ) -> Result<R, Ended> {
        store::refill(engine, &mut self.store, budget);
        run(&self.plugin, &mut self.store)
            .map_err(|error| ended(&error, self.store.data(), &engine.options, budget))
    }
}
