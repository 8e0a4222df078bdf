//! The local store: what others see, and what is left behind.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use assay_store::{Fault, FaultyStore, Key, LocalStore, NullStore, Store, StoreError, Version};

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
fn an_upload_is_seen_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let part = key("a/b/part-00000.parquet");
    let mut upload = store.upload(&part).unwrap();
    upload.write_all(&vec![7; 1_000_000]).unwrap();
    assert!(store.list(&key("a")).unwrap().is_empty());
    assert!(store.get(&part).unwrap().is_none());
    upload.finish().unwrap();
    assert_eq!(store.list(&key("a")).unwrap(), std::slice::from_ref(&part));
    assert_eq!(store.get(&part).unwrap().unwrap().bytes, vec![7; 1_000_000]);
    assert_eq!(files(folder.path()), ["part-00000.parquet"]);
}

#[test]
fn a_dropped_upload_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let mut upload = store.upload(&key("a/part")).unwrap();
    upload.write_all(b"half").unwrap();
    drop(upload);
    assert!(files(folder.path()).is_empty());
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
    assert_eq!(store.sweep(&key("a")).unwrap(), 1);
    alive.finish().unwrap();
    assert_eq!(store.sweep(&key("a")).unwrap(), 0);
    assert_eq!(store.sweep(&key("nowhere")).unwrap(), 0);
    let mut left = files(folder.path());
    left.sort();
    assert_eq!(left, [".assay.lock", ".other.tmp", "manifest.json", "part"]);
}

#[test]
fn documents_are_created_once_and_swapped_by_version() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let manifest = key("m.json");
    let first = store.create(&manifest, b"1").unwrap();
    assert!(matches!(store.create(&manifest, b"2"), Err(StoreError::Exists { .. })));
    let second = store.replace(&manifest, b"2", &first).unwrap();
    assert!(matches!(store.replace(&manifest, b"3", &first), Err(StoreError::Changed { .. })));
    assert_eq!(store.get(&manifest).unwrap().unwrap().version, second);
    store.delete(&manifest).unwrap();
    store.delete(&manifest).unwrap();
    assert!(matches!(store.replace(&manifest, b"3", &second), Err(StoreError::Changed { .. })));
    assert!(store.get(&manifest).unwrap().is_none());
}

#[test]
fn of_many_who_create_one_does() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let document = key(&format!("{round}/m.json"));
        let start = Barrier::new(8);
        let winners = thread::scope(|scope| {
            let tries: Vec<_> = (0..8_u8)
                .map(|n| {
                    let (document, start) = (&document, &start);
                    // Each its own store, as different processes would have.
                    let store = LocalStore::open(folder.path()).unwrap();
                    scope.spawn(move || {
                        start.wait();
                        store.create(document, &[n]).is_ok()
                    })
                })
                .collect();
            tries.into_iter().map(|t| t.join().unwrap()).filter(|won| *won).count()
        });
        assert_eq!(winners, 1);
    }
}

#[test]
fn no_swap_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let counter = key("counter");
    store.create(&counter, b"0").unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut done = 0;
                while done < 10 {
                    let now = store.get(&counter).unwrap().unwrap();
                    let number: u32 = String::from_utf8(now.bytes).unwrap().parse().unwrap();
                    let next = (number + 1).to_string();
                    match store.replace(&counter, next.as_bytes(), &now.version) {
                        Ok(_) => done += 1,
                        Err(StoreError::Changed { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert_eq!(store.get(&counter).unwrap().unwrap().bytes, b"40");
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

#[test]
fn urls_are_what_other_tools_take() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("my lake");
    let store = LocalStore::open(&root).unwrap();
    let url = store.url(&key("kind=general/part-00000.parquet"));
    assert!(url.starts_with("file:///"), "{url}");
    assert!(url.ends_with("/my%20lake/kind=general/part-00000.parquet"), "{url}");
}

#[test]
fn the_null_store_is_always_empty() {
    let document = key("m.json");
    NullStore.create(&document, b"1").unwrap();
    NullStore.create(&document, b"1").unwrap();
    assert!(NullStore.get(&document).unwrap().is_none());
    assert!(NullStore.replace(&document, b"2", &Version::new("x")).is_err());
    let mut upload = NullStore.upload(&document).unwrap();
    upload.write_all(b"x").unwrap();
    upload.finish().unwrap();
}
