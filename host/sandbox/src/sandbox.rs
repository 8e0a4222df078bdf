//! The way in: from options to a sandbox, from a plugin's bytes to a component.

use std::sync::Arc;

use crate::component::Component;
use crate::engine::Engine;
use crate::error::SandboxError;
use crate::options::{Grants, Options};

/// Compiles plugins and runs them. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct Sandbox {
    engine: Arc<Engine>,
}

impl Sandbox {
    /// Sets up the engine. Fails if the machine cannot run compiled WebAssembly, or no thread can be started.
    ///
    /// A cache that cannot be trusted or used is no failure: [`Sandbox::warnings`] says why it is not used.
    pub fn new(options: Options) -> Result<Self, SandboxError> {
        Ok(Self { engine: Arc::new(Engine::new(options)?) })
    }

    /// Makes a component of a plugin's bytes: checks what it is and wants, compiles it, and asks it to describe itself.
    ///
    /// `name` is what errors call it: the pack's name for it, or its file's.
    pub fn compile(&self, name: &str, bytes: &[u8]) -> Result<Component, SandboxError> {
        self.compile_granted(name, bytes, self.engine.options.grants)
    }

    /// The same for a plugin that may import what the others may not.
    pub fn compile_granted(
        &self,
        name: &str,
        bytes: &[u8],
        grants: Grants,
    ) -> Result<Component, SandboxError> {
        Component::compile(&self.engine, name, bytes, grants)
    }

    /// What did not work and did not matter: why the cache is not used. Each text once.
    pub fn warnings(&self) -> Vec<String> {
        self.engine.warnings()
    }

    /// What the sandbox was built with.
    pub fn options(&self) -> &Options {
        &self.engine.options
    }
}
