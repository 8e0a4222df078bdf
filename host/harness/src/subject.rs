//! The plugin under test: its component in the sandbox, metered so that results are the same everywhere.

use std::path::PathBuf;

use assay_model::{DeclaredStage, RunContext};
use assay_pipeline::loading::Named;
use assay_sandbox::{Component, Meter, Options, PlanError, SandboxError};

use crate::setup::Setup;

/// Maximum number of steps of one instance when steps are counted. 1,000 million, about a minute: a thousand times what 1,000 records take.
const STEPS: u64 = 1_000_000_000;

/// Maximum number of records that a component may fail to judge before the sandbox gives up. Unlimited: a failing test names the records,
/// and shrinking tries thousands of tables on one component.
const MAX_POISON: u32 = u32::MAX;

/// A plugin in the sandbox.
#[derive(Debug, Clone)]
pub struct Subject {
    component: Component,
}

/// A plugin's plan of a run.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The context that the plugin is given.
    pub context: RunContext,
    /// Its stages.
    pub stages: Vec<DeclaredStage>,
}

impl Subject {
    /// Compiles a component. `name` is used in errors; `cache` is a folder of compiled components. Fails if the component cannot be loaded.
    pub fn new(
        name: &str,
        bytes: &[u8],
        meter: Metering,
        cache: Option<PathBuf>,
    ) -> Result<Self, SandboxError> {
        let meter = match meter {
            Metering::Fuel => Meter::Fuel,
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

    /// Asks the plugin for its plan with these settings on a layout with these columns.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if the plugin rejects its settings or cannot be asked.
    pub fn plan(&self, setup: &Setup, columns: &[String]) -> Result<Planned, PlanError> {
        let context = RunContext {
            dataset: setup.dataset.clone(),
            kind: setup.kind.clone(),
            partition: setup.partition.clone(),
            layout: setup.layout.clone().unwrap_or_else(|| "example".to_owned()),
            columns: columns.to_vec(),
            settings: setup.settings_json(),
        };
        let stages = self.component.plan(&context)?;
        Ok(Planned { context, stages })
    }
}

/// What is metered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metering {
    /// Fuel, as in a run: the same on every machine.
    Fuel,
    /// Steps, for flame graphs.
    Steps,
}
