//! Each store against the contract, and the behaviour specific to folders: what others see, and what is left behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use assay_store::contract::check_store;
use assay_store::{
    Cleaning, Fault, FaultyStore, Finished, Key, Listed, LocalStore, Store, StoreError,
};

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// All files below `folder`, hidden ones too.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn a_folder_keeps_the_contract() {
    let place = tempfile::tempdir().unwrap();
    check_store(&|name| Box::new(LocalStore::open(place.path().join(name)).unwrap()));
}

#[test]
fn a_store_without_a_fault_keeps_the_contract() {
    let place = tempfile::tempdir().unwrap();
    check_store(&|name| {
        let store = LocalStore::open(place.path().join(name)).unwrap();
        Box::new(FaultyStore::new(store, u64::MAX, Fault::Repeated))
    });
}

#[test]
fn nothing_but_objects_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let part = key("a/b/part-00000.parquet");
    let upload = |bytes: &[u8]| {
        let mut upload = store.upload(&part).unwrap();
        upload.write_all(bytes).unwrap();
        upload
    };
    drop(upload(b"half"));
    assert!(files(folder.path()).is_empty());
    let under_way = upload(b"whole");
    assert!(store.list(&key("a")).unwrap().is_empty());
    under_way.finish().unwrap();
    upload(b"whole").finish().unwrap();
    upload(b"other").finish().unwrap_err();
    let listed = store.list(&key("a")).unwrap();
    assert_eq!(listed, [Listed { key: part.clone(), bytes: 5 }]);
    assert_eq!(files(folder.path()), ["part-00000.parquet"]);
}

#[test]
fn sweeping_takes_what_the_dead_left_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    store.create(&key("a/manifest.json"), b"{}").unwrap();
    let mut alive = store.upload(&key("a/run=1/part")).unwrap();
    alive.write_all(b"x").unwrap();
    fs::write(folder.path().join("a/run=1/.assay-0123.tmp"), b"dead").unwrap();
    fs::write(folder.path().join("a/run=1/.other.tmp"), b"not ours").unwrap();
    assert_eq!(store.sweep(&key("a"), Duration::ZERO).unwrap(), 1);
    alive.finish().unwrap();
    assert_eq!(store.sweep(&key("a"), Duration::ZERO).unwrap(), 0);
    assert_eq!(store.sweep(&key("nowhere"), Duration::ZERO).unwrap(), 0);
    let mut left = files(folder.path());
    left.sort();
    assert_eq!(left, [".other.tmp", "manifest.json", "part"]);
}

#[test]
fn what_differs_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    store.upload(&key("run=1/part")).unwrap().finish().unwrap();
    let mut upload = store.upload(&key("run=1/part")).unwrap();
    upload.write_all(b"x").unwrap();
    assert_eq!(
        upload.finish().unwrap_err().to_string(),
        "`run=1/part` exists already and is not what this run wrote (0 bytes, expected 1); it was left as it is\n\
         help: another version of assay wrote it, or it was damaged since; if no manifest names it, delete it and run again"
    );
}

#[test]
fn a_full_disk_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let store = FaultyStore::new(store, 0, Fault::Once(ErrorKind::StorageFull));
    let error = store.create(&key("m.json"), b"x").unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }));
    assert!(error.to_string().starts_with("the disk is full: could not "), "{error}");
    store.create(&key("m.json"), b"x").unwrap();
    assert_eq!(store.operations(), 2);
}

/// What a caller sees of a write that was carried out, and what a second try sees.
#[test]
fn a_lost_reply_does_not_lose_the_write() {
    let faults = [
        (Fault::LostReply(ErrorKind::ConnectionReset), false),
        (Fault::Once(ErrorKind::ConnectionReset), false),
        (Fault::Repeated, true),
    ];
    for (fault, heard) in faults {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::open(folder.path()).unwrap();
        let document = key("m.json");
        let ensured = FaultyStore::new(store.clone(), 0, fault).ensure(&document, b"x");
        assert_eq!(ensured.is_ok(), heard, "{fault:?}: {ensured:?}");
        store.ensure(&document, b"x").unwrap();

        // Beginning is one operation, the end the next.
        let part = key("part");
        let upload = FaultyStore::new(store.clone(), 1, fault).upload(&part).unwrap();
        let finished = upload.finish();
        assert_eq!(finished.is_ok(), heard, "{fault:?}: {finished:?}");
        let again = store.upload(&part).unwrap().finish().unwrap();
        let there = !matches!(fault, Fault::Once(_));
        assert_eq!(again == Finished::AlreadyThere, there, "{fault:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let store = FaultyStore::new(LocalStore::open(folder.path()).unwrap(), 0, Fault::Repeated);
    let own = store.create(&key("m.json"), b"x");
    assert!(matches!(own, Err(StoreError::Exists { .. })), "its own object is in the way");
}

#[test]
fn urls_are_what_other_tools_take() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("my lake");
    let store = LocalStore::open(&root).unwrap();
    let url = store.url(&key("kind=general/part-00000.parquet"));
    assert!(url.starts_with("file:///"), "{url}");
    assert!(url.ends_with("/my%20lake/kind=general/part-00000.parquet"), "{url}");
    assert!(store.url(&key("é%+,@~")).ends_with("/%C3%A9%25+,@~"));
}
