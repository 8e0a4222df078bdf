//! What can keep a plugin from being run. All of them name the plugin.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use assay_model::{ConfigFault, shown};

use crate::breach::Breach;
use crate::contract::ContractVersion;
use crate::reason::{PoisonReason, in_function};

/// Functions a plugin exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// Building an instance, before any function is called.
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

/// Why a plugin cannot be used, or a run with it not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The engine could not be set up.
    #[error("the machine cannot run WebAssembly: {detail}", detail = shown(detail))]
    Engine {
        /// What the engine said.
        detail: String,
    },
    /// There are no bytes.
    #[error(
        "plugin `{plugin}` is empty: expected a WebAssembly component; build or download it again", plugin = shown(plugin))]
    Empty {
        /// The plugin.
        plugin: String,
    },
    /// There are too many bytes.
    #[error(
        "plugin `{plugin}` has {bytes} bytes: expected {limit} at most; build it with `--profile plugin`", plugin = shown(plugin))]
    TooLarge {
        /// The plugin.
        plugin: String,
        /// Its size.
        bytes: usize,
        /// The largest allowed.
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
    /// The bytes are something else.
    #[error(
        "plugin `{plugin}` is not WebAssembly: expected it to begin with `\\0asm`, found {start}", plugin = shown(plugin))]
    NotWasm {
        /// The plugin.
        plugin: String,
        /// The first bytes in hexadecimal.
        start: String,
    },
    /// A WebAssembly module that is no component.
    #[error(
        "plugin `{plugin}` is a core module: expected a component; link it with `wasm-component-ld`, \
         which the target's `linker` setting in `.cargo/config.toml` names", plugin = shown(plugin))]
    CoreModule {
        /// The plugin.
        plugin: String,
    },
    /// A component that was cut off.
    #[error(
        "plugin `{plugin}` ends after {bytes} bytes in the middle of a section: copy or download it again", plugin = shown(plugin))]
    Truncated {
        /// The plugin.
        plugin: String,
        /// How many bytes there are.
        bytes: usize,
    },
    /// A component that does not validate.
    #[error("plugin `{plugin}` is not a valid component: {detail}", plugin = shown(plugin), detail = shown(detail))]
    Invalid {
        /// The plugin.
        plugin: String,
        /// What the validator said.
        detail: String,
    },
    /// A component that would take the compiler too long or too much memory.
    #[error(
        "plugin `{plugin}` is too costly to compile: {place} has {count} {what}; expected {limit} at most; {help}", plugin = shown(plugin), place = shown(place))]
    TooCostly {
        /// The plugin.
        plugin: String,
        /// What of it: the whole, or one function.
        place: String,
        /// What there is too much of.
        what: &'static str,
        /// How much of it there is, at least: counting ends where it is too much.
        count: u64,
        /// The most allowed.
        limit: u64,
        /// What an author can do.
        help: &'static str,
    },
    /// A component that instantiates what it does not hold, so that nobody can say how much that is.
    #[error(
        "plugin `{plugin}` imports a component or a core module, or takes one from an instance: expected each to be \
         defined in the plugin, so that what it costs to compile can be counted; link them into one component", plugin = shown(plugin))]
    Uncountable {
        /// The plugin.
        plugin: String,
    },
    /// A component that wants something of the host.
    #[error(
        "plugin `{plugin}` imports `{import}`, which {grant}; \
         a Rust plugin built for `wasm32-unknown-unknown` imports nothing", plugin = shown(plugin), import = shown(import))]
    Import {
        /// The plugin.
        plugin: String,
        /// What it wants.
        import: String,
        /// What would have to be granted, as the end of a sentence.
        grant: &'static str,
    },
    /// A component that is no rule plugin.
    #[error(
        "plugin `{plugin}` does not export `assay:rules/plugin`: expected a component built on the contract in `wit/`, \
         found {}", exports_text(.exports), plugin = shown(plugin))]
    NoContract {
        /// The plugin.
        plugin: String,
        /// What it exports.
        exports: Vec<String>,
    },
    /// A plugin for another version of the contract.
    #[error(
        "plugin `{plugin}` is built for contract {found}, this host takes {}.0.0 to {host}: {}",
        .host.major, version_help(.found, .host), plugin = shown(plugin))]
    ContractVersion {
        /// The plugin.
        plugin: String,
        /// The contract's version it is built for.
        found: ContractVersion,
        /// The newest this host speaks.
        host: ContractVersion,
    },
    /// An interface of the right name and the wrong shape.
    #[error(
        "plugin `{plugin}` exports an `assay:rules/plugin` that differs from `wit/rules.wit`: {detail}; rebuild it with the contract's own files", plugin = shown(plugin), detail = shown(detail))]
    ContractShape {
        /// The plugin.
        plugin: String,
        /// What differs.
        detail: String,
    },
    /// What the plugin says of itself or of a run breaks the contract.
    #[error("plugin `{plugin}` breaks the contract in `{call}`: {breach}", plugin = shown(plugin))]
    Breach {
        /// The plugin.
        plugin: String,
        /// In the answer to which call.
        call: Call,
        /// What is wrong.
        breach: Breach,
    },
    /// A call that belongs to no record did not come back.
    #[error("plugin `{plugin}` failed in `{call}`: {reason}", plugin = shown(plugin))]
    Failed {
        /// The plugin.
        plugin: String,
        /// Which call.
        call: Call,
        /// Why.
        reason: PoisonReason,
    },
    /// What a plugin measured adds up to more than a measure can hold.
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
        /// What it adds up to, in digits.
        sum: String,
    },
    /// A call did not come back. That depends on the machine, so that no record is judged by it.
    #[error(
        "plugin `{plugin}` hangs: `{call}` did not return within {limit:?}{}; run it again on a less busy machine, or raise `deadline` in the pack's `[limits]`", in_function(.function.as_deref()), plugin = shown(plugin))]
    Hanging {
        /// The plugin.
        plugin: String,
        /// Which call.
        call: Call,
        /// How long it had.
        limit: Duration,
        /// The function it was in, where the component has names.
        function: Option<String>,
        /// The records it was given, in the batch; none for a call that judges no record.
        records: Option<Range<u32>>,
    },
    /// The plugin failed on too many records.
    #[error(
        "plugin `{plugin}` was given up after {poison} records that it cannot judge \
         ({failures} failed calls in {took:?}); the last reason: {reason}", plugin = shown(plugin))]
    GaveUp {
        /// The plugin.
        plugin: String,
        /// The records that it failed on last, in the batch.
        records: Range<u32>,
        /// How many records.
        poison: u32,
        /// How many calls failed while they were looked for.
        failures: u32,
        /// How long this batch took so far.
        took: Duration,
        /// Why the last call failed.
        reason: PoisonReason,
    },
    /// The host gave a batch that is not as planned. A bug of the caller.
    #[error("plugin `{plugin}` cannot receive the batch at record {first_record}: {detail}", plugin = shown(plugin), detail = shown(detail))]
    Batch {
        /// The plugin.
        plugin: String,
        /// Where the batch begins in the file.
        first_record: u64,
        /// What does not fit.
        detail: String,
    },
}

impl SandboxError {
    /// The records of a batch that it is about, by their places in it.
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
    /// The plugin itself fails.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl PlanError {
    /// In words, a line for each fault: of settings that stand in no file. Of those that do, a pack draws where.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Settings(faults) => faults.iter().map(ToString::to_string).collect(),
            Self::Sandbox(error) => error.to_string().lines().map(str::to_owned).collect(),
        }
    }
}
