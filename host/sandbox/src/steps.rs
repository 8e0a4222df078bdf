//! Where a plugin spends its time, by counting instead of by a clock, so that the result is the same on every machine.
//!
//! A step is a function entry or a loop iteration: the places at which compiled code checks the epoch. With a deadline that has
//! always passed, each of them calls the host. Every 61st is sampled.

use std::collections::BTreeMap;

use wasmtime::{AsContext, Store, UpdateDeadline, WasmBacktrace};

/// One step in this many is sampled. 61: a prime, so that loops of a fixed length are not sampled at the same place each time.
const EVERY: u64 = 61;

/// Frames kept of a stack. 64: deeper stacks are recursion, and the innermost frames are enough.
pub(crate) const MOST_FRAMES: usize = 64;

/// The samples so far.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    taken: u64,
    stacks: BTreeMap<String, u64>,
}

impl Steps {
    /// Stacks, with the number of samples of each.
    pub(crate) fn stacks(&self) -> &BTreeMap<String, u64> {
        &self.stacks
    }
}

/// Counts and samples an instance's steps in the store's data, and stops it after `limit` steps.
pub(crate) fn watch<T>(
    store: &mut Store<T>,
    limit: u64,
    steps: impl Fn(&mut T) -> &mut Steps + Send + Sync + 'static,
) {
    store.epoch_deadline_callback(move |mut context| {
        let seen = steps(context.data_mut());
        seen.taken += 1;
        if seen.taken > limit {
            return Ok(UpdateDeadline::Interrupt);
        }
        if seen.taken.is_multiple_of(EVERY) {
            let stack = folded(&WasmBacktrace::force_capture(context.as_context()));
            *steps(context.data_mut()).stacks.entry(stack).or_default() += 1;
        }
        Ok(UpdateDeadline::Continue(0))
    });
}

/// A stack on one line, the outermost function first.
fn folded(trace: &WasmBacktrace) -> String {
    let name = |frame: &wasmtime::FrameInfo| {
        let name = frame.func_name().map_or_else(
            || format!("function {}", frame.func_index()),
            |name| format!("{:#}", rustc_demangle::demangle(name)),
        );
        // Frames are separated by semicolons.
        name.replace(';', ",")
    };
    let names: Vec<String> = trace.frames().iter().rev().map(name).collect();
    names.join(";")
}
