//! `assay try`: what one plugin would do to a file.

use std::ops::ControlFlow;
use std::path::Path;

use assay_model::{
    ConfigFault, FileResult, FileResultOutcome, Level, Measure, Merge, Rule, RuleClass, RunContext,
};
use assay_packs::{Discovery, Identified, PluginUse};
use assay_sandbox::{Component, PlanError};

use super::error::ProbeError;
use super::file;
use super::stage::{Outcome, Stage, Table, sandbox};
use crate::error::RunError;
use crate::input::Input;

/// Records in one call, as in a run.
const BATCH: usize = 4096;

/// Sightings kept of a rule: enough to see what it means, few enough to read.
const SHOWN: usize = 5;

/// What is to be tried.
#[derive(Debug)]
pub struct TrialRequest<'a> {
    /// The file.
    pub input: &'a Input,
    /// The entry of a zip archive with several.
    pub entry: Option<&'a str>,
    /// The plugin's file name, for messages.
    pub name: &'a str,
    /// The plugin.
    pub plugin: &'a [u8],
    /// Where rules are, if anywhere.
    pub discovery: Option<&'a Discovery>,
    /// The pack to take settings and levels from.
    pub pack: Option<&'a Path>,
    /// Settings (JSON) instead of a pack's.
    pub settings: Option<&'a str>,
    /// Partition keys, where no pack tells them.
    pub partition: &'a [(String, String)],
    /// Only this rule.
    pub rule: Option<&'a str>,
    /// How many records; 0 means all.
    pub rows: u64,
}

/// What it would do.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The plugin's own name.
    pub plugin: String,
    /// Where settings and levels were taken from: a pack's path.
    pub pack: Option<String>,
    /// The layout, if it is a known one.
    pub layout: Option<String>,
    /// Sound records that were judged.
    pub records: u64,
    /// Records with structural faults, which no plugin sees.
    pub faulty: u64,
    /// Whether that is the whole file.
    pub whole: bool,
    /// Each rule.
    pub rules: Vec<RuleTrial>,
    /// Records on which the plugin failed: number, line, reason.
    pub poison: Vec<(u64, u64, String)>,
    /// Fuel of all calls.
    pub fuel: u64,
    /// Nanoseconds of all calls.
    pub nanos: u64,
}

/// What one rule would do.
#[derive(Debug, Clone)]
pub struct RuleTrial {
    /// The rule.
    pub rule: Rule,
    /// Its level, by the pack or its own.
    pub level: Level,
    /// Columns it asks for that the file lacks.
    pub absent: Vec<String>,
    /// Records it hit.
    pub failed: u64,
    /// Records it could not judge because it failed itself.
    pub errored: u64,
    /// Records it skipped.
    pub skipped: u64,
    /// Cells it rewrote.
    pub rewritten: u64,
    /// The first of these.
    pub sightings: Vec<Sighting>,
    /// For rules about the file: what it came to.
    pub file: Option<FileResult>,
}

/// One hit or rewritten cell.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The record's number.
    pub record: u64,
    /// The line it begins on.
    pub line: u64,
    /// The column.
    pub column: Option<String>,
    /// What is said, or the cell before.
    pub text: String,
    /// The cell after, if it was rewritten.
    pub after: Option<String>,
}

