//! The operations that a run needs of its store and input, and no others.

use std::collections::BTreeMap;
use std::sync::Arc;

use assay_pipeline::Input;
use assay_store::blob::MemoryBlob;
use assay_store::{Expected, Found, Key, LocalStore, Object, Store, StoreError, Upload, Version};
use assay_suite::{BAD_LOAN, Lake, Setting};

/// A store that cannot list, because listing a bucket is expensive.
#[derive(Debug)]
struct Unlisted(LocalStore);

impl Store for Unlisted {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        self.0.upload(key)
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        self.0.get(key)
    }

    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        self.0.verify(key, expected)
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        self.0.create(key, bytes)
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        self.0.replace(key, bytes, expected)
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.0.delete(key)
    }

    fn url(&self, key: &Key) -> String {
        self.0.url(key)
    }
}

fn store(lake: &Lake) -> LocalStore {
    LocalStore::open(lake.path()).expect("a root")
}

#[test]
fn a_run_needs_no_listing_and_no_file() {
    let setting = Setting::new();
    let file = setting.library.loans(2023, 600, BAD_LOAN);
    let (listed, unlisted) = (Lake::new(), Lake::new());
    let input = Input::from_path(&file, None).expect("the file");
    let first = setting.run(&input, &store(&listed));
    assert_eq!(first.outcome, "accepted_with_quarantine", "{first:#?}");

    let bytes = std::fs::read(&file).expect("the file");
    let blob = Arc::new(MemoryBlob::new(bytes));
    let name = input.name().map(str::to_owned);
    let second = setting.run(&Input::new(blob, name), &Unlisted(store(&unlisted)));
    assert_eq!((&second.outcome, &second.run_id), (&first.outcome, &first.run_id));
    assert_eq!(unlisted.staged().len(), 2, "a part and the quarantine");
    assert_eq!(unlisted.staged(), listed.staged());
}

/// Whenever the input changes, nothing with other content stays under the run's name, so the next attempt succeeds.
#[test]
fn an_input_that_changes_leaves_nothing_in_the_way() {
    let setting = Setting::new();
    let file = setting.library.loans(2023, 600, BAD_LOAN);
    let bytes = std::fs::read(&file).expect("the file");
    // Same length and equally valid: only the detected change shows that it is different.
    let other = String::from_utf8(bytes.clone()).expect("text").replace(",M1,", ",M2,");
    assert_ne!(other.as_bytes(), bytes);
    let input = Input::from_path(&file, None).expect("the file");
    let name = || input.name().map(str::to_owned);
    let reads = {
        let blob = Arc::new(MemoryBlob::new(bytes.clone()));
        setting.run(&Input::new(Arc::clone(&blob) as _, name()), &store(&Lake::new()));
        blob.reads()
    };
    assert!(reads > 2, "{reads}");
    for at in 1..reads {
        let lake = Lake::new();
        let blob = Arc::new(MemoryBlob::new(bytes.clone()));
        blob.change_at(at, other.clone());
        let report = setting.run(&Input::new(blob, name()), &store(&lake));
        assert_eq!(report.outcome, "failed", "read {at}");
        assert_eq!(report.failure.expect("a reason").code, "input_changed", "read {at}");
        assert_eq!(lake.staged(), BTreeMap::new(), "read {at}");
        let report = setting.run(&input, &store(&lake));
        assert_eq!(report.outcome, "accepted_with_quarantine", "read {at}: {report:#?}");
    }
}
