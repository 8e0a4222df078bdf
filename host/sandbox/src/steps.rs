//! Where a plugin spends its time, by counting and not by a clock, so that it is the same on every machine.
//!
//! A step is a function entered or a turn of a loop: the places at which compiled code looks at the clock behind deadlines. With a
//! deadline that has always passed, each of them calls the host. Every 61st is looked at.

use std::collections::BTreeMap;

use wasmtime::{AsContext, Store, UpdateDeadline, WasmBacktrace};

/// One step in this many is looked at. 61: a prime, so that loops of some fixed length are not met at the same place each time.
const EVERY: u64 = 61;

/// Frames of a stack that are kept. 64: deeper ones are recursion, of which the top tells all.
pub(crate) const MOST_FRAMES: usize = 64;

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    taken: u64,
    stacks: BTreeMap<String, u64>,
}

impl Steps {
    /// Stacks with how often they were met.
    pub(crate) fn stacks(&self) -> &BTreeMap<String, u64> {
        &self.stacks
    }
}

/// Has the steps of an instance noted in the part of its data that is for them, and stops it after `limit` of them.
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
        // A semicolon is what separates frames.
        name.replace(';', ",")
    };
    let names: Vec<String> = trace.frames().iter().rev().map(name).collect();
    names.join(";")
}