/// Tries a plugin on a file.
pub fn try_plugin(request: &TrialRequest<'_>) -> Result<Trial, ProbeError> {
    let peeked = file::begin(request.input, request.entry)?;
    let component = sandbox(None)?.compile(request.name, request.plugin)?;
    let identified = identify(request, &peeked, &component)?;
    let used = identified.as_ref().and_then(|(identified, at)| identified.pack.plugins().get(*at));
    let context = context(request, &peeked.header.names, identified.as_ref().map(|(i, _)| i), used);
    let mut trial = Trial {
        plugin: component.info().name.clone(),
        pack: used.and(identified.as_ref()).map(|(i, _)| i.pack.path().display().to_string()),
        layout: identified.as_ref().map(|(i, _)| i.layout.name().to_owned()),
        records: 0,
        faulty: 0,
        whole: true,
        rules: Vec::new(),
        poison: Vec::new(),
        fuel: 0,
        nanos: 0,
    };
    let level = |rule: &Rule| match &identified {
        Some((identified, _)) => identified.pack.level_for(&rule.name, rule.level),
        None => rule.level,
    };
    let mut stages = Vec::new();
    for class in [RuleClass::Normalise, RuleClass::Validate, RuleClass::Quarantine] {
        for plan in plans(request, &component, &context, identified.as_ref(), used)? {
            if plan.stage == class {
                stages.push(Stage::open(&component, &context, plan)?);
            }
        }
    }
    trial.rules = rules(&stages, request.rule, &trial.plugin, &level)?;
    let mut measures: Vec<Vec<Measure>> = stages.iter().map(|_| Vec::new()).collect();
    let mut table = Table { columns: context.columns.clone(), ..Table::default() };
    let mut places = Vec::new();
    let mut failure = None;
    file::records(request.input, request.entry, assay_ingest::Limits::default(), |slab, index| {
        if request.rows > 0 && trial.records + table.records.len() as u64 >= request.rows {
            trial.whole = false;
            return ControlFlow::Break(());
        }
        let at = u32::try_from(index).expect("a slab is small");
        if slab.judged().binary_search(&at).is_err() {
            trial.faulty += 1;
            return ControlFlow::Continue(());
        }
        let position = slab.position(index);
        places.push((position.record, position.line));
        let cells = (0..table.columns.len()).map(|column| slab.field(index, column).into_owned());
        table.records.push(cells.collect());
        if table.records.len() == BATCH {
            match batch(&mut stages, &mut table, &mut places, &mut trial, &mut measures) {
                Ok(()) => {}
                Err(error) => {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    if let Some(error) = failure {
        return Err(error);
    }
    batch(&mut stages, &mut table, &mut places, &mut trial, &mut measures)?;
    for (stage, totals) in stages.iter_mut().zip(&measures) {
        let profile = stage.profile();
        trial.fuel += profile.fuel;
        trial.nanos += profile.nanos;
        for result in stage.finish(totals)? {
            let found = trial.rules.iter_mut().find(|known| {
                known.rule.code == result.rule && known.rule.class == stage.plan.stage
            });
            if let Some(known) = found {
                known.failed += u64::from(result.outcome == FileResultOutcome::Failed);
                known.file = Some(result);
            }
        }
    }
    Ok(trial)
}

/// The rules of all stages, or the one that was asked for.
fn rules(
    stages: &[Stage],
    wanted: Option<&str>,
    plugin: &str,
    level: &dyn Fn(&Rule) -> Level,
) -> Result<Vec<RuleTrial>, ProbeError> {
    let mut rules = Vec::new();
    let mut offered = Vec::new();
    for stage in stages {
        for rule in &stage.plan.rules {
            offered.push(rule.name.to_string());
            if wanted.is_some_and(|wanted| wanted != rule.name.as_str()) {
                continue;
            }
            let columns = stage.columns_of(rule.code);
            let absent = columns.iter().filter(|(_, position)| position.is_none());
            rules.push(RuleTrial {
                rule: rule.clone(),
                level: level(rule),
                absent: absent.map(|(request, _)| request.name.clone()).collect(),
                failed: 0,
                errored: 0,
                skipped: 0,
                rewritten: 0,
                sightings: Vec::new(),
                file: None,
            });
        }
    }
    match wanted.filter(|_| rules.is_empty()) {
        Some(wanted) => Err(ProbeError::NoSuchRule {
            rule: wanted.to_owned(),
            plugin: plugin.to_owned(),
            offered,
        }),
        None => Ok(rules),
    }
}

/// What the file is and which of the pack's plugins this is; none where no pack knows the file or uses the plugin.
fn identify(
    request: &TrialRequest<'_>,
    peeked: &crate::peek::Peeked,
    component: &Component,
) -> Result<Option<(Identified, usize)>, ProbeError> {
    let Some(discovery) = request.discovery else { return Ok(None) };
    let found = file::identify(request.input, peeked, request.pack, discovery)?;
    let identified = match found {
        Ok(identified) => identified,
        // Named, it must fit; found or not, the plugin can be tried on any table.
        Err(refusal) if request.pack.is_some() => {
            return Err(ProbeError::Refused { reason: refusal.to_string() });
        }
        Err(_) => return Ok(None),
    };
    let name = &component.info().name;
    let at = identified.pack.plugins().iter().position(|used| used.component() == name);
    // Without the plugin in it the pack still tells layout and partition.
    Ok(Some((identified, at.unwrap_or(usize::MAX))))
}

fn context(
    request: &TrialRequest<'_>,
    header: &[String],
    identified: Option<&Identified>,
    used: Option<&PluginUse>,
) -> RunContext {
    let settings = request.settings.or_else(|| used.map(PluginUse::settings)).unwrap_or("{}");
    let mut context = match identified {
        Some(identified) => RunContext {
            dataset: identified.dataset.clone(),
            kind: identified.kind.clone(),
            partition: identified.partition.clone(),
            layout: identified.layout.name().to_owned(),
            columns: identified.layout.columns().to_vec(),
            settings: String::new(),
        },
        None => RunContext { columns: header.to_vec(), ..RunContext::default() },
    };
    for (key, value) in request.partition {
        context.partition.retain(|(known, _)| known != key);
        context.partition.push((key.clone(), value.clone()));
    }
    settings.clone_into(&mut context.settings);
    context
}

fn plans(
    request: &TrialRequest<'_>,
    component: &Component,
    context: &RunContext,
    identified: Option<&(Identified, usize)>,
    used: Option<&PluginUse>,
) -> Result<Vec<assay_model::StagePlan>, ProbeError> {
    let planned = component.plan(context).map_err(|error| match error {
        PlanError::Settings(faults) => {
            let drawn = match (identified, used, request.settings) {
                (Some((identified, _)), Some(used), None) => faults
                    .iter()
                    .map(|fault| identified.pack.render_fault(used.name(), fault))
                    .collect(),
                _ => faults.iter().map(undrawn).collect::<Vec<_>>().join("\n"),
            };
            RunError::Settings { plugin: component.info().name.clone(), text: drawn }
        }
        PlanError::Sandbox(error) => error.into(),
        other => {
            RunError::Settings { plugin: component.info().name.clone(), text: other.to_string() }
        }
    });
    Ok(planned?)
}

/// A fault of settings that stand in no file.
fn undrawn(fault: &ConfigFault) -> String {
    let choices = fault.expected.join("`, `");
    let help = if choices.is_empty() { choices } else { format!("; expected `{choices}`") };
    format!("  at `{}`: {}{help}", fault.path, fault.message)
}

/// Judges the records that were gathered, and forgets them.
fn batch(
    stages: &mut [Stage],
    table: &mut Table,
    places: &mut Vec<(u64, u64)>,
    trial: &mut Trial,
    measures: &mut [Vec<Measure>],
) -> Result<(), ProbeError> {
    if table.records.is_empty() {
        return Ok(());
    }
    table.first = places[0].0;
    table.standing = vec![0; table.records.len()];
    for (stage, totals) in stages.iter_mut().zip(measures) {
        let levels: Vec<(u16, Level)> = stage
            .plan
            .rules
            .iter()
            .filter_map(|rule| {
                let known = trial.rules.iter().find(|known| known.rule.name == rule.name)?;
                Some((rule.code, known.level))
            })
            .collect();
        // Rules that were not asked for change nothing.
        let level = |code: u16| {
            levels.iter().find(|(known, _)| *known == code).map_or(Level::Off, |(_, level)| *level)
        };
        let outcome = stage.judge(table, &level)?;
        note(trial, stage, &outcome, table, places);
        for measure in outcome.measures {
            merge(totals, measure);
        }
    }
    trial.records += table.records.len() as u64;
    table.records.clear();
    places.clear();
    Ok(())
}

fn note(
    trial: &mut Trial,
    stage: &Stage,
    outcome: &Outcome,
    table: &mut Table,
    places: &[(u64, u64)],
) {
    let class = stage.plan.stage;
    let name = |column: Option<usize>| column.map(|at| table.columns[at].clone());
    let mut standing = table.standing.clone();
    let at: Vec<(u16, usize)> = trial
        .rules
        .iter()
        .enumerate()
        .filter(|(_, known)| known.rule.class == class)
        .map(|(at, known)| (known.rule.code, at))
        .collect();
    let index = |code: u16| at.iter().find(|(known, _)| *known == code).map(|&(_, at)| at);
    for fired in &outcome.fired {
        let Some(known) = index(fired.rule).map(|at| &mut trial.rules[at]) else { continue };
        known.failed += u64::from(!fired.errored);
        known.errored += u64::from(fired.errored);
        let became = match known.level {
            Level::Off | Level::Monitor => 0,
            Level::Warn => 2,
            Level::Error | Level::Refuse => 3,
        };
        standing[fired.record] = standing[fired.record].max(became);
        if known.sightings.len() < SHOWN {
            let (record, line) = places[fired.record];
            let text = fired.message.clone();
            known.sightings.push(Sighting {
                record,
                line,
                column: name(fired.column),
                text,
                after: None,
            });
        }
    }
    for rewrote in &outcome.rewrote {
        let Some(known) = index(rewrote.rule).map(|at| &mut trial.rules[at]) else { continue };
        known.rewritten += 1;
        standing[rewrote.record] = standing[rewrote.record].max(1);
        if known.sightings.len() < SHOWN {
            let (record, line) = places[rewrote.record];
            known.sightings.push(Sighting {
                record,
                line,
                column: name(rewrote.column),
                text: rewrote.before.clone(),
                after: Some(rewrote.after.clone()),
            });
        }
    }
    for (code, count) in &outcome.skipped {
        if let Some(at) = index(*code) {
            trial.rules[at].skipped += count;
        }
    }
    for (record, reason) in &outcome.poison {
        let (number, line) = places[*record];
        trial.poison.push((number, line, reason.clone()));
    }
    table.standing = standing;
}

fn merge(totals: &mut Vec<Measure>, measure: Measure) {
    match totals.iter_mut().find(|held| held.code == measure.code && held.key == measure.key) {
        Some(held) => {
            held.value = match measure.merge {
                Merge::Sum => held.value.saturating_add(measure.value),
                Merge::Least => held.value.min(measure.value),
                Merge::Greatest => held.value.max(measure.value),
            };
        }
        None => totals.push(measure),
    }
}
