//! Hits, tallies, samples and measures that break the contract.

use super::exports::assay::rules::plugin::{
    Batch, Hit, Measure, RecordSet, Sample, Tally, Verdict,
};
use super::good::hit;
use super::plans::{NOT_BAD, UNIQUE};

/// Breaks a verdict as the behaviour asks.
pub fn twist(behaviour: &str, mut verdict: Verdict, batch: &Batch) -> Verdict {
    let n = batch.records;
    let bytes = (n as usize).div_ceil(8);
    let sparse = |records: Vec<u32>| hit(NOT_BAD, RecordSet::Sparse(records));
    let sample = |argument: String| Sample { rule: NOT_BAD, record: 0, arguments: vec![argument] };
    let measure = |code, merge| Measure { code, key: String::new(), merge, value: 1 };
    match behaviour {
        "rows-out-of-range" => verdict.hits = vec![sparse(vec![n])],
        "rows-fall" => verdict.hits = vec![sparse(vec![1, 0])],
        "rows-repeat" => verdict.hits = vec![sparse(vec![0, 0])],
        "bitmap-short" => verdict.hits = vec![hit(NOT_BAD, RecordSet::Bitmap(vec![0; bytes + 1]))],
        "bitmap-padding" => verdict.hits = vec![hit(NOT_BAD, RecordSet::Bitmap(vec![0xff; bytes]))],
        "hit-unknown-rule" => verdict.hits = vec![hit(999, RecordSet::Every)],
        "hit-other-stage" => verdict.hits = vec![hit(1, RecordSet::Every)],
        "hit-host-check" => verdict.hits = vec![hit(UNIQUE, RecordSet::Every)],
        "hit-outcome" => verdict.hits = vec![Hit { outcome: 9, ..hit(NOT_BAD, RecordSet::Every) }],
        "hit-disposition" => {
            verdict.hits = vec![Hit { disposition: 9, ..hit(NOT_BAD, RecordSet::Every) }];
        }
        "hit-disposition-in-validate" => {
            verdict.hits = vec![Hit { disposition: 2, ..hit(NOT_BAD, RecordSet::Every) }];
        }
        "hit-column" => {
            verdict.hits = vec![Hit { column: Some(5), ..hit(NOT_BAD, RecordSet::Every) }];
        }
        "hit-twice" => {
            verdict.hits = vec![hit(NOT_BAD, RecordSet::Every), hit(NOT_BAD, RecordSet::Every)];
        }
        "hits-many" => {
            verdict.hits = (0..100_000).map(|_| hit(NOT_BAD, RecordSet::Every)).collect();
        }
        "hits-a-billion" => {
            let mut records = Vec::new();
            for record in 0..1_000_000_000 {
                records.push(record);
            }
            verdict.hits = vec![sparse(records)];
        }
        "hits-of-the-same-memory" => {
            // 400 MB that take 4: a hundred lists over one buffer, which is never freed.
            let records = Vec::leak((0..1_000_000).collect::<Vec<u32>>());
            let (start, length) = (records.as_mut_ptr(), records.len());
            let again = || sparse(unsafe { Vec::from_raw_parts(start, length, length) });
            verdict.hits = std::iter::repeat_with(again).take(100).collect();
        }
        "tally-unknown-rule" => verdict.tallies = vec![Tally { rule: 999, skipped: 0 }],
        "tally-too-many" => verdict.tallies = vec![Tally { rule: NOT_BAD, skipped: n + 1 }],
        "tally-twice" => verdict.tallies = vec![Tally { rule: NOT_BAD, skipped: 0 }; 2],
        "sample-without-hit" => {
            verdict.hits.clear();
            verdict.samples = vec![sample(String::new())];
        }
        "sample-record" => verdict.samples = vec![Sample { record: n, ..sample(String::new()) }],
        "samples-many" => verdict.samples = vec![sample(String::new()); 2000],
        "sample-bytes" => {
            verdict.samples =
                vec![sample(unsafe { String::from_utf8_unchecked(vec![0xc3, 0x28]) })];
        }
        "sample-long" => verdict.samples = vec![sample("x".repeat(2000))],
        "sample-arguments" => {
            verdict.samples =
                vec![Sample { arguments: vec![String::new(); 9], ..sample(String::new()) }];
        }
        "measure-merge" => verdict.measures = vec![measure(1, 9)],
        "measure-two-merges" => verdict.measures = vec![measure(1, 1), measure(1, 2)],
        "measure-key" => verdict.measures = vec![Measure { key: "x".repeat(300), ..measure(1, 1) }],
        "measures-many" => verdict.measures = vec![measure(1, 1); 5000],
        "measures-of-records" => {
            let key = |record: u64| format!("{record:0200}");
            let records = batch.first_record..batch.first_record + u64::from(n);
            let measures = records.map(|record| Measure { key: key(record), ..measure(1, 1) });
            verdict.measures = measures.collect();
        }
        _ => {}
    }
    verdict
}
