//! Whichever operation of the store fails, a reader sees the state before or after, and the next run succeeds.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use assay_pipeline::Report;
use assay_store::{Fault, FaultyStore};
use assay_suite::{BAD_LOAN, Ground, Lake, Setting};

/// Runs on a store that fails at one operation, and returns the report and the number of operations.
fn run(setting: &Setting, file: &Path, lake: &Lake, at: u64, fault: Fault) -> (Report, u64) {
    let store = FaultyStore::new(lake.store(), at, fault);
    let input = lake.input(file);
    (setting.run(&input, &store), store.operations())
}

/// What a reader follows: the manifest and the files that it names.
fn seen(lake: &Lake) -> Option<(String, BTreeMap<PathBuf, usize>)> {
    let files = lake.files();
    let (_, manifest) = files.iter().find(|(path, _)| path.ends_with("manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_slice(manifest).expect("a whole manifest");
    let run = manifest["assay"]["run_id"].as_str().expect("a run").to_owned();
    let mut named = BTreeMap::new();
    for part in manifest["assay"]["parts"].as_array().expect("parts") {
        let key = PathBuf::from(part["key"].as_str().expect("a key"));
        let size = files.get(&key).unwrap_or_else(|| panic!("{} is gone", key.display())).len();
        assert_eq!(Some(size as u64), part["bytes"].as_u64());
        // Each attempt writes to a folder of its own.
        let own = |it: &OsStr| it.to_string_lossy().starts_with("attempt=");
        named.insert(key.iter().filter(|it| !own(it)).collect(), size);
    }
    Some((run, named))
}

fn check(fault: Fault) {
    for ground in Ground::all() {
        check_on(ground, fault);
    }
}

fn check_on(ground: Ground, fault: Fault) {
    let setting = Setting::new();
    let first = setting.library.loans(2023, 300, "");
    let lake = Lake::on(ground);
    let (report, _) = run(&setting, &first, &lake, u64::MAX, fault);
    assert_eq!(report.outcome, "accepted", "{report:#?}");
    let before = seen(&lake).expect("published");

    let second = setting.library.loans(2023, 600, BAD_LOAN);
    let reference = Lake::on(ground);
    let (report, operations) = run(&setting, &second, &reference, u64::MAX, fault);
    assert_eq!(report.outcome, "accepted_with_quarantine", "{report:#?}");
    let after = seen(&reference).expect("published");
    assert!(operations > 10, "{operations}");
    for at in 0..operations {
        let lake = Lake::on(ground);
        publish_first(&lake, &setting, fault);
        let (report, _) = run(&setting, &second, &lake, at, fault);
        let now = seen(&lake).expect("the manifest never disappears");
        assert!(now == before || now == after, "operation {at}: between two states: {now:#?}");
        if report.outcome != "failed" {
            assert_eq!(now, after, "operation {at}: said to be published");
        }
        let (report, _) = run(&setting, &second, &lake, u64::MAX, fault);
        assert_eq!(
            report.outcome, "accepted_with_quarantine",
            "operation {at}: {:?}",
            report.failure
        );
        assert_eq!(seen(&lake), Some(after.clone()), "operation {at}");
    }
}

/// Publishes the first file to a fresh lake, then replaces it by the second.
fn publish_first(lake: &Lake, setting: &Setting, fault: Fault) {
    let first = setting.library.loans(2023, 300, "");
    let (report, _) = run(setting, &first, lake, u64::MAX, fault);
    assert_eq!(report.outcome, "accepted");
    setting.library.loans(2023, 600, BAD_LOAN);
}

#[test]
fn a_disk_that_is_full_from_some_moment_on() {
    check(Fault::Lasting(ErrorKind::StorageFull));
}

#[test]
fn an_operation_that_fails_once() {
    check(Fault::Once(ErrorKind::Other));
}

#[test]
fn an_operation_whose_reply_is_lost() {
    check(Fault::LostReply(ErrorKind::ConnectionReset));
}

#[test]
fn an_operation_that_is_sent_twice() {
    check(Fault::Repeated);
}

#[test]
fn an_operation_that_the_disk_does_not_confirm() {
    check(Fault::Unconfirmed);
}
