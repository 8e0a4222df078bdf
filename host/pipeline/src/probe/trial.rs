//! `assay try`: shows what one plugin would do to a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assay_model::{FileResult, FileResultOutcome, Level, Rule, RuleClass, RunContext};
use assay_packs::{Discovery, Identified, Limits, PluginUse};
use assay_sandbox::{Component, SandboxError};

use super::error::ProbeError;
use super::file::{self, Slabs, Span};
use crate::build::{self, Basis, Part};
use crate::identify::identify;
use crate::input::Input;
use crate::judge::{Witness, judge_some};
use crate::judged::JudgedSlab;
use crate::loading::{Named, within};
use crate::memory::MemoryLimit;
use crate::message::excerpt;
use crate::peek::Peeked;
use crate::plan::Plan;
use crate::request::{Purpose, limits};
use crate::totals::Totals;
use crate::worker::Worker;

/// Number of sightings kept per rule: enough to show what the rule means, few enough to read.
const SHOWN: usize = 5;

/// A request to try a plugin.
#[derive(Debug)]
pub struct TrialRequest<'a> {
    /// The input file.
    pub input: &'a Input,
    /// Name of the entry, if the input is a zip archive with several.
    pub entry: Option<&'a str>,
    /// File name of the plugin, for messages.
    pub name: &'a str,
    /// Bytes of the plugin's component.
    pub plugin: &'a [u8],
    /// Where to find rules and packs, if anywhere.
    pub discovery: Option<&'a Discovery>,
    /// Path of the pack from which to take settings and levels.
    pub pack: Option<&'a Path>,
    /// Settings as JSON, instead of those of a pack.
    pub settings: Option<&'a str>,
    /// Partition keys and values, which override those of a pack.
    pub partition: &'a [(String, String)],
    /// Name of the only rule to try; `None` means all.
    pub rule: Option<&'a str>,
    /// Maximum number of sound records to judge; 0 means all.
    pub rows: u64,
    /// Cache folder for compiled plugins. If `None`, they are compiled each time.
    pub cache: Option<PathBuf>,
}

/// What the plugin would do.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Name that the plugin gives itself.
    pub plugin: String,
    /// Path of the pack from which settings and levels were taken, if any.
    pub pack: Option<String>,
    /// Name of the layout, if it is known.
    pub layout: Option<String>,
    /// Number of sound records that were judged.
    pub records: u64,
    /// Number of records with structural faults, which no plugin sees.
    pub faulty: u64,
    /// Whether these are all records of the file.
    pub whole: bool,
    /// Results of each rule.
    pub rules: Vec<RuleTrial>,
    /// Records on which the plugin failed: record number, line, reason.
    pub poison: Vec<(u64, u64, String)>,
    /// Fuel used by all calls.
    pub fuel: u64,
    /// Time taken by all calls, in nanoseconds.
    pub nanos: u64,
}

/// What one rule would do.
#[derive(Debug, Clone)]
pub struct RuleTrial {
    /// The rule.
    pub rule: Rule,
    /// Its level: the pack's, or else the rule's default.
    pub level: Level,
    /// Names of the columns it requests and the file lacks.
    pub absent: Vec<String>,
    /// Number of records it hit.
    pub failed: u64,
    /// Number of records it could not judge because the rule itself failed.
    pub errored: u64,
    /// Number of records it skipped.
    pub skipped: u64,
    /// Number of cells it rewrote.
    pub rewritten: u64,
    /// The first few hits and rewritten cells.
    pub sightings: Vec<Sighting>,
    /// Verdict of a file-level rule.
    pub file: Option<FileResult>,
}

/// One hit or one rewritten cell.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// Record number, counting from 1.
    pub record: u64,
    /// The line on which the record begins, counting from 1.
    pub line: u64,
    /// Name of the column, if it concerns one.
    pub column: Option<String>,
    /// The rule's message, or the cell before it was rewritten.
    pub text: String,
    /// The cell after, if it was rewritten.
    pub after: Option<String>,
}

