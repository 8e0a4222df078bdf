//! What failed, told from what the engine or the guest said of it.

use std::str::Utf8Error;

use wasmtime::{Trap, WasmBacktrace};

use crate::bindings::wit;
use crate::options::{Meter, Options};
use crate::reason::{PoisonReason, presentable};
use crate::store::State;

/// Why a call to `process` failed, and on which record if the plugin said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: PoisonReason,
    pub(crate) record: Option<u32>,
}

impl From<PoisonReason> for Failure {
    fn from(reason: PoisonReason) -> Self {
        Self { reason, record: None }
    }
}

impl From<wit::Fault> for Failure {
    fn from(fault: wit::Fault) -> Self {
        Self { reason: PoisonReason::fault(fault.code, &fault.message), record: fault.record }
    }
}

/// What an error of the engine means. Told by types, never by texts.
pub(crate) fn reason_of(error: &wasmtime::Error, state: &State, options: &Options) -> PoisonReason {
    let function = function(error);
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => {
            return match options.meter {
                Meter::Steps(limit) => PoisonReason::Steps { limit, function },
                Meter::Epoch | Meter::Fuel(_) => {
                    PoisonReason::Deadline { limit: options.deadline, function }
                }
            };
        }
        Some(Trap::OutOfFuel) => {
            let limit = match options.meter {
                Meter::Fuel(fuel) => fuel,
                Meter::Epoch | Meter::Steps(_) => 0,
            };
            return PoisonReason::Fuel { limit, function };
        }
        _ => {}
    }
    // A guest that is refused memory aborts: what shows is `unreachable`, what happened is this.
    if state.refused() {
        return PoisonReason::Memory { limit: options.memory_bytes };
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return PoisonReason::Trap { what: kind(*trap), function };
    }
    if error.downcast_ref::<Utf8Error>().is_some() {
        return PoisonReason::Utf8;
    }
    let detail = presentable(&error.root_cause().to_string());
    PoisonReason::Answer { detail, limit: options.limits.output_bytes }
}

fn kind(trap: Trap) -> String {
    match trap {
        // All that a panic leaves, because a plugin has nowhere to say more.
        Trap::UnreachableCodeReached => "`unreachable` was executed, as after a panic".to_owned(),
        trap => {
            let text = trap.to_string();
            text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
        }
    }
}

/// The innermost function that has a name of the plugin's own: what panics is always the same few of the standard library.
fn function(error: &wasmtime::Error) -> Option<String> {
    const LIBRARY: [&str; 6] = ["std::", "core::", "alloc::", "__rust", "rust_", "abort"];
    let trace = error.downcast_ref::<WasmBacktrace>()?;
    trace
        .frames()
        .iter()
        .filter_map(|frame| frame.func_name())
        .map(|name| format!("{:#}", rustc_demangle::demangle(name)))
        .find(|name| !LIBRARY.iter().any(|start| name.trim_start_matches('<').starts_with(start)))
        .map(|name| presentable(&name))
}
