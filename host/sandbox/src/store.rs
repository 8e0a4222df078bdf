//! The store of one instance: its memory limit and its measurements.

use wasmtime::{ResourceLimiter, Store};

use crate::crossings::{self, Crossings};
use crate::engine::Engine;
use crate::fuel::Budget;
use crate::options::Meter;
use crate::steps::{self, Steps};

/// Core instances, memories and tables of one component. A Rust component has one of each; one that contains `CPython` links a
/// library for each of its parts and has about 40.
const PARTS: usize = 128;

/// Entries of a table: function pointers, 8 bytes each. An interpreter of 50 MB has 100,000.
const TABLE_ENTRIES: usize = 100_000;

/// Keeps an instance within its memory limit, and records whether it asked for more.
#[derive(Debug)]
pub(crate) struct State {
    limit: usize,
    used: usize,
    peak: usize,
    refused: bool,
    pub(crate) steps: Steps,
    pub(crate) crossings: Crossings,
}

impl State {
    /// Peak linear memory, in bytes.
    pub(crate) fn peak(&self) -> usize {
        self.peak
    }

    /// Whether memory was refused since the last call began.
    pub(crate) fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // The limit applies to all memories of the store together.
        let used = self.used.saturating_sub(current).saturating_add(desired);
        if used > self.limit {
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        self.peak = self.peak.max(used);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ENTRIES)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}

/// A store with all limits set, ready for its first call.
pub(crate) fn new(engine: &Engine) -> Store<State> {
    let options = &engine.options;
    let state = State {
        limit: options.memory_bytes,
        used: 0,
        peak: 0,
        refused: false,
        steps: Steps::default(),
        crossings: Crossings::default(),
    };
    let mut store = Store::new(&engine.wasmtime, state);
    store.limiter(|state| state);
    store.set_hostcall_fuel(options.limits.output_bytes);
    crossings::watch(&mut store, |state| &mut state.crossings);
    if let Meter::Steps(limit) = options.meter {
        steps::watch(&mut store, limit, |state| &mut state.steps);
    }
    refill(engine, &mut store, Budget::Other);
    store
}

/// Sets fuel and deadline for the next call, and clears the record of refused memory.
pub(crate) fn refill(engine: &Engine, store: &mut Store<State>, budget: Budget) {
    store.data_mut().refused = false;
    match engine.options.meter {
        Meter::Steps(_) => store.set_epoch_deadline(0),
        Meter::Fuel => {
            let fuel = budget.units(engine.options.fuel_per_record);
            store.set_fuel(fuel).expect("the engine was built to consume fuel");
            store.set_epoch_deadline(engine.ticks.get());
        }
    }
}
