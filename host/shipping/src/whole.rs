//! Files that are there whole or not at all.

use std::path::Path;

use assay_files::{Access, Keep};

use crate::error::ShippingError;

/// Writes a file in one step, with the folders it lies in: who reads it at this moment sees the old one or the new one.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ShippingError> {
    assay_files::replace(path, bytes, Access::Usual, Keep::Durable)
        .map_err(ShippingError::file("write", path))
}
