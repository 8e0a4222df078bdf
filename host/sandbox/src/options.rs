//! The options of a sandbox.

use std::path::PathBuf;
use std::time::Duration;

use crate::limits::Limits;

/// What is metered while a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meter {
    /// Fuel: WebAssembly instructions and bytes moved, the same on every machine. Records are always judged with this meter.
    Fuel,
    /// At most this many steps (function entries and loop iterations), some of which are sampled to show where the plugin spends
    /// its time. For flame graphs only, because every step calls the host.
    Steps(u64),
}

/// What a plugin may import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grants {
    // Private, so that grants can be added without breaking callers.
    pub(crate) wasi: bool,
}

impl Grants {
    /// No grants: a plugin sees only its arguments.
    pub fn none() -> Self {
        Self { wasi: false }
    }

    /// An empty, deterministic WASI: everything exists, and returns nothing.
    pub fn wasi() -> Self {
        Self { wasi: true }
    }
}

/// The options of a sandbox.
#[derive(Debug, Clone)]
pub struct Options {
    /// Maximum linear memory of an instance, in bytes. 64 MiB: a batch has at most 4 MiB, and everything made from it fits several
    /// times; a gigabyte still holds more than a few sessions on a small machine.
    pub memory_bytes: usize,
    /// Units of fuel that one record may use, judged alone. 1 billion, a quarter of a second: a record of the most expensive known
    /// plugin takes 12 thousand, one of a Python plugin some hundred thousand, so only a rule that does not end needs more. A
    /// record that exceeds it is poison. All other budgets are derived from it; see [`Session::process`](crate::Session::process).
    pub fuel_per_record: u64,
    /// How long one call may take before it counts as hanging, which ends the run and judges nothing. 5 minutes: a call that uses
    /// all its fuel takes a quarter of a second, and no machine is so busy that it takes a thousand times as long. Measured in
    /// ticks of 10 ms, which are skipped while the machine stalls.
    pub deadline: Duration,
    /// What is metered while a plugin runs.
    pub meter: Meter,
    /// A folder for compiled components; `None` means that they are compiled at each start.
    pub cache: Option<PathBuf>,
    /// Limits on what plugins return.
    pub limits: Limits,
    /// Records that a component may fail to judge before the run is given up. 100: a plugin that fails more often is broken, and
    /// isolating each such record takes a dozen calls.
    pub max_poison: u32,
    /// What plugins may import.
    pub grants: Grants,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            fuel_per_record: 1_000_000_000,
            deadline: Duration::from_mins(5),
            meter: Meter::Fuel,
            cache: None,
            limits: Limits::default(),
            max_poison: 100,
            grants: Grants::none(),
        }
    }
}