/// Tries a plugin on a file. Fails if the file is not a table, the named pack refuses it, the rule does not exist, or a run would fail.
pub fn try_plugin(request: &TrialRequest<'_>) -> Result<Trial, ProbeError> {
    let peeked = file::begin(request.input, request.entry)?;
    let identified = identified(request, &peeked)?;
    let component = component(request, identified.as_ref())?;
    let basis = basis(request, &peeked, &component, identified.as_ref());
    let plan = basis.plan()?;
    let used = identified.as_ref().filter(|identified| used_by(identified, &component).is_some());
    let mut trial = Trial {
        plugin: component.info().name.clone(),
        pack: used.map(|identified| identified.pack.path().display().to_string()),
        layout: identified.as_ref().map(|identified| identified.layout.name().to_owned()),
        records: 0,
        faulty: 0,
        whole: true,
        rules: Vec::new(),
        poison: Vec::new(),
        fuel: 0,
        nanos: 0,
    };
    let (rules, numbers) = rules(&basis, &plan, &trial.plugin)?;
    trial.rules = rules;
    let limits = basis.pack.map_or_else(assay_ingest::Limits::default, limits);
    let mut worker = Worker::default();
    let mut totals = Totals::new(&plan, MemoryLimit::DEFAULT);
    let mut span = Span::first(request.rows);
    let mut slabs = Slabs::open(request.input, request.entry, limits)?;
    let mut spare = None;
    while let Some(slab) = slabs.next(spare.take())? {
        let part = span.take(&slab);
        trial.records += part.rows.len() as u64;
        trial.faulty += (part.records - part.rows.len()) as u64;
        trial.whole &= part.records == slab.len();
        if part.records == 0 {
            break;
        }
        let mut poison = Poison::default();
        let judged = judge_some(slab, &part.rows, &plan, &mut worker, &mut poison)?;
        note(&mut trial.rules, &numbers, &judged, &plan);
        trial.poison.extend(poison.records.into_iter().map(|(record, reason)| {
            let position = judged.slab.position(record as usize);
            (position.record, position.line, reason)
        }));
        totals.add(&judged, &plan)?;
        spare = Some(judged.slab);
    }
    for stage in 0..plan.stages.len() {
        let profile = worker.profile(stage).unwrap_or_default();
        trial.fuel += profile.fuel;
        trial.nanos += profile.nanos;
    }
    for (&rule, number) in &numbers {
        let (known, count) = (&mut trial.rules[*number], &totals.rules[rule]);
        known.errored = count.errored;
        known.skipped = count.skipped;
        // A cell that would be rewritten counts as a hit of a rule that may not rewrite.
        let hits = if plan.rules[rule].level == Level::Warn { 0 } else { known.rewritten };
        known.failed = count.failed - hits;
    }
    for (rule, result) in worker.finish(&plan, &totals)? {
        if let Some(number) = numbers.get(&rule) {
            let known = &mut trial.rules[*number];
            known.failed += u64::from(result.outcome == FileResultOutcome::Failed);
            known.file = Some(result);
        }
    }
    Ok(trial)
}

/// Loads the plugin within the limits of the pack that judges the file.
fn component(
    request: &TrialRequest<'_>,
    identified: Option<&Identified>,
) -> Result<Component, SandboxError> {
    let limits = identified.map_or_else(Limits::default, |identified| *identified.pack.limits());
    Named::open(within(&limits, request.cache.clone()))?.load(request.name, request.plugin)
}

/// Identifies the file; `None` if no pack fits it.
fn identified(
    request: &TrialRequest<'_>,
    peeked: &Peeked,
) -> Result<Option<Identified>, ProbeError> {
    let Some(discovery) = request.discovery else { return Ok(None) };
    match identify(request.input, peeked, request.pack, discovery)?.found {
        Ok(identified) => Ok(Some(identified)),
        // A pack named by the user must fit. Otherwise, identified or not, the plugin can be tried on any table.
        Err(unidentified) if request.pack.is_some() => {
            Err(ProbeError::Refused { reason: unidentified.message(peeked) })
        }
        Err(_) => Ok(None),
    }
}

/// How the pack uses the plugin, if it does. If it does not, it still supplies layout, partition and column types.
fn used_by<'a>(identified: &'a Identified, component: &Component) -> Option<&'a PluginUse> {
    let plugins = identified.pack.plugins();
    plugins.iter().find(|used| used.component() == component.info().name)
}

