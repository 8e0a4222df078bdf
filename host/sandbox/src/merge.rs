//! Merges the verdicts of parts into one verdict for the batch.

use std::collections::HashMap;
use std::ops::Range;

use assay_model::{Bitmap, Change, Hit, RecordSet, Rewrite, Verdict};

use crate::check::StageIndex;

/// A sparse record takes 4 bytes, a bit an eighth of a byte: from one record in 32, the bitmap is smaller.
const BITMAP_FROM: u32 = 32;

/// Merges the verdicts of parts, each with its range in a batch of `records` records. Parts are in order.
pub(crate) fn merge(
    parts: Vec<(Range<u32>, Verdict)>,
    records: u32,
    stage: &StageIndex,
) -> Verdict {
    let mut merged = Verdict::default();
    let mut hits: Vec<(Hit, Vec<u32>)> = Vec::new();
    let mut places = HashMap::new();
    let mut tallies: HashMap<u16, usize> = HashMap::new();
    for (range, verdict) in parts {
        let (start, length) = (range.start, range.end - range.start);
        for hit in verdict.hits {
            let key = (hit.rule, hit.outcome, hit.disposition, hit.column);
            let place = *places.entry(key).or_insert(hits.len());
            if place == hits.len() {
                let records = RecordSet::Sparse(Vec::new());
                hits.push((Hit { records, ..hit }, Vec::new()));
            }
            hit.records.for_each(length, |record| hits[place].1.push(start + record));
        }
        merged.rewrites.extend(verdict.rewrites.into_iter().map(|rewrite| shift(rewrite, &range)));
        for tally in verdict.tallies {
            if let Some(&place) = tallies.get(&tally.rule) {
                let skipped = &mut merged.tallies[place].skipped;
                // No part skips more records than it has.
                *skipped += tally.skipped;
            } else {
                tallies.insert(tally.rule, merged.tallies.len());
                merged.tallies.push(tally);
            }
        }
        merged.samples.extend(verdict.samples.into_iter().map(|mut sample| {
            sample.record += start;
            sample
        }));
        merged.measures.extend(verdict.measures);
    }
    merged.hits = hits
        .into_iter()
        .map(|(hit, indexes)| Hit { records: set(indexes, records), ..hit })
        .collect();
    // The order of an undivided verdict from a plugin that evaluates its rules in turn.
    merged.hits.sort_by_key(|hit| stage.place(hit.rule));
    merged.tallies.sort_by_key(|tally| stage.place(tally.rule));
    merged
}

fn set(indexes: Vec<u32>, records: u32) -> RecordSet {
    let count = u32::try_from(indexes.len()).unwrap_or(u32::MAX);
    if count < records / BITMAP_FROM {
        return RecordSet::Sparse(indexes);
    }
    if count == records {
        return RecordSet::Every;
    }
    let mut bits = Bitmap::zeros(records as usize);
    for index in indexes {
        bits.set(index as usize);
    }
    RecordSet::Bitmap(bits)
}

/// All cells of a part are only some of the batch's.
fn shift(rewrite: Rewrite, range: &Range<u32>) -> Rewrite {
    let change = match rewrite.change {
        Change::Whole(values) => Change::Patch { records: range.clone().collect(), values },
        Change::Patch { mut records, values } => {
            for record in &mut records {
                *record += range.start;
            }
            Change::Patch { records, values }
        }
    };
    Rewrite { change, ..rewrite }
}
