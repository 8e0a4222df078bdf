//! Files that are there whole or not at all.

use std::fs;
use std::path::Path;

use crate::error::ShippingError;

/// Writes a file in one step, with the folders it lies in: who reads it at this moment sees the old one or the new one.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ShippingError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(ShippingError::file("create", folder))?;
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    let unfinished = Path::new(&unfinished);
    fs::write(unfinished, bytes)
        .and_then(|()| fs::rename(unfinished, path))
        .map_err(ShippingError::file("write", path))
}
