//! The state shared by all components and sessions of a sandbox: wasmtime, configured once for all plugins.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::{Mutex, PoisonError};

use wasmtime::{Config, OperatorCost, OptLevel};

use crate::cache::Cache;
use crate::error::SandboxError;
use crate::options::{Meter, Options};
use crate::{steps, ticker};

/// Stack size of a guest. 512 KiB: deep enough for any parser, and a quarter of a host thread's stack.
const STACK_BYTES: usize = 512 << 10;

/// The state shared by all components and sessions of a sandbox.
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
    /// Sets up wasmtime, the clock that detects hanging calls, and the cache.
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

    /// The warnings so far.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records a problem that does not stop anything.
    pub(crate) fn warn(&self, text: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&text) {
            warnings.push(text);
        }
    }
}

/// One unit per instruction, and one per byte moved, so that fuel roughly counts the machine's work.
fn costs() -> OperatorCost {
    // Growing memory goes through the host, even if the request is refused, and takes about as long as a thousand instructions;
    // 255 is the highest cost that an instruction can have.
    OperatorCost { MemoryGrow: u8::MAX, TableGrow: u8::MAX, ..OperatorCost::new() }
}

fn config(meter: Meter) -> Config {
    let mut config = Config::new();
    // All calls are synchronous; support for asynchronous ones makes each call several times slower.
    config.concurrency_support(false);
    match meter {
        // Fuel decides. The clock covers work that uses time but hardly any fuel, such as texts passed between the parts of a
        // composed component.
        Meter::Fuel => config.consume_fuel(true).operator_cost(costs()).epoch_interruption(true),
        // The epoch never advances and the deadline has always passed, so each check calls `steps`.
        Meter::Steps(_) => {
            config.wasm_backtrace_max_frames(NonZeroUsize::new(steps::MOST_FRAMES));
            config.epoch_interruption(true)
        }
    };
    config.cranelift_opt_level(OptLevel::Speed);
    // The same plugin gives the same bits on every machine: NaNs are canonical, and instructions whose result may differ are
    // disabled.
    config.cranelift_nan_canonicalization(true);
    config.wasm_relaxed_simd(false);
    // Features that plugins do not need are disabled, so that they cannot be attacked.
    config.wasm_memory64(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_wide_arithmetic(false);
    config.wasm_tail_call(false);
    // 4 GiB of address space plus guard pages for each memory, so that loads and stores do not need bounds checks.
    config.memory_reservation(4 << 30);
    config.memory_guard_size(32 << 20);
    config.max_wasm_stack(STACK_BYTES);
    config
}
