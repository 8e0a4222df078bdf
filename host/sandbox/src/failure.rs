//! Classifies failures by what the engine or the guest reported.

use std::ops::Range;
use std::str::Utf8Error;
use std::time::Duration;

use wasmtime::{Trap, WasmBacktrace};

use crate::bindings::wit;
use crate::error::{Call, SandboxError};
use crate::fuel::Budget;
use crate::options::{Meter, Options};
use crate::reason::{PoisonReason, presentable};
use crate::store::State;

/// Why a call to `process` failed, and on which record, if the plugin named one.
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

/// Why a call did not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The reason depends only on the plugin and its input: it would fail again in the same way.
    Failed(PoisonReason),
    /// It did not return in time. That depends on the machine, so it says nothing about any record.
    Hanging(Hang),
}

/// A call that did not return in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hang {
    limit: Duration,
    function: Option<String>,
}

impl From<PoisonReason> for Ended {
    fn from(reason: PoisonReason) -> Self {
        Self::Failed(reason)
    }
}

impl Ended {
    /// The error for a run that this failure stops.
    pub(crate) fn error(self, plugin: &str, call: Call) -> SandboxError {
        let plugin = plugin.to_owned();
        match self {
            Self::Failed(reason) => SandboxError::Failed { plugin, call, reason },
            Self::Hanging(hang) => hang.error(&plugin, call, None),
        }
    }
}

impl Hang {
    /// The error for the run. `records` are the records passed to the call, as indexes into the batch.
    pub(crate) fn error(
        self,
        plugin: &str,
        call: Call,
        records: Option<Range<u32>>,
    ) -> SandboxError {
        let Self { limit, function } = self;
        SandboxError::Hanging { plugin: plugin.to_owned(), call, limit, function, records }
    }
}

/// Classifies an engine error, by types and never by texts.
pub(crate) fn ended(
    error: &wasmtime::Error,
    state: &State,
    options: &Options,
    budget: Budget,
) -> Ended {
    if let (Some(Trap::Interrupt), Meter::Fuel) = (error.downcast_ref(), options.meter) {
        return Ended::Hanging(Hang { limit: options.deadline, function: function(error) });
    }
    Ended::Failed(reason_of(error, state, options, budget))
}

fn reason_of(
    error: &wasmtime::Error,
    state: &State,
    options: &Options,
    budget: Budget,
) -> PoisonReason {
    let function = function(error);
    match (error.downcast_ref::<Trap>(), options.meter, budget) {
        (Some(Trap::Interrupt), Meter::Steps(limit), _) => {
            return PoisonReason::Steps { limit, function };
        }
        (Some(Trap::OutOfFuel), _, Budget::Alone) => {
            return PoisonReason::Fuel { limit: options.fuel_per_record, function };
        }
        (Some(Trap::OutOfFuel), _, Budget::Together | Budget::Other) => {
            return PoisonReason::CallFuel {
                limit: budget.units(options.fuel_per_record),
                function,
            };
        }
        _ => {}
    }
    // A guest that is refused memory aborts: the trap is `unreachable`, but this is the cause.
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
        // A panic leaves no other trace, because a plugin cannot report more.
        Trap::UnreachableCodeReached => "`unreachable` was executed, as after a panic".to_owned(),
        trap => {
            let text = trap.to_string();
            text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
        }
    }
}

/// The innermost function with a name of the plugin's own: panics always end in the same few functions of the standard
/// library.
fn function(error: &wasmtime::Error) -> Option<String> {
    const LIBRARY: [&str; 6] = ["std::", "core::", "alloc::", "__rust", "rust_", "abort"];
    let trace = error.downcast_ref::<WasmBacktrace>()?;
    trace
        .frames()
        .iter()
        .filter_map(|frame| frame.func_name())
        .map(|name| presentable(&format!("{:#}", rustc_demangle::demangle(name))))
        .find(|name| !LIBRARY.iter().any(|start| name.trim_start_matches('<').starts_with(start)))
        .map(|name| presentable(&name))
}
