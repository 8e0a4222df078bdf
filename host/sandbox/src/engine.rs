//! What all components and sessions of a sandbox share: wasmtime, configured once for all plugins.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::{Mutex, PoisonError};

use wasmtime::{Config, OperatorCost, OptLevel};

use crate::cache::Cache;
use crate::error::SandboxError;
use crate::options::{Meter, Options};
use crate::{steps, ticker};

/// Bytes of stack a guest may use. 512 KiB: deep enough for any parser, and a quarter of what a thread of the host has.
const STACK_BYTES: usize = 512 << 10;

/// What all components and sessions of a sandbox share.
pub(crate) struct Engine {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) options: Options,
    pub(crate) ticks: NonZeroU64,
    pub(crate) cache: Option<Cache>,
    warnings: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Engine {
    /// Sets up wasmtime, the clock that tells what hangs, and the cache.
    pub(crate) fn new(options: Options) -> Result<Self, SandboxError> {
        let wasmtime = wasmtime::Engine::new(&config(options.meter))
            .map_err(|error| SandboxError::Engine { detail: format!("{error:#}") })?;
        if options.meter == Meter::Fuel {
            ticker::start(&wasmtime).map_err(|error| SandboxError::Engine {
                detail: format!("no thread for the clock: {error}"),
            })?;
        }
        let mut warnings = Vec::new();
        let cache = options.cache.as_ref().and_then(|path| {
            Cache::open(path, &wasmtime).map_err(|reason| warnings.push(reason)).ok()
        });
        let ticks = ticker::ticks(options.deadline);
        let warnings = Mutex::new(warnings);
        Ok(Self { wasmtime, options, ticks, cache, warnings })
    }

    /// What was noted so far.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what went wrong without stopping anything.
    pub(crate) fn warn(&self, text: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&text) {
            warnings.push(text);
        }
    }
}

/// One unit for each instruction, and one for each byte that is moved, so that fuel is about a count of what the machine does.
fn costs() -> OperatorCost {
    // Asking for memory goes through the host, even where none is given, and takes the time of about a thousand instructions: the
    // most that one may cost.
    OperatorCost { MemoryGrow: u8::MAX, TableGrow: u8::MAX, ..OperatorCost::new() }
}

fn config(meter: Meter) -> Config {
    let mut config = Config::new();
    // All calls are synchronous; the machinery for others makes each call several times dearer.
    config.concurrency_support(false);
    match meter {
        // Fuel judges. The clock is there for what uses time and hardly any fuel, such as texts that the parts of a composed
        // component hand each other.
        Meter::Fuel => config.consume_fuel(true).operator_cost(costs()).epoch_interruption(true),
        // The clock never moves and the deadline is always now, so each check of it asks `steps`.
        Meter::Steps(_) => {
            config.wasm_backtrace_max_frames(NonZeroUsize::new(steps::MOST_FRAMES));
            config.epoch_interruption(true)
        }
    };
    config.cranelift_opt_level(OptLevel::Speed);
    // The same bits for the same plugin on every machine: NaNs included, and no instruction whose result may differ.
    config.cranelift_nan_canonicalization(true);
    config.wasm_relaxed_simd(false);
    // What no plugin needs cannot be attacked.
    config.wasm_memory64(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_wide_arithmetic(false);
    config.wasm_tail_call(false);
    // 4 GiB of address space and guard pages for each memory, so that loads and stores need no bounds checks.
    config.memory_reservation(4 << 30);
    config.memory_guard_size(32 << 20);
    config.max_wasm_stack(STACK_BYTES);
    config
}
