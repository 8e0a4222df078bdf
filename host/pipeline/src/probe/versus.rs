//! `assay pack diff` on a file: judges the same records with two packs and shows where they differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_ingest::{Limits, Slab};
use assay_model::{Position, RecordOutcome};
use assay_packs::{Discovery, Identified, Layout, Pack};

use super::error::ProbeError;
use super::file::{self, Slabs, Span};
use crate::build::Basis;
use crate::identify;
use crate::input::Input;
use crate::judge::{Unwitnessed, judge_some};
use crate::loading::Pinned;
use crate::message::excerpt;
use crate::plan::{Plan, RunRule};
use crate::request::{Purpose, limits};
use crate::worker::Worker;

/// Number of examples kept per rule.
const SHOWN: usize = 3;

/// A request to compare two packs on a file.
#[derive(Debug)]
pub struct VersusRequest<'a> {
    /// The input file.
    pub input: &'a Input,
    /// Name of the entry, if the input is a zip archive with several.
    pub entry: Option<&'a str>,
    /// Path of the first pack.
    pub from: &'a Path,
    /// Path of the second pack.
    pub to: &'a Path,
    /// Where to find rules and plugins.
    pub discovery: &'a Discovery,
    /// Maximum number of sound records to compare; 0 means all.
    pub rows: u64,
    /// Cache folder for compiled plugins. If `None`, they are compiled each time.
    pub cache: Option<PathBuf>,
}

/// Where two packs differ.
#[derive(Debug, Default)]
pub struct Versus {
    /// Number of sound records judged by both packs.
    pub records: u64,
    /// Number of records on which their verdicts differ.
    pub differ: u64,
    /// Outcomes of these records, by the first and the second pack, with the number of records.
    pub outcomes: BTreeMap<(RecordOutcome, RecordOutcome), u64>,
    /// The rules whose verdicts differ, by code.
    pub rules: BTreeMap<String, RuleVersus>,
}

/// Where the verdicts of one rule differ.
#[derive(Debug, Default)]
pub struct RuleVersus {
    /// Number of records that the rule hits or repairs only under the first pack.
    pub only_from: u64,
    /// Number of records that it hits or repairs only under the second pack.
    pub only_to: u64,
    /// Number of records on which it says something under both packs, but not the same.
    pub otherwise: u64,
    /// The first few of these records: record number, line, verdict under the first pack, verdict under the second.
    pub examples: Vec<(u64, u64, Option<String>, Option<String>)>,
}

/// A pack that is ready to judge.
struct Side {
    plan: Plan,
    worker: Worker,
}

/// What a pack says about a record: text by rule code, with the level.
type Said = BTreeMap<String, String>;

/// Judges a file with two packs. Fails if the file is not a table or neither pack has its layout, or if a run would fail.
pub fn versus(request: &VersusRequest<'_>) -> Result<Versus, ProbeError> {
    let peeked = file::begin(request.input, request.entry)?;
    let packs = [Pack::open(request.from)?, Pack::open(request.to)?];
    let header = &peeked.header.names;
    let known =
        packs.iter().flat_map(|pack| pack.layouts()).find(|layout| layout.header() == header);
    let layout = known.cloned().ok_or_else(|| ProbeError::Refused {
        reason: "neither of the two takes its layout".to_owned(),
    })?;
    let name = identify::name(request.input, &peeked);
    let partitions = packs.each_ref().map(|pack| {
        let identified = pack.identify(name, header, &|column| peeked.first_cells(column));
        identified.ok().map(|identified| identified.partition)
    });
    let shared: Vec<(String, String)> = partitions.iter().flatten().flatten().cloned().collect();
    let limits = widest(packs.each_ref().map(|pack| limits(pack)));
    let [from, to] = packs;
    let mut from = Side::open(&from, &layout, &shared, request)?;
    let mut to = Side::open(&to, &layout, &shared, request)?;
    let mut found = Versus::default();
    let mut span = Span::first(request.rows);
    let mut slabs = Slabs::open(request.input, request.entry, limits)?;
    let mut spare = None;
    while !span.is_done()
        && let Some(slab) = slabs.next(spare.take())?
    {
        let rows = span.take(&slab).rows;
        let (one, slab) = from.judge(slab, &rows)?;
        let (other, slab) = to.judge(slab, &rows)?;
        for ((one, other), &row) in one.iter().zip(&other).zip(&rows) {
            compare(&mut found, one, other, slab.position(row as usize));
        }
        spare = Some(slab);
    }
    Ok(found)
}

