//! An address is never a path.

use std::fs;
use std::path::Path;

use assay_suite::{BAD_LOAN, Library, assay, finish, plugins};

/// Runs `assay` in an empty folder: it must fail with a reason and leave the folder empty.
fn refused(arguments: &[&str], root: Option<&str>) {
    let here = tempfile::tempdir().expect("a temporary folder");
    let mut command = assay();
    command.current_dir(here.path()).args(arguments);
    if let Some(root) = root {
        command.env("ASSAY_ROOT", root);
    }
    let outcome = finish(&mut command);
    assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.stderr);
    for part in ["an address with the scheme `", "; expected a path", "`file://`", "help: "] {
        assert!(outcome.stderr.contains(part), "{arguments:?}: {}", outcome.stderr);
    }
    let made = fs::read_dir(here.path()).expect("the folder").count();
    assert_eq!(made, 0, "{arguments:?}: something was made");
}

#[test]
fn an_address_in_the_place_of_a_path_makes_nothing() {
    let library = Library::new();
    let file = library.loans(2023, 40, "");
    let file = file.to_str().expect("a name in UTF-8");
    for there in ["gs://bucket", "abfss://c@a.dfs.core.windows.net/lake", "https://host/lake"] {
        refused(&["run", file, "--root", there], None);
    }
    let there = "gs://bucket/lake/2023.csv";
    refused(&["run", file], Some(there));
    refused(&["run", there, "--root", "lake", "--format", "json"], None);
    refused(&["check", file, "--report", there], None);
    refused(&["explain", there, "--record", "1"], None);
    // Only inputs, roots and reports may be in a bucket; everything else is on this machine.
    let there = "s3://bucket/lake/2023.csv";
    for option in ["--pack", "--rules", "--plugins", "--cache"] {
        refused(&["check", file, option, there], None);
    }
    refused(&["sample", "library", "loans", "--year", "2023", "-o", there], None);
    refused(&["try", there, file], None);
    refused(&["inspect", there], None);
    refused(&["keygen", there], None);
    refused(&["sign", there, "--key", "k"], None);
    refused(&["verify", "a.wasm", "--key", there], None);
    refused(&["export", "pack.toml", "-o", there], None);
    refused(&["import", "bundle.tar.zst", "--rules", there], None);
}

#[test]
fn a_file_address_and_a_folder_with_the_name_of_a_scheme_are_taken() {
    let library = Library::new();
    let file = library.loans(2023, 600, BAD_LOAN);
    let here = tempfile::tempdir().expect("a temporary folder");
    let run = |root: &str, file: &str| {
        let mut command = assay();
        command.args(["run", file, "--root", root, "--format", "json"]);
        command.arg("--rules").arg(library.rules()).arg("--plugins").arg(plugins());
        let outcome = finish(command.current_dir(here.path()));
        assert_eq!(outcome.code, Some(0), "{root}: {}", outcome.stderr);
        outcome
    };
    let path = file.to_str().expect("a name in UTF-8");
    let spaced = here.path().join("a lake");
    let address = format!("file://localhost{}", spaced.display()).replace(' ', "%20");
    let outcome = run(&address, &format!("file://{path}"));
    assert_eq!(outcome.summary["source"]["location"], path);
    run("./s3:", path);
    for root in [&spaced, &here.path().join("s3:")] {
        assert!(manifests(root), "{}", root.display());
    }
    assert_eq!(fs::read_dir(here.path()).expect("the folder").count(), 2, "and nothing else");
}

fn manifests(root: &Path) -> bool {
    root.join("staging/validated").is_dir()
}
