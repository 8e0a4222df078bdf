//! Tests the message for each mistake. `tests/ui/<group>/<case>.toml` contains a mistake, `<case>.err` next to it the expected message.
//! `BLESS=1 cargo test -p assay-packs --test ui` rewrites the latter.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use assay_packs::{Catalogue, Lock, Pack, PackError};

/// Reads every case of a group and compares the message with the expected one.
fn check(group: &str, read: impl Fn(&Path) -> Result<(), String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(group);
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|e| e == "toml") && !path.ends_with("dataset.toml")
        })
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    let mut wrong = Vec::new();
    for case in cases {
        let error = read(&case)
            .err()
            .unwrap_or_else(|| panic!("nothing was found wrong with {}", case.display()));
        let said = format!("{}\n", error.replace(&folder.display().to_string(), "$DIR"));
        let expected = case.with_extension("err");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected, said).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{} is now:\n{said}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn packs() {
    check("pack", |path| Pack::open(path).map(drop).map_err(|error| error.to_string()));
}

#[test]
fn packs_without_a_dataset() {
    check("alone", |path| Pack::open(path).map(drop).map_err(|error| error.to_string()));
}

#[test]
fn datasets() {
    check("dataset", |path| {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("library");
        std::fs::create_dir_all(folder.join("layouts")).unwrap();
        std::fs::copy(path, folder.join("dataset.toml")).unwrap();
        let layouts = path.parent().unwrap().join("layouts");
        std::fs::copy(layouts.join("mistakes.txt"), folder.join("layouts/mistakes.txt")).unwrap();
        // The folder differs each time.
        let said =
            |error: PackError| error.to_string().replace(&folder.display().to_string(), "$DIR");
        Catalogue::open(root.path()).map(drop).map_err(said)
    });
}

#[test]
fn locks() {
    check("lock", |path| Lock::read(path).map(drop).map_err(|error| error.to_string()));
}
