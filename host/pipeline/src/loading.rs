//! The only way to load plugin code. Nothing else in the program compiles a component; `cargo xtask layout` enforces that.
//!
//! There are two entrances. [`Pinned`] loads the plugins that a pack names, for every use of the pack: their digests must be in the lock, a
//! key that the pack trusts must have signed them, and they get the pack's grants and limits. [`Named`] loads a component that a person
//! names by file in order to build, try or inspect it: it is not vouched for, and only the sandbox protects the host.

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
    /// Reads the lock, and sets up a sandbox with the pack's limits. `cache` is a folder of compiled plugins; `None`: compile every time.
    pub fn open(
        pack: &'a Pack,
        discovery: &'a Discovery,
        cache: Option<PathBuf>,
    ) -> Result<Self, RunError> {
        let lock = Lock::read(&discovery.lock())?;
        let sandbox = Sandbox::new(within(pack.limits(), cache))?;
        Ok(Self { pack, discovery, lock, sandbox })
    }

    /// Loads all of the pack's plugins, in its order.
    pub fn all(&self) -> Result<Vec<Component>, RunError> {
        self.pack.plugins().iter().map(|used| self.load(used)).collect()
    }

    /// Loads one of them. Bytes that are not pinned and signed as required are not even parsed.
    pub fn load(&self, used: &PluginUse) -> Result<Component, RunError> {
        let path = self.discovery.plugin(used.component())?;
        let bytes = std::fs::read(&path)
            .map_err(|source| RunError::PluginFile { path: path.display().to_string(), source })?;
        self.lock.verify(used.component(), Lock::digest_of(&bytes))?;
        check_signature(self.pack, used, &path, &bytes)?;
        Ok(self.sandbox.compile_granted(used.name(), &bytes, grants(used))?)
    }

    /// Problems that could be ignored, without duplicates.
    pub fn warnings(&self) -> Vec<String> {
        self.sandbox.warnings()
    }
}

/// The entrance for components that a person names by file.
#[derive(Debug)]
pub struct Named {
    sandbox: Sandbox,
}

impl Named {
    /// Sets up a sandbox.
    pub fn open(options: Options) -> Result<Self, SandboxError> {
        Ok(Self { sandbox: Sandbox::new(options)? })
    }

    /// Loads a component to run it. `name` is used in errors.
    pub fn load(&self, name: &str, bytes: &[u8]) -> Result<Component, SandboxError> {
        self.sandbox.compile(name, bytes)
    }

    /// Loads a component to inspect it: capabilities that it would have to be granted are reported, not refused.
    pub fn look_at(&self, name: &str, bytes: &[u8]) -> Result<Component, SandboxError> {
        self.sandbox.compile_granted(name, bytes, Grants::wasi())
    }
}

/// Translates a pack's limits to sandbox options.
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

/// What a plugin may import, in the terms of the sandbox.
fn grants(used: &PluginUse) -> Grants {
    if used.grants().contains(&Grant::Wasi) { Grants::wasi() } else { Grants::none() }
}
