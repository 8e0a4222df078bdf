//! Files that exist completely or not at all.

use std::path::Path;

use assay_files::{Access, Keep};

use crate::error::ShippingError;

/// Writes a file atomically, creating its folders: a concurrent reader sees the old or the new one. Fails if it cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ShippingError> {
    assay_files::replace(path, bytes, Access::Usual, Keep::Durable)
        .map_err(ShippingError::file("write", path))
}
