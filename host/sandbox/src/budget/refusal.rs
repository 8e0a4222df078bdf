//! Why a component is not compiled: which measure exceeds its limit, and where.

use wasmparser::BinaryReaderError;

use super::names;

/// Why a component is not compiled.
#[derive(Debug)]
pub(super) enum Refusal {
    Invalid(BinaryReaderError),
    /// It imports what it instantiates.
    Uncountable,
    TooMany {
        measure: Measure,
        place: Place,
        count: u64,
        limit: u64,
    },
}

impl From<BinaryReaderError> for Refusal {
    fn from(error: BinaryReaderError) -> Self {
        Self::Invalid(error)
    }
}

/// The measures that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Modules,
    Functions,
    Work,
    Passed,
    Definitions,
    Globals,
    Entries,
    Locals,
    Nesting,
    Joins,
    Carried,
    Paths,
}

impl Measure {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Modules => "core modules",
            Self::Functions => "functions",
            Self::Work => "instructions (loops and calls count for several)",
            Self::Passed => "parameters and results of calls, functions and types",
            Self::Definitions => "definitions, counted in each instance",
            Self::Globals => "globals, counted in each instance",
            Self::Entries => "table entries, counted in each instance",
            Self::Locals => "parameters and locals",
            Self::Nesting => "loops inside of each other",
            Self::Joins => {
                "joins (locals that a block or loop changes × the branches that lead to its label)"
            }
            Self::Carried => {
                "carried values (locals and operands × the branches they are kept across)"
            }
            Self::Paths => "paths (instructions and locals × branches)",
        }
    }

    /// What a plugin author can do.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Modules | Self::Definitions | Self::Globals | Self::Entries => {
                "link it to fewer modules and instances"
            }
            Self::Functions | Self::Work | Self::Passed => {
                "build it with `--profile plugin`, and leave out libraries that it does not need"
            }
            Self::Locals | Self::Nesting | Self::Joins | Self::Carried | Self::Paths => {
                "split large or generated functions, and build it with `--profile plugin`"
            }
        }
    }
}

/// Where a limit is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Component,
    /// Modules are numbered in order of appearance; function numbers include imported functions.
    Function {
        module: u32,
        function: u32,
    },
}

impl Place {
    pub(super) fn text(self, bytes: &[u8]) -> String {
        match self {
            Self::Component => "it".to_owned(),
            Self::Function { module, function } => {
                let name = names::of(bytes, module, function);
                let name = name.map_or_else(String::new, |name| format!(" (`{name}`)"));
                format!("function {function}{name} of core module {module}")
            }
        }
    }
}
