//! `assay pack diff` on a file: the same records judged by two packs, and where they part.

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

/// Examples kept of a rule.
const SHOWN: usize = 3;

/// Two packs and a file.
#[derive(Debug)]
pub struct VersusRequest<'a> {
    /// The file.
    pub input: &'a Input,
    /// The entry of a zip archive with several.
    pub entry: Option<&'a str>,
    /// The one pack.
    pub from: &'a Path,
    /// The other.
    pub to: &'a Path,
    /// Where rules and plugins are.
    pub discovery: &'a Discovery,
    /// How many records; 0 means all.
    pub rows: u64,
    /// Folder of compiled plugins; none: compile anew.
    pub cache: Option<PathBuf>,
}

/// Where two packs part.
#[derive(Debug, Default)]
pub struct Versus {
    /// Sound records that both judged.
    pub records: u64,
    /// Records of which they say different things.
    pub differ: u64,
    /// What became of these: by the one, by the other, how many.
    pub outcomes: BTreeMap<(RecordOutcome, RecordOutcome), u64>,
    /// Records of which a rule says different things, by its code.
    pub rules: BTreeMap<String, RuleVersus>,
}

/// Where one rule parts.
#[derive(Debug, Default)]
pub struct RuleVersus {
    /// Records that only the one pack's rule hits or repairs.
    pub only_from: u64,
    /// Records that only the other's does.
    pub only_to: u64,
    /// Records of which both say something, and not the same.
    pub otherwise: u64,
    /// Some of them: record, line, what the one says, what the other says.
    pub examples: Vec<(u64, u64, Option<String>, Option<String>)>,
}

/// A pack ready to judge.
struct Side {
    plan: Plan,
    worker: Worker,
}

/// What a pack says of a record: by rule, with the level.
type Said = BTreeMap<String, String>;

/// Judges a file by two packs.
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

/// Limits within which lies whatever lies within one of them: what is sound to one pack is looked at.
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
            // Both judge the file as what it is: a pack of another year would hold back all of it and tell nothing more.
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

    /// What the pack says of each of these records, and the slab again.
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
