//! What a sandbox is told when it is built.

use std::path::PathBuf;
use std::time::Duration;

use crate::limits::Limits;

/// How the cost of a call is bounded. Never both ways: together they cost up to 70 % of a rule's speed, apart 25 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meter {
    /// By wall time, for production: [`Options::deadline`] for each call.
    Epoch,
    /// By this many units of fuel for each call, the same on every machine: for tests and benchmarks.
    Fuel(u64),
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
    /// How long one call may take. 1 s: a batch takes about a millisecond, so this is a plugin that hangs and not a slow
    /// one. Measured in ticks of 10 ms that are skipped while the machine stalls, so that a stall kills nobody.
    pub deadline: Duration,
    /// How the cost of a call is bounded.
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
            deadline: Duration::from_secs(1),
            meter: Meter::Epoch,
            cache: None,
            limits: Limits::default(),
            max_poison: 100,
            grants: Grants::none(),
        }
    }
}
