//! Public keys given as arguments.

use anyhow::{Context, Result};
use assay_model::shown;
use assay_signing::PublicKey;

use crate::location::Location;

/// Reads public keys, each given as a file or as the one line used in packs.
pub(crate) fn public_keys(typed: &[Location]) -> Result<Vec<PublicKey>> {
    let read = |typed: &Location| {
        let typed_as = shown(typed.display());
        let text = if typed.is_file() {
            std::fs::read_to_string(typed)
                .with_context(|| format!("cannot read the key `{typed_as}`"))?
        } else {
            typed.to_string_lossy().into_owned()
        };
        PublicKey::from_pem(&text).with_context(|| format!("`{typed_as}` is not a public key"))
    };
    typed.iter().map(read).collect()
}
