//! What other processes see of a file while it is written, and who may access it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use assay_files::{Access, Created, Draft, Keep, create, create_folder, is_draft, replace};

/// All names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_draft_is_seen_whole_or_not_at_all() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a/b/text");
    let folder = path.parent().unwrap();
    for keep in [Keep::Durable, Keep::Cached] {
        replace(&path, b"old", Access::Usual, keep).unwrap();
        let mut draft = Draft::begin(&path, Access::Usual, keep).unwrap();
        draft.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder).iter().filter(|name| is_draft(name)).count(), 1);
        drop(draft);
        assert_eq!(names(folder), ["text"]);
        replace(&path, b"new", Access::Usual, keep).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder), ["text"]);
    }
}

#[test]
fn what_has_a_name_keeps_it() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("text");
    create(&path, b"first", Access::Usual, Keep::Durable).unwrap();
    let second = create(&path, b"second", Access::Usual, Keep::Durable);
    assert_eq!(second.unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), b"first");
    let draft = Draft::begin(&path, Access::Usual, Keep::Durable).unwrap();
    let Created::Taken(draft) = draft.create().unwrap() else { panic!("the name is taken") };
    drop(draft);
    assert_eq!(names(place.path()), ["text"]);
}

#[test]
fn of_many_who_create_one_does() {
    let place = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let path = place.path().join(round.to_string());
        let start = Barrier::new(8);
        let made = thread::scope(|scope| {
            let tries: Vec<_> = (0..8_u8)
                .map(|number| {
                    let (path, start) = (&path, &start);
                    scope.spawn(move || {
                        start.wait();
                        create(path, &[number], Access::Usual, Keep::Cached).is_ok()
                    })
                })
                .collect();
            tries.into_iter().map(|each| each.join().unwrap()).filter(|made| *made).count()
        });
        assert_eq!(made, 1);
    }
    assert_eq!(names(place.path()).len(), 20);
}

#[test]
fn access_is_what_was_asked_for() {
    let place = tempfile::tempdir().unwrap();
    let mode = |name: &str, access| {
        let path = place.path().join(name);
        create(&path, b"x", access, Keep::Cached).unwrap();
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("secret", Access::OwnerOnly), 0o600);
    // A `umask` can only take permissions away.
    assert_eq!(mode("public", Access::OwnerWrites) & !0o644, 0);
    let plain = place.path().join("plain");
    fs::write(&plain, b"x").unwrap();
    let usual = fs::metadata(plain).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("usual", Access::Usual), usual);
}

#[test]
fn a_locked_draft_lets_go_when_it_has_its_name() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("text");
    let draft = Draft::begin_locked(&path, Access::Usual, Keep::Durable).unwrap();
    let hidden = place.path().join(&names(place.path())[0]);
    assert!(fs::File::open(&hidden).unwrap().try_lock().is_err());
    draft.replace().unwrap();
    assert!(fs::File::open(&path).unwrap().try_lock().is_ok());
}

#[test]
fn a_file_with_the_name_of_a_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taken");
    fs::write(&path, "a file").unwrap();
    for keep in [Keep::Durable, Keep::Cached] {
        let error = create_folder(&path, keep).expect_err("it is a file");
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{keep:?}");
        create_folder(&path.join("below"), keep).expect_err("a file has no folders in it");
    }
}
