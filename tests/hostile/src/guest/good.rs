//! What the plugin does when it behaves: the measure against which harm shows.

use std::sync::atomic::Ordering;

use super::exports::assay::rules::plugin::{
    Batch, Change, FileResult, Hit, Measure, Patch, RecordSet, Rewrite, Sample, Tally, Text,
    Verdict,
};
use super::harm::{self, cell};
use super::plans::{NOT_BAD, NOT_DIRTY, TOTAL, UNIQUE, UPPER, WATCHED};

/// An empty verdict.
pub fn nothing() -> Verdict {
    Verdict { hits: vec![], rewrites: vec![], tallies: vec![], samples: vec![], measures: vec![] }
}

/// A hit of `rule` on `records`, failed, nothing more said.
pub fn hit(rule: u16, records: RecordSet) -> Hit {
    Hit { rule, outcome: 1, disposition: 0, column: None, records }
}

/// Judges as the titles of the rules say.
pub fn judge(stage: u16, batch: &Batch) -> Verdict {
    match stage {
        1 => validate(batch),
        2 => normalise(batch),
        _ => quarantine(batch),
    }
}

fn records(batch: &Batch, wanted: impl Fn(u32, &[u8]) -> bool) -> Vec<u32> {
    (0..batch.records).filter(|&record| wanted(record, cell(batch, record))).collect()
}

fn validate(batch: &Batch) -> Verdict {
    let mut verdict = nothing();
    let bad = records(batch, |_, cell| cell == b"bad");
    let blank = records(batch, |_, cell| cell.is_empty()).len();
    if let Some(&first) = bad.first() {
        let arguments = vec!["bad".to_owned()];
        verdict.samples.push(Sample { rule: NOT_BAD, record: first, arguments });
        verdict.hits.push(hit(NOT_BAD, RecordSet::Sparse(bad)));
    }
    if harm::DIRTY.load(Ordering::Relaxed) {
        verdict.hits.push(hit(NOT_DIRTY, RecordSet::Every));
    }
    verdict
        .tallies
        .push(Tally { rule: NOT_BAD, skipped: u32::try_from(blank).unwrap_or(u32::MAX) });
    verdict.measures.push(Measure {
        code: 1,
        key: String::new(),
        merge: 1,
        value: i64::from(batch.records),
    });
    verdict
}

fn normalise(batch: &Batch) -> Verdict {
    let mut verdict = nothing();
    let lower = records(batch, |_, cell| cell.iter().any(u8::is_ascii_lowercase));
    let mut values = Text { offsets: vec![0], bytes: vec![] };
    for &record in &lower {
        values.bytes.extend(cell(batch, record).to_ascii_uppercase());
        values.offsets.push(u32::try_from(values.bytes.len()).unwrap_or(u32::MAX));
    }
    if !lower.is_empty() {
        let change = Change::Patch(Patch { records: lower, values });
        verdict.rewrites.push(Rewrite { rule: UPPER, column: 0, change });
    }
    verdict
}

fn quarantine(batch: &Batch) -> Verdict {
    let mut verdict = nothing();
    let warned = records(batch, |record, _| batch.standing[record as usize] >= 2);
    if !warned.is_empty() {
        verdict.hits.push(Hit { disposition: 1, ..hit(WATCHED, RecordSet::Sparse(warned)) });
    }
    verdict
}

/// Judges the file: one result, or what the behaviour makes of it.
pub fn finish(behaviour: &str, totals: &[Measure]) -> Vec<FileResult> {
    let total: i64 = totals.iter().map(|measure| measure.value).sum();
    let result = |rule, outcome, observed| FileResult {
        rule,
        outcome,
        observed,
        expected: "any".to_owned(),
    };
    let good = || result(TOTAL, 0, total.to_string());
    match behaviour {
        "finish-unknown-rule" => vec![result(999, 0, String::new())],
        "finish-host-check" => vec![result(UNIQUE, 0, String::new())],
        "finish-unknown-outcome" => vec![result(TOTAL, 9, String::new())],
        "finish-long-text" => vec![result(TOTAL, 0, "x".repeat(100_000))],
        "finish-remembers" if harm::JUDGED.load(Ordering::Relaxed) => {
            vec![result(TOTAL, 1, "an instance that judged records".to_owned())]
        }
        "finish-twice" => vec![good(), good()],
        _ => vec![good()],
    }
}
