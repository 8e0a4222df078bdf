//! Verifies that files match what a manifest says.

use assay_store::{Found, Key, Store};

use crate::SinkError;
use crate::damage::Damage;
use crate::documents::PartEntry;

/// Returns those of `files` that differ from what was written.
pub(crate) fn damaged<'a>(
    store: &dyn Store,
    files: impl Iterator<Item = &'a PartEntry>,
) -> Result<Vec<Damage>, SinkError> {
    let mut damaged = Vec::new();
    for file in files {
        let key = Key::new(file.key.as_str())?;
        let found = match file.expected() {
            Ok(expected) => store.verify(&key, &expected)?,
            // An invalid digest matches no file.
            Err(_) => Found::Other { bytes: file.bytes },
        };
        let expected = file.bytes;
        match found {
            Found::Same => {}
            Found::Nothing => damaged.push(Damage { key, expected, found: None }),
            Found::Other { bytes } => damaged.push(Damage { key, expected, found: Some(bytes) }),
        }
    }
    Ok(damaged)
}
