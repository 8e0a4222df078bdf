//! The second dataset: rules copied from the checkout and locked, so that tests may change them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{assay, checkout};

/// A copy of the library's rules with a lock of its own.
#[derive(Debug)]
pub struct Library {
    folder: TempDir,
}

impl Default for Library {
    fn default() -> Self {
        Self::new()
    }
}

impl Library {
    /// Copies the rules and locks the plugins.
    pub fn new() -> Self {
        let library = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        copy(&checkout().join("tests/fixtures/rules"), &library.rules());
        library.lock();
        library
    }

    /// The rules folder.
    pub fn rules(&self) -> PathBuf {
        self.folder.path().join("rules")
    }

    /// Path of a file in the rules.
    pub fn rule_file(&self, name: &str) -> PathBuf {
        self.rules().join("library").join(name)
    }

    /// Undoes a test's changes to a file of the rules.
    pub fn restore(&self, name: &str) {
        let original = checkout().join("tests/fixtures/rules/library").join(name);
        std::fs::copy(original, self.rule_file(name)).expect("space");
    }

    /// Pins the plugins in their current state.
    pub fn lock(&self) {
        let output = assay()
            .arg("lock")
            .arg("--rules")
            .arg(self.rules())
            .arg("--plugins")
            .arg(plugins())
            .output()
            .expect("assay runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The arguments with which `run` and `check` use these rules.
    pub fn arguments(&self) -> Vec<String> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        vec!["--rules".to_owned(), text(self.rules()), "--plugins".to_owned(), text(plugins())]
    }

    /// Writes a file of loans with `records` good records, followed by `more` as it is.
    pub fn loans(&self, year: u16, records: u32, more: &str) -> PathBuf {
        let path = self.folder.path().join(format!("loans-{year}.csv"));
        let head = "loan_id,member_id,branch,book_title,isbn,loaned_on,returned_on,fine_eur\n";
        let loan = |loan: u32| {
            let branch = ["Central", "Harbour", "Nord"][loan as usize % 3];
            let (month, day) = (loan % 12 + 1, loan % 28 + 1);
            format!(
                "L{loan:05},M{},{branch},\"Title, {loan}\",,{year}-{month:02}-{day:02},,{}.{:02}\n",
                loan % 97,
                loan % 7,
                loan % 100
            )
        };
        let loans: Vec<String> = (1..=records).map(loan).collect();
        std::fs::write(&path, head.to_owned() + &loans.concat() + more).expect("space");
        path
    }
}

/// Folder of the plugins built by `cargo xtask plugins`.
pub fn plugins() -> PathBuf {
    checkout().join("target/plugins")
}

/// Folder of compiled plugins, shared by all tests: test builds don't optimise the compiler, so each plugin takes seconds to compile.
pub fn compiled() -> PathBuf {
    checkout().join("target/compiled")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a writable folder");
    for entry in std::fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("space");
        }
    }
}
