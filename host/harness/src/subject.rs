//! The plugin that is tested: its component in the sandbox, metered by fuel so that everything comes out the same everywhere.

use std::path::PathBuf;

use assay_model::{ConfigFault, DeclaredStage, RunContext};
use assay_pipeline::loading::Named;
use assay_sandbox::{Component, Meter, Options, PlanError, SandboxError};

use crate::setup::Setup;

/// Fuel of one call. 5,000 million units, some seconds of computing: far more than a batch needs, and a plugin that hangs is
/// still told apart from one that is slow.
const FUEL: u64 = 5_000_000_000;

/// Steps of one instance while it is watched. 1,000 million, about a minute: a thousand times what 1,000 records take.
const STEPS: u64 = 1_000_000_000;

/// Records a component may fail to judge before the sandbox gives up. All of them: a test that fails says which, and
/// shrinking tries thousands of tables on one component.
const MAX_POISON: u32 = u32::MAX;

/// A plugin in the sandbox.
#[derive(Debug, Clone)]
pub struct Subject {
    component: Component,
}

/// A plugin with what it will do in a run.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What the plugin is told of the run.
    pub context: RunContext,
    /// What it will do, stage by stage.
    pub stages: Vec<DeclaredStage>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Unplanned {
    /// The plugin does not take its settings.
    #[error("the plugin refuses its settings")]
    Settings(Vec<ConfigFault>),
    /// The plugin could not be asked.
    #[error(transparent)]
    Sandbox(SandboxError),
    /// Something this version of the sandbox does not say yet.
    #[error(transparent)]
    Other(PlanError),
}

impl Subject {
    /// Compiles a component. `name` is what errors call it, `cache` a folder of compiled components.
    pub fn new(
        name: &str,
        bytes: &[u8],
        meter: Metering,
        cache: Option<PathBuf>,
    ) -> Result<Self, SandboxError> {
        let meter = match meter {
            Metering::Fuel => Meter::Fuel(FUEL),
            Metering::Time => Meter::Epoch,
            Metering::Steps => Meter::Steps(STEPS),
        };
        let options = Options { meter, cache, max_poison: MAX_POISON, ..Options::default() };
        let component = Named::open(options)?.load(name, bytes)?;
        Ok(Self { component })
    }

    /// The component.
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// The plugin's own name.
    pub fn name(&self) -> &str {
        &self.component.info().name
    }

    /// Asks the plugin what it will do with these settings on a layout of these columns.
    pub fn plan(&self, setup: &Setup, columns: &[String]) -> Result<Planned, Unplanned> {
        let context = RunContext {
            dataset: setup.dataset.clone(),
            kind: setup.kind.clone(),
            partition: setup.partition.clone(),
            layout: setup.layout.clone().unwrap_or_else(|| "example".to_owned()),
            columns: columns.to_vec(),
            settings: setup.settings_json(),
        };
        match self.component.plan(&context) {
            Ok(stages) => Ok(Planned { context, stages }),
            Err(PlanError::Settings(faults)) => Err(Unplanned::Settings(faults)),
            Err(PlanError::Sandbox(error)) => Err(Unplanned::Sandbox(error)),
            Err(other) => Err(Unplanned::Other(other)),
        }
    }
}

/// How calls are bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metering {
    /// By fuel: the same on every machine, and counted.
    Fuel,
    /// By time, as in production: for measuring speed.
    Time,
    /// By steps that are looked at: for flame graphs.
    Steps,
}

impl Unplanned {
    /// In words, a line for each fault.
    pub fn explain(&self) -> String {
        match self {
            Self::Settings(faults) => {
                faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
            Self::Sandbox(error) => error.to_string(),
            Self::Other(error) => error.to_string(),
        }
    }
}