/// The basis of a plan of this plugin alone.
fn basis<'a>(
    request: &'a TrialRequest<'_>,
    peeked: &Peeked,
    component: &'a Component,
    identified: Option<&'a Identified>,
) -> Basis<'a> {
    let used = identified.and_then(|identified| used_by(identified, component));
    let mut context = match identified {
        Some(identified) => build::context(identified),
        None => RunContext { columns: peeked.header.names.clone(), ..RunContext::default() },
    };
    for (key, value) in request.partition {
        context.partition.retain(|(known, _)| known != key);
        context.partition.push((key.clone(), value.clone()));
    }
    let pack = identified.map(|identified| &*identified.pack);
    let part = match (used, request.settings) {
        (Some(used), None) => {
            Part { name: used.name(), component, settings: used.settings(), written_in: pack }
        }
        (_, settings) => Part {
            name: &component.info().name,
            component,
            settings: settings.unwrap_or("{}"),
            written_in: None,
        },
    };
    Basis {
        context,
        pack,
        layout: None,
        plugins: vec![part],
        purpose: Purpose::Try,
        only: request.rule,
    }
}

/// Returns the plugin's rules, or only the requested one, and a map from rule indices of the plan to indices in that list.
fn rules(
    basis: &Basis<'_>,
    plan: &Plan,
    plugin: &str,
) -> Result<(Vec<RuleTrial>, BTreeMap<usize, usize>), ProbeError> {
    let mut rules = Vec::new();
    let mut numbers = BTreeMap::new();
    let mut offered = Vec::new();
    for stage in RuleClass::IN_ORDER.into_iter().flat_map(|class| plan.stages_of(class)) {
        let stage = &plan.stages[stage];
        for rule in &stage.declared.rules {
            offered.push(rule.name.to_string());
            if basis.only.is_some_and(|wanted| wanted != rule.name.as_str()) {
                continue;
            }
            let absent = rule.columns.iter().filter(|&&at| stage.column(at, &plan.slots).is_none());
            numbers.insert(stage.rule(rule.code), rules.len());
            rules.push(RuleTrial {
                rule: rule.clone(),
                level: basis.level(&rule.name, rule.level),
                absent: absent
                    .map(|&at| stage.declared.columns[usize::from(at)].name.clone())
                    .collect(),
                failed: 0,
                errored: 0,
                skipped: 0,
                rewritten: 0,
                sightings: Vec::new(),
                file: None,
            });
        }
    }
    match basis.only.filter(|_| rules.is_empty()) {
        Some(wanted) => Err(ProbeError::NoSuchRule {
            rule: wanted.to_owned(),
            plugin: plugin.to_owned(),
            offered,
        }),
        None => Ok((rules, numbers)),
    }
}

/// Records on which the plugin failed, with the reasons.
#[derive(Default)]
struct Poison {
    records: Vec<(u32, String)>,
}

impl Witness for Poison {
    fn seeing(&mut self, _: &JudgedSlab, _: &Plan, _: usize) {}

    fn heard(&mut self, _: usize, rows: &[u32], said: &assay_sandbox::BatchVerdict) {
        let records = said.poison.iter();
        self.records.extend(
            records.map(|poison| (rows[poison.record as usize], poison.reason.to_string())),
        );
    }
}

/// Records the findings and repairs of a slab.
fn note(
    rules: &mut [RuleTrial],
    numbers: &BTreeMap<usize, usize>,
    judged: &JudgedSlab,
    plan: &Plan,
) {
    let mut see = |rule: usize, record: u32, column: Option<usize>, text: &str, after| {
        let Some(known) = numbers.get(&rule).map(|&number| &mut rules[number]) else { return };
        known.rewritten += u64::from(Option::is_some(&after));
        if known.sightings.len() < SHOWN {
            let position = judged.slab.position(record as usize);
            known.sightings.push(Sighting {
                record: position.record,
                line: position.line,
                column: column.map(|column| plan.names[column].clone()),
                text: text.to_owned(),
                after,
            });
        }
    };
    for finding in judged.findings.iter().filter(|finding| !judged.is_repair(finding)) {
        see(finding.rule, finding.record, finding.column, &finding.message, None);
    }
    for repair in &judged.repairs {
        let (before, after) = (excerpt(&repair.before), excerpt(&repair.after));
        see(repair.rule, repair.record, Some(repair.column), &before, Some(after));
    }
}
