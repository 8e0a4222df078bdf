//! The errors that prevent a plugin from running. All of them name the plugin.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use assay_model::{ConfigFault, shown};

use crate::breach::Breach;
use crate::contract::ContractVersion;
use crate::reason::{PoisonReason, in_function};

/// The functions that a plugin exports, and instantiation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// Creating an instance, before any function is called.
    Instantiate,
    /// `describe`.
    Describe,
    /// `check-config`.
    CheckConfig,
    /// `session.open`.
    Open,
    /// `session.process`.
    Process,
    /// `session.finish`.
    Finish,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Instantiate => "instantiate",
            Self::Describe => "describe",
            Self::CheckConfig => "check-config",
            Self::Open => "open",
            Self::Process => "process",
            Self::Finish => "finish",
        })
    }
}

/// Why a plugin cannot be used, or why a run with it cannot continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The engine could not be set up.
    #[error("the machine cannot run WebAssembly: {detail}", detail = shown(detail))]
    Engine {
        /// The engine's error text.
        detail: String,
    },
    /// The plugin has no bytes.
    #[error(
        "plugin `{plugin}` is empty: expected a WebAssembly component; build or download it again", plugin = shown(plugin))]
    Empty {
        /// The plugin.
        plugin: String,
    },
    /// The plugin has too many bytes.
    #[error(
        "plugin `{plugin}` has {bytes} bytes: expected {limit} at most; build it with `--profile plugin`", plugin = shown(plugin))]
    TooLarge {
        /// The plugin.
        plugin: String,
        /// Its size in bytes.
        bytes: usize,
        /// Maximum size in bytes.
        limit: usize,
    },
    /// The bytes are text.
    #[error(
        "plugin `{plugin}` is text that begins with {start:?}: expected a binary WebAssembly component; \
         a text format has to be translated first, and a download may have saved an error page", plugin = shown(plugin))]
    Text {
        /// The plugin.
        plugin: String,
        /// How the text begins.
        start: String,
    },
    /// The bytes are neither WebAssembly nor text.
    #[error(
        "plugin `{plugin}` is not WebAssembly: expected it to begin with `\\0asm`, found {start}", plugin = shown(plugin))]
    NotWasm {
        /// The plugin.
        plugin: String,
        /// The first bytes in hexadecimal.
        start: String,
    },
    /// A WebAssembly module that is not a component.
    #[error(
        "plugin `{plugin}` is a core module: expected a component; link it with `wasm-component-ld`, \
         which the target's `linker` setting in `.cargo/config.toml` names", plugin = shown(plugin))]
    CoreModule {
        /// The plugin.
        plugin: String,
    },
    /// A truncated component.
    #[error(
        "plugin `{plugin}` ends after {bytes} bytes in the middle of a section: copy or download it again", plugin = shown(plugin))]
    Truncated {
        /// The plugin.
        plugin: String,
        /// Number of bytes.
        bytes: usize,
    },
    /// A component that does not validate.
    #[error("plugin `{plugin}` is not a valid component: {detail}", plugin = shown(plugin), detail = shown(detail))]
    Invalid {
        /// The plugin.
        plugin: String,
        /// The validator's error text.
        detail: String,
    },
    /// A component that would take the compiler too much time or memory.
    #[error(
        "plugin `{plugin}` is too costly to compile: {place} has {count} {what}; expected {limit} at most; {help}", plugin = shown(plugin), place = shown(place))]
    TooCostly {
        /// The plugin.
        plugin: String,
        /// The whole component, or one function.
        place: String,
        /// The measure that is too large.
        what: &'static str,
        /// The count, at least: counting stops when the limit is exceeded.
        count: u64,
        /// The limit.
        limit: u64,
        /// What a plugin author can do.
        help: &'static str,
    },
    /// A component that instantiates items that it does not contain, so that their cost cannot be counted.
    #[error(
        "plugin `{plugin}` imports a component or a core module, or takes one from an instance: expected each to be \
         defined in the plugin, so that what it costs to compile can be counted; link them into one component", plugin = shown(plugin))]
    Uncountable {
        /// The plugin.
        plugin: String,
    },
    /// A component that imports something that is not granted.
    #[error(
        "plugin `{plugin}` imports `{import}`, which {grant}; \
         a Rust plugin built for `wasm32-unknown-unknown` imports nothing", plugin = shown(plugin), import = shown(import))]
    Import {
        /// The plugin.
        plugin: String,
        /// The name of the import.
        import: String,
        /// The grant that it would need, as the end of a sentence.
        grant: &'static str,
    },
    /// A component that is not a rule plugin.
    #[error(
        "plugin `{plugin}` does not export `assay:rules/plugin`: expected a component built on the contract in `wit/`, \
         found {}", exports_text(.exports), plugin = shown(plugin))]
    NoContract {
        /// The plugin.
        plugin: String,
        /// Its exports.
        exports: Vec<String>,
    },
    /// A plugin built for an unsupported version of the contract.
    #[error(
        "plugin `{plugin}` is built for contract {found}, this host takes {}.0.0 to {host}: {}",
        .host.major, version_help(.found, .host), plugin = shown(plugin))]
    ContractVersion {
        /// The plugin.
        plugin: String,
        /// The version of the contract that it is built for.
        found: ContractVersion,
        /// The newest version that this host supports.
        host: ContractVersion,
    },
    /// An interface with the right name and the wrong shape.
    #[error(
        "plugin `{plugin}` exports an `assay:rules/plugin` that differs from `wit/rules.wit`: {detail}; rebuild it with the contract's own files", plugin = shown(plugin), detail = shown(detail))]
    ContractShape {
        /// The plugin.
        plugin: String,
        /// The difference.
        detail: String,
    },
    /// A plugin's description, plan or file results break the contract.
    #[error("plugin `{plugin}` breaks the contract in `{call}`: {breach}", plugin = shown(plugin))]
    Breach {
        /// The plugin.
        plugin: String,
        /// The call with that answer.
        call: Call,
        /// What is wrong.
        breach: Breach,
    },
    /// A call that does not concern individual records failed.
    #[error("plugin `{plugin}` failed in `{call}`: {reason}", plugin = shown(plugin))]
    Failed {
        /// The plugin.
        plugin: String,
        /// The call.
        call: Call,
        /// The reason.
        reason: PoisonReason,
    },
    /// The sum of a measure exceeds 64 bits.
    #[error(
        "plugin `{plugin}` measures {code} `{}` of the file add up to {sum}, which is beyond 64 bits; measure in larger units, or fewer things under one key",
        .key.escape_debug(), plugin = shown(plugin))]
    Sum {
        /// The plugin.
        plugin: String,
        /// The measure's code.
        code: u16,
        /// Its key.
        key: String,
        /// The sum, in decimal digits.
        sum: String,
    },
    /// A call did not return in time. That depends on the machine, so no record is judged by it.
    #[error(
        "plugin `{plugin}` hangs: `{call}` did not return within {limit:?}{}; run it again on a less busy machine, or raise `deadline` in the pack's `[limits]`", in_function(.function.as_deref()), plugin = shown(plugin))]
    Hanging {
        /// The plugin.
        plugin: String,
        /// The call.
        call: Call,
        /// The deadline.
        limit: Duration,
        /// The function it was in, if the component contains names.
        function: Option<String>,
        /// The records passed to it, as indexes into the batch; `None` for a call that judges no records.
        records: Option<Range<u32>>,
    },
    /// The plugin failed on too many records.
    #[error(
        "plugin `{plugin}` was given up after {poison} records that it cannot judge \
         ({failures} failed calls in {took:?}); the last reason: {reason}", plugin = shown(plugin))]
    GaveUp {
        /// The plugin.
        plugin: String,
        /// The records on which it failed last, as indexes into the batch.
        records: Range<u32>,
        /// Number of records it cannot judge.
        poison: u32,
        /// Number of calls that failed during the search for them.
        failures: u32,
        /// Time spent on this batch so far.
        took: Duration,
        /// Why the last call failed.
        reason: PoisonReason,
    },
    /// The host passed a batch that does not match the plan: a bug of the caller.
    #[error("plugin `{plugin}` cannot receive the batch at record {first_record}: {detail}", plugin = shown(plugin), detail = shown(detail))]
    Batch {
        /// The plugin.
        plugin: String,
        /// Number of the batch's first record in the file.
        first_record: u64,
        /// What does not match.
        detail: String,
    },
}

