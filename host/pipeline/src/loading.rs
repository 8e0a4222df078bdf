//! The door to plugin code. Nothing else in the program compiles a component, and `cargo xtask layout` holds that.
//!
//! It has two entrances. Through [`Pinned`] come the plugins that a pack names, whoever uses the pack and whatever for: the lock must have
//! their digest, a key that the pack trusts must have signed them, and they get the pack's grants and limits. Through [`Named`] comes a
//! component that somebody names by its file to build, test or look at it: nobody vouches for it, and the sandbox's walls are what
//! protects.

use std::path::{Path, PathBuf};

use assay_packs::{Discovery, Grant, Limits, Lock, Pack, PluginUse};
use assay_sandbox::{Component, Grants, Options, Sandbox, SandboxError};
use assay_signing::{PublicKey, verify_beside};

use crate::error::RunError;

/// The entrance for a pack's plugins.
#[derive(Debug)]
pub struct Pinned<'a> {
    pack: &'a Pack,
    discovery: &'a Discovery,
    lock: Lock,
    sandbox: Sandbox,
}

impl<'a> Pinned<'a> {
    /// Reads the lock, and sets up a sandbox within the pack's limits. `cache` is a folder of compiled plugins; none: compile anew.
    pub fn open(
        pack: &'a Pack,
        discovery: &'a Discovery,
        cache: Option<PathBuf>,
    ) -> Result<Self, RunError> {
        let lock = Lock::read(&discovery.lock())?;
        let sandbox = Sandbox::new(within(pack.limits(), cache))?;
        Ok(Self { pack, discovery, lock, sandbox })
    }

    /// All of the pack's plugins, in its order.
    pub fn all(&self) -> Result<Vec<Component>, RunError> {
        self.pack.plugins().iter().map(|used| self.load(used)).collect()
    }

    /// One of them. Bytes that nobody vouches for are not even parsed.
    pub fn load(&self, used: &PluginUse) -> Result<Component, RunError> {
        let path = self.discovery.plugin(used.component())?;
        let bytes = std::fs::read(&path)
            .map_err(|source| RunError::PluginFile { path: path.display().to_string(), source })?;
        self.lock.verify(used.component(), Lock::digest_of(&bytes))?;
        check_signature(self.pack, used, &path, &bytes)?;
        Ok(self.sandbox.compile_granted(used.name(), &bytes, grants(used))?)
    }

    /// What did not work and did not matter. Each text once.
    pub fn warnings(&self) -> Vec<String> {
        self.sandbox.warnings()
    }
}

/// The entrance for components that somebody names by their files.
#[derive(Debug)]
pub struct Named {
    sandbox: Sandbox,
}

impl Named {
    /// Sets up a sandbox.
    pub fn open(options: Options) -> Result<Self, SandboxError> {
        Ok(Self { sandbox: Sandbox::new(options)? })
    }

    /// Loads a component to run it. `name` is what errors call it.
    pub fn load(&self, name: &str, bytes: &[u8]) -> Result<Component, SandboxError> {
        self.sandbox.compile(name, bytes)
    }

    /// Loads a component to see what it is: what it would need to be granted is told, not refused.
    pub fn look_at(&self, name: &str, bytes: &[u8]) -> Result<Component, SandboxError> {
        self.sandbox.compile_granted(name, bytes, Grants::wasi())
    }
}

/// What a pack's limits are to the sandbox.
pub(crate) fn within(limits: &Limits, cache: Option<PathBuf>) -> Options {
    Options {
        cache,
        fuel_per_record: limits.fuel_per_record,
        memory_bytes: usize::try_from(limits.memory).unwrap_or(usize::MAX),
        deadline: limits.deadline,
        max_poison: u32::try_from(limits.max_poison).unwrap_or(u32::MAX),
        ..Options::default()
    }
}

/// Fails if the pack asks for a signature and the plugin has none by a key that it trusts.
fn check_signature(
    pack: &Pack,
    used: &PluginUse,
    file: &Path,
    bytes: &[u8],
) -> Result<(), RunError> {
    if pack.trusted_keys().is_empty() {
        return Ok(());
    }
    let keys: Result<Vec<PublicKey>, _> =
        pack.trusted_keys().iter().map(|line| line.parse()).collect();
    let shown = || pack.path().display().to_string();
    let keys =
        keys.map_err(|error| RunError::TrustedKey { pack: shown(), detail: error.to_string() })?;
    verify_beside(file, bytes, &keys).map(drop).map_err(|source| RunError::Signature {
        plugin: used.component().to_owned(),
        pack: shown(),
        detail: source.to_string(),
    })
}

/// What a plugin may import, as the sandbox has it.
fn grants(used: &PluginUse) -> Grants {
    if used.grants().contains(&Grant::Wasi) { Grants::wasi() } else { Grants::none() }
}
