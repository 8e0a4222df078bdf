//! What a sandbox is told when it is built.

use std::path::PathBuf;
use std::time::Duration;

use crate::limits::Limits;

/// What is counted while a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meter {
    /// Fuel: WebAssembly instructions and bytes that are moved, the same on every machine. What judges records uses this.
    Fuel,
    /// By this many steps (functions entered and turns of loops), some of which are looked at: where does the plugin spend
    /// its time? For flame graphs only, because every step calls the host.
    Steps(u64),
}

/// What a plugin may import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grants {
    // Private, so that grants can be added without breaking callers.
    pub(crate) wasi: bool,
}

impl Grants {
    /// Nothing is granted: a plugin sees its arguments and nothing else.
    pub fn none() -> Self {
        Self { wasi: false }
    }

    /// An empty, deterministic WASI: everything is there, and gives nothing.
    pub fn wasi() -> Self {
        Self { wasi: true }
    }
}

/// What a sandbox allows.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes of linear memory an instance may have. 64 MiB: a batch has 4 MiB at most, and everything made of it fits
    /// several times; more than a few sessions on a small machine still fit a gigabyte.
    pub memory_bytes: usize,
    /// Units of fuel that one record may use, judged alone. 1,000 million, a quarter of a second: a record of the dearest plugin
    /// known takes 12 thousand, one of a plugin in Python some hundred thousand, so that only a rule that does not end needs more.
    /// Whoever runs out of it is poison. All other budgets are made of it; see [`Session::process`](crate::Session::process).
    pub fuel_per_record: u64,
    /// How long one call may take before it is said to hang, which ends the run and judges nothing. 5 minutes: a call that uses
    /// its fuel takes a quarter of a second, so that no machine is so busy that it takes a thousand times as long. Measured in
    /// ticks of 10 ms that are skipped while the machine stalls.
    pub deadline: Duration,
    /// What is counted while a plugin runs.
    pub meter: Meter,
    /// A folder for compiled components; none: compile at each start.
    pub cache: Option<PathBuf>,
    /// Limits on what comes out.
    pub limits: Limits,
    /// Records that a component may fail to judge before the run is given up. 100: a plugin that fails more often is
    /// broken, and each such record costs a dozen calls to isolate.
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
