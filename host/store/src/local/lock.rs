//! The lock under which a document is compared and swapped.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use assay_model::shown;

use crate::StoreError;
use crate::key::RESERVED;

/// A swap holds the lock for some milliseconds. A process that holds it this long is suspended, or its disk has stopped answering.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pause between attempts to take a held lock: longer than a swap takes, too short to notice.
const PAUSE: Duration = Duration::from_millis(5);

/// Takes the lock of the documents that lie beside `path`. The system releases it when the holder dies. Each partition has its own
/// folder, so partitions do not block each other.
pub(super) fn lock_beside(path: &Path) -> Result<File, StoreError> {
    lock(path, PATIENCE)
}

fn lock(path: &Path, patience: Duration) -> Result<File, StoreError> {
    let at = path.with_file_name(format!("{RESERVED}.lock"));
    let fault = |source| StoreError::io("lock", &shown(at.display()), source);
    let file = open(&at).map_err(fault)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < patience => sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { lock: PathBuf::from(&at), waited: patience });
            }
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
    }
}

fn open(at: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_somebody_keeps_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, there) = (folder.path().join("a"), folder.path().join("b/c"));
        std::fs::create_dir(folder.path().join("b")).expect("a folder");
        let held = lock_beside(&here).expect("free");
        let error = lock(&here, Duration::from_millis(20)).expect_err("held");
        let expected = format!(
            "another process has held the lock `{}` for 20ms, which normally takes milliseconds; it may be suspended: \
             resume or end it, then run again",
            folder.path().join(".assay.lock").display()
        );
        assert_eq!(error.to_string(), expected);
        lock(&there, Duration::ZERO).expect("what lies elsewhere has another lock");
        drop(held);
        lock(&here, Duration::ZERO).expect("free again");
    }
}
