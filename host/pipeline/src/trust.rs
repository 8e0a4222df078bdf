//! What a pack says of a plugin before it is compiled: whose signature it needs, and what it may import. The signature is looked at
//! first: bytes that nobody vouches for are not even parsed.

use std::path::Path;

use assay_packs::{Grant, Pack, PluginUse};
use assay_sandbox::Grants;
use assay_signing::{PublicKey, verify_beside};

use crate::error::RunError;

/// Fails if the pack asks for a signature and the plugin has none by a key that it trusts.
pub(crate) fn check(
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
pub(crate) fn grants(used: &PluginUse) -> Grants {
    if used.grants().contains(&Grant::Wasi) { Grants::wasi() } else { Grants::none() }
}
