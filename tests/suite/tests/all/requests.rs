//! Requests to a bucket: each range once per pass, and no deletion that a bucket's policy forbids.

use std::collections::BTreeMap;

use assay_bucket::Operation;
use assay_suite::{BAD_LOAN, Lake, finish};

use crate::spooled::{Place, RAW};

/// Enough for more 8 MiB ranges than the eight held in memory, so that the second pass must fetch them again.
const RECORDS: u32 = 1_700_000;

#[test]
fn each_range_of_an_input_is_asked_for_once_a_pass() {
    let place = Place::new(RECORDS);
    let ranges = place.bytes.len().div_ceil(8 << 20);
    assert!(ranges > 8, "{} bytes", place.bytes.len());
    for threads in ["1", "4", "8"] {
        let lake = Lake::new();
        place.server.take_log();
        let outcome = place.run(&lake, &["--threads", threads]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let mut asked = BTreeMap::<String, usize>::new();
        for request in place.server.take_log() {
            if request.key == RAW && request.operation == Operation::GetObject {
                *asked.entry(request.range.expect("it names one")).or_default() += 1;
            }
        }
        assert_eq!(asked.len(), ranges, "{threads} threads: {asked:?}");
        // Two more at most: on an extremely busy machine a thread may be held up for longer than a range is kept.
        let all: usize = asked.values().sum();
        assert!(all <= 2 * ranges + 2, "{threads} threads: {asked:?}");
    }
}

/// The bucket's policy (`terraform/modules/lake`) forbids deleting below `_commit/`, and its roles may delete only below `staging/`.
#[test]
fn only_files_of_attempts_are_deleted() {
    let (place, lake) = (Place::new(300), Lake::new());
    let root = "s3://lake/root";
    for records in [300, 310, 320] {
        let file = place.library.loans(2023, records, BAD_LOAN);
        place.server.put("lake", RAW, std::fs::read(file).expect("the file"));
        let outcome = finish(&mut place.command(&lake, "run", Some(root)));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    place.server.take_log();
    let mut gc = lake.assay();
    gc.args(["gc", "--root", root, "--keep-days", "0", "--keep-runs", "0", "--delete"]);
    gc.args(["--grace-hours", "0", "--format", "json"]).envs(place.server.environment());
    let outcome = finish(&mut gc);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let log = place.server.take_log().into_iter();
    let deleted = log.filter(|it| it.operation == Operation::DeleteObject).map(|it| it.key);
    let deleted: Vec<String> = deleted.collect();
    assert!(deleted.len() >= 4, "{deleted:?}");
    for key in &deleted {
        let below = ["root/staging/validated/", "root/staging/rejected/"];
        assert!(below.iter().any(|folder| key.starts_with(folder)), "{key}");
        assert!(key.contains("/attempt=") && !key.contains("/_commit/"), "{key}");
    }
    let kept = place.server.keys_of("lake");
    assert!(kept.iter().any(|key| key.ends_with("/_commit/manifest.json")), "{kept:?}");
}
