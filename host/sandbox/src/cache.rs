//! Compiled components on disk, so that a second start does not have to compile them.
//!
//! Loading compiled code means running it, so the folder must be trusted like the executable: nobody else may be able to write to it, and every file is
//! checked again before it is used. Anything that fails a check is not used. A file is bound to what it was compiled from: under another name it counts as
//! damaged.

mod folder;

use std::hash::Hasher;
use std::path::Path;

use assay_digest::sha256;
use assay_model::{Digest, shown};
use wasmtime::Engine;
use wasmtime::component::Component;

use folder::Folder;

/// Length of a digest in bytes.
const DIGEST: usize = 32;

/// Compiled components, keyed by what they were compiled from and for.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: Folder,
    /// Identifies the machine, the engine and its settings: code compiled for others is not found.
    compatibility: Digest,
}

impl Cache {
    /// Opens or creates the folder. The error says why the folder cannot be trusted.
    pub(crate) fn open(path: &Path, engine: &Engine) -> Result<Self, String> {
        let folder = Folder::open(path).map_err(|reason| {
            format!("the cache `{}` is not used: {reason}", shown(path.display()))
        })?;
        let mut hasher = Collected(Vec::new());
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut hasher);
        hasher.0.extend_from_slice(env!("CARGO_PKG_VERSION").as_bytes());
        Ok(Self { folder, compatibility: sha256(hasher.0) })
    }

    /// A previously stored component, if there is one. The error says why it is not used.
    pub(crate) fn load(
        &self,
        engine: &Engine,
        component: &Digest,
    ) -> Result<Option<Component>, String> {
        let key = self.key(component);
        let name = file_name(&key);
        let unusable = |reason: String| format!("the cached `{name}` is not used: {reason}");
        let Some(mut bytes) = self.folder.read(&name).map_err(unusable)? else { return Ok(None) };
        // The digest at the end distinguishes a file that is complete, and under its own name, from one that was truncated, changed by a failing disk, or
        // compiled from something else.
        let whole = bytes.len().checked_sub(DIGEST).is_some_and(|length| {
            let trailer = bytes.split_off(length);
            seal(&key, &bytes).0[..] == trailer[..]
        });
        if !whole {
            return Err(unusable("it is damaged; it is compiled again".to_owned()));
        }
        deserialize(engine, &bytes).map(Some).map_err(unusable)
    }

    /// Stores a component. The error says why that failed.
    pub(crate) fn store(&self, component: &Component, digest: &Digest) -> Result<(), String> {
        let key = self.key(digest);
        let name = file_name(&key);
        let failed = |reason: String| format!("the cached `{name}` is not written: {reason}");
        let mut bytes = component.serialize().map_err(|error| failed(format!("{error:#}")))?;
        let trailer = seal(&key, &bytes);
        bytes.extend_from_slice(&trailer.0);
        self.folder.write(&name, &bytes).map_err(failed)
    }

    /// Identifies what code is compiled from and for.
    fn key(&self, component: &Digest) -> Digest {
        sha256([component.0, self.compatibility.0].concat())
    }
}

fn file_name(key: &Digest) -> String {
    format!("{key}.cwasm")
}

/// Binds code to its key.
fn seal(key: &Digest, code: &[u8]) -> Digest {
    sha256([key.0, sha256(code).0].concat())
}

#[allow(
    unsafe_code,
    reason = "the only way to load compiled code; the safety comment says why it is sound"
)]
fn deserialize(engine: &Engine, bytes: &[u8]) -> Result<Component, String> {
    // SAFETY: the bytes must be those that `Component::serialize` returned. They were read through a descriptor of a regular file that belongs to this user
    // and that nobody else can write, in a folder for which the same holds, and their digest, combined with that of what they were compiled from, matches
    // the one that this crate wrote after them. Anyone who could change them could change this executable too. A file from another version or for other
    // settings has another name, and wasmtime checks its header as well.
    unsafe { Component::deserialize(engine, bytes) }.map_err(|error| format!("{error:#}"))
}

/// Collects the hashed bytes, because the standard hashers are not guaranteed to give the same result in the next release.
struct Collected(Vec<u8>);

impl Hasher for Collected {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        unreachable!("the digest is taken from the inside")
    }
}
