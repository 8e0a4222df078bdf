//! The entry point: from options to a sandbox, and from a plugin's bytes to a component.

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
    /// Sets up the engine. Fails if the machine cannot run compiled WebAssembly, or if a thread cannot be started.
    ///
    /// A cache that cannot be trusted or used is not an error: [`Sandbox::warnings`] says why it is not used.
    pub fn new(options: Options) -> Result<Self, SandboxError> {
        Ok(Self { engine: Arc::new(Engine::new(options)?) })
    }

    /// Turns a plugin's bytes into a component: checks its format and imports, compiles it, and asks it to describe
    /// itself.
    ///
    /// `name` identifies it in errors: its name in the pack, or its file name.
    pub fn compile(&self, name: &str, bytes: &[u8]) -> Result<Component, SandboxError> {
        self.compile_granted(name, bytes, self.engine.options.grants)
    }

    /// Like [`Self::compile`], for a plugin with grants of its own.
    pub fn compile_granted(
        &self,
        name: &str,
        bytes: &[u8],
        grants: Grants,
    ) -> Result<Component, SandboxError> {
        Component::compile(&self.engine, name, bytes, grants)
    }

    /// Problems without consequences for the result: why the cache is not used. Each text occurs once.
    pub fn warnings(&self) -> Vec<String> {
        self.engine.warnings()
    }

    /// The options that the sandbox was built with.
    pub fn options(&self) -> &Options {
        &self.engine.options
    }
}
