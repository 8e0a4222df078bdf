//! A plugin's verdict on a batch.

use std::collections::{HashMap, HashSet};

use assay_model::{Batch, Disposition, Hit, Measure, Merge, RuleClass, Sample, Tally, Verdict};

use super::stage::StageIndex;
use super::{codes, records, rewrites, texts};
use crate::bindings::wit;
use crate::breach::Breach;
use crate::limits::Limits;

/// Checks a verdict against the plan of its stage and the batch it is about.
pub(crate) fn verdict(
    verdict: wit::Verdict,
    stage: &StageIndex,
    batch: &Batch,
    limits: &Limits,
) -> Result<Verdict, Breach> {
    let hits = hits(verdict.hits, stage, batch, limits)?;
    texts::count("rewrites", &verdict.rewrites, limits.rewrites)?;
    let rewrites = verdict
        .rewrites
        .into_iter()
        .map(|rewrite| rewrites::rewrite(rewrite, stage, batch, limits))
        .collect::<Result<_, _>>()?;
    let tallies = tallies(verdict.tallies, stage, batch)?;
    let samples = samples(verdict.samples, stage, &hits, batch, limits)?;
    let measures = measures(verdict.measures, limits)?;
    Ok(Verdict { hits, rewrites, tallies, samples, measures })
}

fn hits(
    hits: Vec<wit::Hit>,
    stage: &StageIndex,
    batch: &Batch,
    limits: &Limits,
) -> Result<Vec<Hit>, Breach> {
    texts::count("hits", &hits, limits.hits)?;
    let mut seen = HashSet::with_capacity(hits.len());
    let mut named = 0_u64;
    let mut checked = Vec::with_capacity(hits.len());
    for wit::Hit { rule, outcome, disposition, column, records } in hits {
        stage.reported("a hit", rule)?;
        let outcome = codes::hit_outcome(outcome)?;
        let disposition = codes::disposition(disposition)?;
        if disposition != Disposition::Unspecified && stage.class != RuleClass::Quarantine {
            return Err(Breach::Disposition { rule });
        }
        let columns = stage.columns();
        if let Some(column) = column.filter(|&column| usize::from(column) >= columns) {
            return Err(Breach::Column { what: "a hit", rule, column, columns });
        }
        if !seen.insert((rule, outcome, disposition, column)) {
            return Err(Breach::RepeatedHit { rule });
        }
        let records = records::set(rule, records, batch.records)?;
        named += u64::from(records.count(batch.records));
        checked.push(Hit { rule, outcome, disposition, column, records });
    }
    // Findings are kept for each record that a hit names; their number is bounded here.
    let limit =
        u64::from(batch.records).saturating_mul(u64::try_from(stage.rules()).unwrap_or(u64::MAX));
    if named > limit {
        let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let what = "records named by hits";
        return Err(Breach::TooMany { what, count: size(named), limit: size(limit) });
    }
    Ok(checked)
}

fn tallies(
    tallies: Vec<wit::Tally>,
    stage: &StageIndex,
    batch: &Batch,
) -> Result<Vec<Tally>, Breach> {
    texts::count("tallies", &tallies, stage.rules())?;
    let mut seen = HashSet::with_capacity(tallies.len());
    tallies
        .into_iter()
        .map(|wit::Tally { rule, skipped }| {
            stage.reported("a tally", rule)?;
            if skipped > batch.records {
                return Err(Breach::Skipped { rule, skipped, records: batch.records });
            }
            if !seen.insert(rule) {
                return Err(Breach::Repeated { what: "tallies", rule });
            }
            Ok(Tally { rule, skipped })
        })
        .collect()
}

fn samples(
    samples: Vec<wit::Sample>,
    stage: &StageIndex,
    hits: &[Hit],
    batch: &Batch,
    limits: &Limits,
) -> Result<Vec<Sample>, Breach> {
    texts::count("samples", &samples, limits.samples)?;
    samples
        .into_iter()
        .map(|wit::Sample { rule, record, arguments }| {
            stage.reported("a sample", rule)?;
            if record >= batch.records {
                let records = batch.records;
                return Err(Breach::Record { what: "a sample", rule, record, records });
            }
            let hit = |hit: &Hit| hit.rule == rule && records::contains(&hit.records, record);
            if !hits.iter().any(hit) {
                return Err(Breach::SampleWithoutHit { rule, record });
            }
            texts::count("arguments of a sample", &arguments, limits.arguments)?;
            arguments.iter().try_for_each(|argument| {
                texts::length("an argument of a sample", argument, limits.argument_bytes)
            })?;
            Ok(Sample { rule, record, arguments })
        })
        .collect()
}

fn measures(measures: Vec<wit::MeasureResult>, limits: &Limits) -> Result<Vec<Measure>, Breach> {
    texts::count("measures", &measures, limits.measures)?;
    let mut merges: HashMap<u16, Merge> = HashMap::new();
    measures
        .into_iter()
        .map(|wit::MeasureResult { code, key, merge, value }| {
            let merge = codes::merge(merge)?;
            texts::length("the key of a measure", &key, limits.key_bytes)?;
            if *merges.entry(code).or_insert(merge) != merge {
                return Err(Breach::Merge { code });
            }
            Ok(Measure { code, key, merge, value })
        })
        .collect()
}
