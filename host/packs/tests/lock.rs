//! The lock: always written the same way, and read strictly.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;

use assay_packs::{Lock, LockError};
use common::write;

#[test]
fn a_lock_survives_the_way_there_and_back() {
    let folder = write(&[]);
    let path = folder.path().join("assay.lock");
    let mut lock = Lock::empty(&path);
    lock.insert("open-payments", "0.1.0", Lock::digest_of(b"two"));
    lock.insert("checks", "1.0.0-rc.1", Lock::digest_of(b"one"));
    lock.insert("with.dot", "0.1.0", Lock::digest_of(b"three"));
    lock.write().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        "# The plugins that these rules were tested with. A plugin whose digest differs is not run.\n# Written by `assay lock`.\n\n\
         format = 1\n\n\
         [plugins.checks]\nversion = \"1.0.0-rc.1\"\ndigest = \"sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\"\n\n\
         [plugins.open-payments]\nversion = \"0.1.0\"\ndigest = \"sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\"\n\n\
         [plugins.\"with.dot\"]\nversion = \"0.1.0\"\ndigest = \"sha256:8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f\"\n"
    );
    assert_eq!(Lock::read(&path).unwrap(), lock);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside the lock"
    );
}

#[test]
fn only_what_was_locked_passes() {
    let mut lock = Lock::empty(Path::new("rules/assay.lock"));
    lock.insert("checks", "0.1.0", Lock::digest_of(b"one"));
    let found = Lock::digest_of(b"two");
    assert_eq!(lock.verify("checks", Lock::digest_of(b"one")), Ok(()));
    let error = lock.verify("checks", found).unwrap_err();
    assert!(matches!(error, LockError::Mismatch { .. }));
    assert_eq!(
        error.to_string(),
        "plugin `checks` is not the one that was locked: expected sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed \
         (0.1.0), found sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3\n\
         help: if you trust this component, `assay lock` accepts it (in a checkout, `cargo xtask plugins` builds all and locks them)"
    );
    let error = lock.verify("checkz", found).unwrap_err();
    assert!(matches!(error, LockError::Missing { .. }));
    assert_eq!(
        error.to_string(),
        "plugin `checkz` (sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3) is not in `rules/assay.lock`\n\
         help: if you trust this component, `assay lock` accepts it (in a checkout, `cargo xtask plugins` builds all and locks them)"
    );
}
