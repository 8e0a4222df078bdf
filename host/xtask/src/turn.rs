//! Taking turns with other processes: steps that run at the same time need the same environments and downloads, which only the first
//! should make.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};

/// Waits until no other process has this file's turn, and takes it. It ends when the value is dropped, or with the process.
pub(crate) fn take(path: &Path) -> Result<File> {
    let refused = || format!("cannot lock `{}`", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(refused)?;
    }
    let file = File::create(path).with_context(refused)?;
    file.lock().with_context(refused)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_over_when_it_is_dropped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new").join("lock");
        let turn = take(&path).expect("nobody has it");
        let other = File::open(&path).expect("it is there");
        assert!(other.try_lock().is_err());
        drop(turn);
        assert!(other.try_lock().is_ok());
    }
}
