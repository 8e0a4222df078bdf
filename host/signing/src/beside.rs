//! Signatures stored next to their file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::envelope::verify;
use crate::error::SignatureError;
use crate::key::PublicKey;
use crate::statement::Signed;

/// Path of a file's signature: `my-rules.wasm.sig` for `my-rules.wasm`.
pub fn signature_path(file: &Path) -> PathBuf {
    file.with_added_extension("sig")
}

/// Checks that a file, given with its bytes, is signed by one of the keys under its own name. Fails if its signature is missing or not
/// valid.
pub fn verify_beside(
    file: &Path,
    bytes: &[u8],
    trusted: &[PublicKey],
) -> Result<Signed, SignatureError> {
    let path = signature_path(file);
    let envelope = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(SignatureError::Missing { path });
        }
        Err(reason) => return Err(SignatureError::Unreadable { path, reason }),
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    verify(&envelope, &name, bytes, trusted)
}
