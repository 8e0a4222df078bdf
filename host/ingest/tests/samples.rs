//! Published files, if available: they are read without a blocking fault, and as the `csv` crate reads them.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use std::path::Path;

use assay_ingest::Limits;
use support::read;

#[test]
fn published_files_have_no_structural_fault() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/open-payments/samples");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is missing", folder.display());
        return;
    };
    let mut files = 0;
    for path in entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
    {
        let bytes = std::fs::read(&path).unwrap();
        let (seen, summary) = read(&bytes, Limits::default());
        assert_eq!(summary.blocked, 0, "{}", path.display());
        let mut oracle = csv::ReaderBuilder::new().has_headers(true).from_reader(bytes.as_slice());
        let expected: Vec<csv::ByteRecord> = oracle.byte_records().map(Result::unwrap).collect();
        assert_eq!(seen.len(), expected.len(), "{}", path.display());
        for (record, expected) in seen.iter().zip(&expected) {
            assert!(
                !record.faults.is_empty()
                    || expected.iter().eq(record.cells.iter().map(String::as_bytes))
            );
        }
        files += 1;
    }
    assert!(files > 0);
}
