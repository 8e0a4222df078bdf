//! Each kind of blob against the contract, and the behaviour specific to files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_store::blob::{
    Blob, Changed, Cursor, FileBlob, MemoryBlob, Opened, Spool, State, Steady,
};
use assay_store::contract::{BlobCase, check_blob};

fn state(blob: &dyn Blob) -> State {
    blob.state().unwrap()
}

fn open(path: &Path) -> FileBlob {
    match FileBlob::open(path).unwrap() {
        Opened::File(file) => file,
        Opened::Stream(_) => panic!("it is a file"),
    }
}

#[test]
fn a_file_keeps_the_contract() {
    type Change = fn(&Path, &[u8]);
    let in_place: Change = |path, bytes| fs::write(path, bytes).unwrap();
    let replaced: Change = |path, bytes| {
        let beside = path.with_extension("new");
        fs::write(&beside, bytes).unwrap();
        fs::rename(beside, path).unwrap();
    };
    let place = tempfile::tempdir().unwrap();
    let count = AtomicU64::new(0);
    for change in [in_place, replaced] {
        check_blob(&|content| {
            let path = place.path().join(count.fetch_add(1, Ordering::Relaxed).to_string());
            fs::write(&path, content).unwrap();
            // An hour ago: a file system's clock may tick slower than a test changes a file.
            let hour = std::time::Duration::from_hours(1);
            let before = std::time::SystemTime::now() - hour;
            fs::File::options().write(true).open(&path).unwrap().set_modified(before).unwrap();
            let blob = Arc::new(open(&path));
            BlobCase { blob, change: Some(Box::new(move |bytes| change(&path, bytes))) }
        });
    }
}

#[test]
fn a_spool_keeps_the_contract() {
    check_blob(&|mut content| BlobCase {
        blob: Arc::new(Spool::of(&mut content, "-").unwrap()),
        change: None,
    });
}

#[test]
fn bytes_in_memory_keep_the_contract() {
    check_blob(&|content| {
        let blob = Arc::new(MemoryBlob::new(content));
        let changed = Arc::clone(&blob);
        BlobCase { blob, change: Some(Box::new(move |bytes| changed.change(bytes))) }
    });
}

#[test]
fn bytes_in_memory_change_when_told_to() {
    let blob = MemoryBlob::new(*b"old");
    blob.change_at(1, *b"new");
    let mut read = [0; 3];
    blob.read_at(0, &mut read).unwrap();
    assert_eq!((&read, state(&blob), blob.reads()), (b"old", State::Same, 1));
    blob.read_at(0, &mut read).unwrap();
    assert_eq!((&read, state(&blob), blob.reads()), (b"new", State::Changed, 2));
}

#[test]
fn a_file_that_was_replaced_is_read_as_it_was_opened() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.csv");
    fs::write(&path, "old").unwrap();
    let blob = open(&path);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "new").unwrap();
    let mut read = [0; 3];
    assert_eq!(blob.read_at(0, &mut read).unwrap(), 3);
    assert_eq!(&read, b"old");
    assert_eq!(state(&blob), State::Changed);
    fs::remove_file(&path).unwrap();
    assert_eq!(state(&blob), State::Gone);
}

#[test]
fn a_folder_is_not_a_blob() {
    let place = tempfile::tempdir().unwrap();
    assert_eq!(FileBlob::open(place.path()).unwrap_err().kind(), ErrorKind::IsADirectory);
    let missing = FileBlob::open(&place.path().join("missing"));
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

/// However a reader proceeds: a reread returns the same bytes or an error.
#[test]
fn what_is_read_again_is_the_same_or_an_error() {
    let content: Vec<u8> = (0..100_000_u32).map(|at| (at % 251).to_le_bytes()[0]).collect();
    for at in [0, 1, 32_767, 32_768, 65_536, 98_303, 98_304, 99_999] {
        let mut other = content.clone();
        other[at] ^= 1;
        for cut in [None, Some(at)] {
            let blob = Arc::new(MemoryBlob::new(content.clone()));
            let steady = Arc::new(Steady::new(Arc::clone(&blob) as _));
            let cursor = |from| Cursor::new(Arc::clone(&steady), from, Arc::default());
            let mut all = Vec::new();
            cursor(0).read_to_end(&mut all).unwrap();
            assert!(all == content && steady.state().is_ok_and(|state| state == State::Same));
            blob.change_unseen_at(blob.reads(), &other[..cut.unwrap_or(other.len())]);
            for chunk in [1_000, 40_000, 100_000] {
                let mut reader = cursor(0);
                let (mut all, mut buffer) = (Vec::new(), vec![0; chunk]);
                let error = loop {
                    match reader.read(&mut buffer) {
                        Ok(0) => panic!("{at}, {chunk}: nothing was said"),
                        Ok(read) => all.extend_from_slice(&buffer[..read]),
                        Err(error) => break error,
                    }
                };
                assert!(Changed::is_in(&error), "{error:?}");
                assert!(all == content[..all.len()] && all.len() <= at, "{at}, {chunk}");
                // What was not touched can still be read.
                let block = at / 32_768 * 32_768;
                let mut before = vec![0; block.min(5_000)];
                reader.seek(SeekFrom::Start((block - before.len()) as u64)).unwrap();
                reader.read_exact(&mut before).unwrap();
                assert!(before == content[block - before.len()..block]);
            }
            assert_eq!(
                (steady.state().ok(), state(&*blob)),
                (Some(State::Changed), State::Same),
                "{at}"
            );
        }
    }
}

#[test]
fn a_read_that_fails_can_be_made_again() {
    for kind in [ErrorKind::TimedOut, ErrorKind::Interrupted, ErrorKind::UnexpectedEof] {
        let blob = Arc::new(MemoryBlob::new(vec![7; 50_000]));
        let steady = Arc::new(Steady::new(Arc::clone(&blob) as _));
        let mut reader = Cursor::new(steady, 10, Arc::default());
        blob.fail_at(0..1, kind);
        let error = reader.read(&mut [0; 9]).unwrap_err();
        // Readers try again what was interrupted, and would do so for ever.
        let told = if kind == ErrorKind::Interrupted { ErrorKind::Other } else { kind };
        assert_eq!(error.kind(), told);
        let mut all = Vec::new();
        reader.read_to_end(&mut all).unwrap();
        assert_eq!(all, vec![7; 49_990]);
    }
}
