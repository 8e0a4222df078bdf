//! A compiled plugin: its description, its plan, and what sessions are opened from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use assay_digest::sha256;
use assay_model::{DeclaredStage, Digest, PluginInfo, RunContext};
use wasmtime::component::Linker;

use crate::bindings::RulePluginPre;
use crate::budget;
use crate::call::Instance;
use crate::check;
use crate::contract::ContractVersion;
use crate::engine::Engine;
use crate::error::{Call, PlanError, SandboxError};
use crate::failure::Ended;
use crate::format;
use crate::interface::Interface;
use crate::options::Grants;
use crate::store::State;
use crate::wasi;

/// A plugin, compiled and checked. Cheap to clone; clones share the count of records it could not judge.
#[derive(Clone)]
pub struct Component {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Arc<Engine>,
    name: String,
    digest: Digest,
    pre: RulePluginPre<State>,
    interface: Interface,
    info: PluginInfo,
    cached: bool,
    poison: AtomicU32,
    failures: AtomicU32,
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component")
            .field("name", &self.inner.name)
            .field("digest", &self.inner.digest)
            .finish_non_exhaustive()
    }
}

impl Component {
    pub(crate) fn compile(
        engine: &Arc<Engine>,
        name: &str,
        bytes: &[u8],
        grants: Grants,
    ) -> Result<Self, SandboxError> {
        let limits = &engine.options.limits;
        format::check(name, bytes, limits.component_bytes)?;
        let digest = sha256(bytes);
        let (component, cached) = load(engine, name, bytes, &digest)?;
        let interface = Interface::of(name, &component, grants)?;
        let shape = |error: wasmtime::Error| SandboxError::ContractShape {
            plugin: name.to_owned(),
            detail: format!("{error:#}"),
        };
        // Imports that are not granted were refused above, so for nearly all plugins the linker stays
        // empty.
        let mut linker = Linker::new(&engine.wasmtime);
        if grants.wasi {
            wasi::link(&mut linker, &component).map_err(shape)?;
        }
        let pre = linker.instantiate_pre(&component).and_then(RulePluginPre::new).map_err(shape)?;
        let info = describe(engine, name, &pre)?;
        Ok(Self {
            inner: Arc::new(Inner {
                engine: Arc::clone(engine),
                name: name.to_owned(),
                digest,
                pre,
                interface,
                info,
                cached,
                poison: AtomicU32::new(0),
                failures: AtomicU32::new(0),
            }),
        })
    }

    /// Checks the settings, and returns what the plugin will do in a run, stage by stage.
    ///
    /// The returned plan is reliable: codes and names are unique, column indexes exist, date formats
    /// parse.
    pub fn plan(&self, context: &RunContext) -> Result<Vec<DeclaredStage>, PlanError> {
        let failed = |ended: Ended| self.failed(Call::CheckConfig, ended);
        let limits = &self.engine().options.limits;
        let answer = Instance::new(self.engine(), &self.inner.pre)
            .and_then(|mut instance| instance.check_config(self.engine(), context))
            .map_err(failed)?;
        match answer {
            Ok(stages) => {
                check::plan(stages, limits).map_err(|b| self.breach(Call::CheckConfig, b).into())
            }
            Err(faults) => match check::faults(faults, limits) {
                Ok(faults) => Err(PlanError::Settings(faults)),
                Err(breach) => Err(self.breach(Call::CheckConfig, breach).into()),
            },
        }
    }

    /// Its name in errors and reports.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Its description of itself.
    pub fn info(&self) -> &PluginInfo {
        &self.inner.info
    }

    /// SHA-256 of its bytes.
    pub fn digest(&self) -> Digest {
        self.inner.digest
    }

    /// The version of the contract it was built for.
    pub fn contract_version(&self) -> ContractVersion {
        self.inner.interface.version
    }

    /// Its imports. Empty except for plugins that have a grant.
    pub fn imports(&self) -> &[String] {
        &self.inner.interface.imports
    }

    /// Its exports: the contract, and optional interfaces.
    pub fn exports(&self) -> &[String] {
        &self.inner.interface.exports
    }

    /// Maximum linear memory of an instance, in bytes.
    pub fn memory_limit(&self) -> usize {
        self.engine().options.memory_bytes
    }

    /// Whether it was loaded from the cache instead of being compiled.
    pub fn is_from_cache(&self) -> bool {
        self.inner.cached
    }

    /// Number of records it could not judge so far, over all sessions.
    pub fn poisoned(&self) -> u32 {
        self.inner.poison.load(Ordering::Relaxed)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn pre(&self) -> &RulePluginPre<State> {
        &self.inner.pre
    }

    /// Counts a record that it cannot judge, and returns the new count.
    pub(crate) fn count_poison(&self) -> u32 {
        self.inner.poison.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// Counts a failed call to `process`, and returns the new count.
    pub(crate) fn count_failure(&self) -> u32 {
        self.inner.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// Number of failed calls to `process` so far.
    pub(crate) fn failures(&self) -> u32 {
        self.inner.failures.load(Ordering::Relaxed)
    }

    pub(crate) fn failed(&self, call: Call, ended: Ended) -> SandboxError {
        ended.error(&self.inner.name, call)
    }

    pub(crate) fn breach(&self, call: Call, breach: crate::Breach) -> SandboxError {
        SandboxError::Breach { plugin: self.inner.name.clone(), call, breach }
    }
}

/// The compiled component, and whether it came from the cache.
fn load(
    engine: &Engine,
    name: &str,
    bytes: &[u8],
    digest: &Digest,
) -> Result<(wasmtime::component::Component, bool), SandboxError> {
    if let Some(cache) = &engine.cache {
        match cache.load(&engine.wasmtime, digest) {
            Ok(Some(component)) => return Ok((component, true)),
            Ok(None) => {}
            Err(warning) => engine.warn(warning),
        }
    }
    // Components in the cache were checked when they were compiled.
    budget::check(name, bytes)?;
    let component =
        wasmtime::component::Component::from_binary(&engine.wasmtime, bytes).map_err(|error| {
            SandboxError::Invalid { plugin: name.to_owned(), detail: format!("{error:#}") }
        })?;
    if let Some(cache) = &engine.cache
        && let Err(warning) = cache.store(&component, digest)
    {
        engine.warn(warning);
    }
    Ok((component, false))
}

fn describe(
    engine: &Engine,
    name: &str,
    pre: &RulePluginPre<State>,
) -> Result<PluginInfo, SandboxError> {
    let mut instance =
        Instance::new(engine, pre).map_err(|ended| ended.error(name, Call::Instantiate))?;
    let info = instance.describe(engine).map_err(|ended| ended.error(name, Call::Describe))?;
    check::info(info, &engine.options.limits).map_err(|breach| SandboxError::Breach {
        plugin: name.to_owned(),
        call: Call::Describe,
        breach,
    })
}
