//! Runs may be repeated and killed: a reader sees the state before or after, never one in between.

use std::process::Stdio;
use std::time::{Duration, Instant};

use assay_suite::{Ground, Lake, generated};
use serde_json::Value;

fn manifest(lake: &Lake) -> Option<Value> {
    let mut manifests =
        lake.files().into_iter().filter(|(path, _)| path.ends_with("manifest.json"));
    let (_, bytes) = manifests.next()?;
    assert!(manifests.next().is_none(), "one partition has one manifest");
    Some(serde_json::from_slice(&bytes).expect("a manifest is whole or absent"))
}

/// Checks that every file named by the manifest exists and has the stated size.
fn complete(lake: &Lake, manifest: &Value) {
    let files = lake.files();
    for entry in manifest["entries"].as_array().expect("entries") {
        let path = lake.below_root(entry["url"].as_str().expect("a url"));
        let size = files.get(&path).unwrap_or_else(|| panic!("{} is gone", path.display())).len();
        assert_eq!(
            Some(size as u64),
            entry["meta"]["content_length"].as_u64(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_same_run_again_changes_nothing_and_says_so() {
    Ground::all().into_iter().for_each(published_twice);
}

fn published_twice(ground: Ground) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = generated(folder.path(), 2023, "general-91", 3_000, 3, "1%");
    let lake = Lake::on(ground);
    let first = lake.run(&file, &[]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert_eq!(first.summary["already_published"], false);
    let before = lake.staged();
    let published = manifest(&lake);
    let second = lake.run(&file, &[]);
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert_eq!(second.summary["already_published"], true);
    assert_eq!(second.text("run_id"), first.text("run_id"));
    for key in ["outcome", "records", "amounts", "findings", "manifest"] {
        assert_eq!(second.summary[key], first.summary[key], "{key}");
    }
    assert!(lake.staged() == before);
    assert_eq!(manifest(&lake), published);
}

#[test]
fn a_changed_file_replaces_the_run_and_keeps_the_old_one() {
    Ground::all().into_iter().for_each(replaced);
}

fn replaced(ground: Ground) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lake = Lake::on(ground);
    let first = lake.run(&generated(folder.path(), 2023, "general-91", 2_000, 3, "1%"), &[]);
    let second = lake.run(&generated(folder.path(), 2023, "general-91", 2_500, 4, "1%"), &[]);
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{}", second.stderr);
    assert_ne!(first.text("run_id"), second.text("run_id"));
    let manifest = manifest(&lake).expect("a manifest");
    complete(&lake, &manifest);
    assert_eq!(manifest["assay"]["run_id"], second.summary["run_id"]);
    let old = first.text("run_id");
    let kept = lake.staged().into_keys().any(|path| path.to_string_lossy().contains(old));
    assert!(kept, "the replaced run stays until retention takes it");
}

#[test]
fn killed_at_any_moment_a_reader_sees_before_or_after() {
    Ground::all().into_iter().for_each(killed);
}

fn killed(ground: Ground) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = generated(folder.path(), 2023, "general-91", 2_000, 3, "1%");
    let lake = Lake::on(ground);
    assert_eq!(lake.run(&first, &[]).code, Some(0));
    let before = manifest(&lake).expect("a manifest");
    let second = generated(folder.path(), 2023, "general-91", 40_000, 4, "1%");
    let whole = Lake::on(ground);
    let started = Instant::now();
    assert_eq!(whole.run(&second, &[]).code, Some(0));
    let duration = started.elapsed();
    let after = manifest(&whole).expect("a manifest")["assay"]["run_id"].clone();
    let kills = 24;
    for kill in 0..kills {
        let mut child = lake
            .command(&second)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("assay starts");
        std::thread::sleep(
            duration.mul_f64(f64::from(kill) / f64::from(kills) * 1.1) + Duration::from_millis(2),
        );
        child.kill().expect("SIGKILL");
        child.wait().expect("it is gone");
        let seen = manifest(&lake).expect("the manifest never disappears");
        complete(&lake, &seen);
        assert!(
            seen == before || seen["assay"]["run_id"] == after,
            "kill {kill}: between two states: {seen:#}"
        );
    }
    let outcome = lake.run(&second, &[]);
    assert_eq!(outcome.code, Some(0), "the next run succeeds: {}", outcome.stderr);
    complete(&lake, &manifest(&lake).expect("a manifest"));
    let run = after.as_str().expect("an id");
    let of_run = |lake: &Lake| {
        let mut files = lake.staged();
        files.retain(|path, _| path.to_string_lossy().contains(run));
        files
    };
    assert!(of_run(&lake) == of_run(&whole), "and leaves what an undisturbed run leaves");
    let mut clean = lake.assay();
    clean.arg("gc").arg("--root").arg(lake.root());
    clean.args(["--delete", "--grace-hours", "0", "--keep-days", "0", "--keep-runs", "0"]);
    let cleaned = assay_suite::finish(clean.args(["--format", "json"]));
    assert_eq!(cleaned.code, Some(0), "{}", cleaned.stderr);
    complete(&lake, &manifest(&lake).expect("a manifest"));
    assert!(lake.staged() == whole.staged(), "gc leaves what is published and nothing else");
    let leftovers: Vec<_> = hidden(lake.path());
    assert!(leftovers.is_empty(), "nothing is left to clean by hand: {leftovers:?}");
    assert_eq!(lake.run(&second, &[]).summary["already_published"], true);
}

fn hidden(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(hidden(&path));
        } else if path.extension().is_some_and(|extension| extension == "tmp") {
            found.push(path);
        }
    }
    found
}