impl SandboxError {
    /// The records concerned, as indexes into the batch, if the error concerns particular records.
    pub fn records(&self) -> Option<Range<u32>> {
        match self {
            Self::Hanging { records, .. } => records.clone(),
            Self::GaveUp { records, .. } => Some(records.clone()),
            _ => None,
        }
    }
}

fn exports_text(exports: &[String]) -> String {
    match exports {
        [] => "no exports".to_owned(),
        names => format!("`{}`", names.join("`, `")),
    }
}

fn version_help(found: &ContractVersion, host: &ContractVersion) -> &'static str {
    if found.major == host.major {
        "upgrade assay, or build the plugin with an older SDK"
    } else {
        "build the plugin with the SDK that comes with this assay"
    }
}

/// Why a run cannot be planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The plugin does not accept its settings. Never empty.
    #[error("the settings have {} {}", .0.len(), if .0.len() == 1 { "fault" } else { "faults" })]
    Settings(Vec<ConfigFault>),
    /// The plugin itself failed.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl PlanError {
    /// The message, one line per fault. For settings that are not in a file; for those in a file, the pack shows
    /// the place.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Settings(faults) => faults.iter().map(ToString::to_string).collect(),
            Self::Sandbox(error) => error.to_string().lines().map(str::to_owned).collect(),
        }
    }
}
