//! Keys as they are typed.

use std::path::Path;

use anyhow::{Context, Result};
use assay_signing::PublicKey;

/// Each a file, or the line that packs hold.
pub(crate) fn public_keys(typed: &[String]) -> Result<Vec<PublicKey>> {
    let read = |typed: &String| {
        let text = if Path::new(typed).is_file() {
            std::fs::read_to_string(typed)
                .with_context(|| format!("cannot read the key `{typed}`"))?
        } else {
            typed.clone()
        };
        PublicKey::from_pem(&text).with_context(|| format!("`{typed}` is no key to trust"))
    };
    typed.iter().map(read).collect()
}
