//! Shared by several tests.
#![allow(dead_code, reason = "each test binary uses some of it")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};

/// The rules folder of the second dataset.
pub(crate) fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/rules")
}

/// The rules folder of the project.
pub(crate) fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// Published files and layouts, if this machine has them.
pub(crate) fn open_payments() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/open-payments");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

/// Writes files to a new folder.
pub(crate) fn write(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Returns a header from its names.
pub(crate) fn header(names: &str) -> Vec<String> {
    names.split(',').map(str::to_owned).collect()
}

/// The project's dataset with one pack that takes general payments, so that tests do not depend on the project's packs.
pub(crate) fn open_payments_rules() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("open-payments");
    std::fs::create_dir_all(to.join("layouts")).unwrap();
    std::fs::create_dir_all(to.join("general")).unwrap();
    let from = rules().join("open-payments");
    std::fs::copy(from.join("dataset.toml"), to.join("dataset.toml")).unwrap();
    for entry in std::fs::read_dir(from.join("layouts")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join("layouts").join(path.file_name().unwrap())).unwrap();
    }
    std::fs::copy(from.join("general/schema.toml"), to.join("general/schema.toml")).unwrap();
    let pack = "format = 1\ndataset = \"open-payments\"\nkind = \"general\"\nlayouts = [\"general-75\", \"general-91\"]\n\
        [columns.Covered_Recipient_First_Name]\n";
    std::fs::write(to.join("general/any.toml"), pack).unwrap();
    folder
}