/// Returns the larger of each limit, so that records that are sound under either pack are examined.
fn widest([one, other]: [Limits; 2]) -> Limits {
    Limits {
        field_bytes: one.field_bytes.max(other.field_bytes),
        record_bytes: one.record_bytes.max(other.record_bytes),
        ..one
    }
}

fn compare(
    found: &mut Versus,
    (one, became): &(Said, RecordOutcome),
    (other, becomes): &(Said, RecordOutcome),
    position: Position,
) {
    found.records += 1;
    if one == other && became == becomes {
        return;
    }
    found.differ += 1;
    *found.outcomes.entry((*became, *becomes)).or_default() += 1;
    for code in one.keys().chain(other.keys().filter(|code| !one.contains_key(*code))) {
        let (said, says) = (one.get(code), other.get(code));
        if said == says {
            continue;
        }
        let rule = found.rules.entry(code.clone()).or_default();
        match (said, says) {
            (Some(_), None) => rule.only_from += 1,
            (None, Some(_)) => rule.only_to += 1,
            _ => rule.otherwise += 1,
        }
        if rule.examples.len() < SHOWN {
            rule.examples.push((position.record, position.line, said.cloned(), says.cloned()));
        }
    }
}

impl Side {
    fn open(
        pack: &Arc<Pack>,
        layout: &Arc<Layout>,
        known: &[(String, String)],
        request: &VersusRequest<'_>,
    ) -> Result<Self, ProbeError> {
        let keys = pack.partition_keys().iter().filter_map(|key| {
            let pinned = pack.takes().find(|(name, _)| *name == key.name());
            let pinned = pinned.and_then(|(_, values)| values.first().cloned());
            let told =
                known.iter().find(|(name, _)| name == key.name()).map(|(_, value)| value.clone());
            // Both packs judge the file under the partition it has: a pack of another year would quarantine every record and show nothing
            // else.
            Some((key.name().to_owned(), told.or(pinned)?))
        });
        let identified = Identified {
            dataset: pack.dataset().name().to_owned(),
            kind: pack.kind().to_owned(),
            layout: Arc::clone(layout),
            partition: keys.collect(),
            name_matched: true,
            newest_by: None,
            pack: Arc::clone(pack),
        };
        let components = Pinned::open(pack, request.discovery, request.cache.clone())?.all()?;
        let plan = Basis::of_pack(&identified, &components, Purpose::Look).plan()?;
        Ok(Self { plan, worker: Worker::default() })
    }

    /// Returns what the pack says about each of these records, and the slab.
    fn judge(
        &mut self,
        slab: Slab,
        rows: &[u32],
    ) -> Result<(Vec<(Said, RecordOutcome)>, Slab), ProbeError> {
        let plan = &self.plan;
        let judged = judge_some(slab, rows, plan, &mut self.worker, &mut Unwitnessed)?;
        let mut said: Vec<Said> = vec![Said::new(); rows.len()];
        let mut note = |record: u32, rule: usize, text: &str| {
            let Ok(row) = rows.binary_search(&record) else { return };
            let RunRule { code, level, .. } = &plan.rules[rule];
            let entry = said[row].entry(code.to_string()).or_default();
            let joint = if entry.is_empty() { "" } else { "; " };
            entry.extend([joint, level.as_str(), ": ", text]);
        };
        for repair in &judged.repairs {
            let text = format!("`{}` to `{}`", excerpt(&repair.before), excerpt(&repair.after));
            note(repair.record, repair.rule, &text);
        }
        for finding in judged.findings.iter().filter(|finding| !judged.is_repair(finding)) {
            note(finding.record, finding.rule, &finding.message);
        }
        let outcomes = rows.iter().map(|&row| judged.outcomes[row as usize]);
        Ok((said.into_iter().zip(outcomes).collect(), judged.slab))
    }
}
