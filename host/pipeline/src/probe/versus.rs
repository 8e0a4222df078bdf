//! `assay pack diff` on a file: the same records judged by two packs, and where they part.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use assay_model::{Form, Level, RecordOutcome, Rule, RuleClass, RunContext};
use assay_packs::{ColumnType, Discovery, Layout, Pack};
use assay_sandbox::{PlanError, Sandbox};

use super::error::ProbeError;
use super::file;
use super::stage::{self, Stage, Table, sandbox};
use crate::error::RunError;
use crate::input::Input;

/// Records in one call, as in a run.
const BATCH: usize = 4096;

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
struct Judge {
    pack: Arc<Pack>,
    stages: Vec<Stage>,
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
    let name = peeked.entry.as_deref().or_else(|| request.input.name());
    let partitions = packs.each_ref().map(|pack| {
        let identified = pack.identify(name, header, &|column| peeked.first_cell(column));
        identified.ok().map(|identified| identified.partition)
    });
    let shared: Vec<(String, String)> = partitions.iter().flatten().flatten().cloned().collect();
    let sandbox = sandbox(None)?;
    let [from, to] = packs;
    let mut from = Judge::open(from, &layout, &shared, request.discovery, &sandbox)?;
    let mut to = Judge::open(to, &layout, &shared, request.discovery, &sandbox)?;
    let mut found = Versus::default();
    let mut records: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut places = Vec::new();
    let mut failure = Ok(());
    file::records(request.input, request.entry, assay_ingest::Limits::default(), |slab, index| {
        if request.rows > 0 && found.records + records.len() as u64 >= request.rows {
            return ControlFlow::Break(());
        }
        let at = u32::try_from(index).expect("a slab is small");
        if slab.judged().binary_search(&at).is_err() {
            return ControlFlow::Continue(());
        }
        let position = slab.position(index);
        places.push((position.record, position.line));
        records.push((0..header.len()).map(|c| slab.field(index, c).into_owned()).collect());
        if records.len() == BATCH {
            failure = both(&mut from, &mut to, &layout, &mut records, &mut places, &mut found);
            if failure.is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    failure?;
    both(&mut from, &mut to, &layout, &mut records, &mut places, &mut found)?;
    Ok(found)
}

fn both(
    from: &mut Judge,
    to: &mut Judge,
    layout: &Layout,
    records: &mut Vec<Vec<Vec<u8>>>,
    places: &mut Vec<(u64, u64)>,
    found: &mut Versus,
) -> Result<(), ProbeError> {
    if records.is_empty() {
        return Ok(());
    }
    let one = from.judge(layout, records.clone(), places[0].0)?;
    let other = to.judge(layout, std::mem::take(records), places[0].0)?;
    for (((one, became), (other, becomes)), &(record, line)) in
        one.iter().zip(&other).zip(places.iter())
    {
        found.records += 1;
        if one == other && became == becomes {
            continue;
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
                rule.examples.push((record, line, said.cloned(), says.cloned()));
            }
        }
    }
    places.clear();
    Ok(())
}

impl Judge {
    fn open(
        pack: Arc<Pack>,
        layout: &Layout,
        known: &[(String, String)],
        discovery: &Discovery,
        sandbox: &Sandbox,
    ) -> Result<Self, ProbeError> {
        let keys = pack.partition_keys().iter().filter_map(|key| {
            let pinned = pack.takes().find(|(name, _)| *name == key.name());
            let pinned = pinned.and_then(|(_, values)| values.first().cloned());
            let told =
                known.iter().find(|(name, _)| name == key.name()).map(|(_, value)| value.clone());
            // Both judge the file as what it is: a pack of another year would hold back all of it and tell nothing more.
            Some((key.name().to_owned(), told.or(pinned)?))
        });
        let partition: Vec<(String, String)> = keys.collect();
        let mut stages = Vec::new();
        for used in pack.plugins() {
            let path = discovery.plugin(used.component())?;
            let bytes = std::fs::read(&path).map_err(|source| RunError::PluginFile {
                path: path.display().to_string(),
                source,
            })?;
            let component =
                sandbox.compile_granted(used.name(), &bytes, crate::trust::grants(used))?;
            let context = RunContext {
                dataset: pack.dataset().name().to_owned(),
                kind: pack.kind().to_owned(),
                partition: partition.clone(),
                layout: layout.name().to_owned(),
                columns: layout.columns().to_vec(),
                settings: used.settings().to_owned(),
            };
            let plans = component.plan(&context).map_err(|error| match error {
                PlanError::Settings(faults) => RunError::Settings {
                    plugin: used.name().to_owned(),
                    text: faults
                        .iter()
                        .map(|fault| pack.render_fault(used.name(), fault))
                        .collect(),
                },
                PlanError::Sandbox(error) => error.into(),
                other => {
                    RunError::Settings { plugin: used.name().to_owned(), text: other.to_string() }
                }
            })?;
            for plan in plans {
                stages.push(Stage::open(&component, &context, plan)?);
            }
        }
        // Stable: within a class in the pack's order.
        stages.sort_by_key(|stage| match stage.plan.stage {
            RuleClass::Normalise => 0,
            RuleClass::Validate => 1,
            RuleClass::Quarantine => 2,
        });
        Ok(Self { pack, stages })
    }

    fn judge(
        &mut self,
        layout: &Layout,
        records: Vec<Vec<Vec<u8>>>,
        first: u64,
    ) -> Result<Vec<(Said, RecordOutcome)>, ProbeError> {
        let count = records.len();
        let mut table =
            Table { columns: layout.columns().to_vec(), records, standing: vec![0; count], first };
        let mut said: Vec<Said> = vec![Said::new(); count];
        let pack = Arc::clone(&self.pack);
        let mut typed = false;
        for stage in &mut self.stages {
            if stage.plan.stage != RuleClass::Normalise && !typed {
                typed = true;
                types(&pack, &mut table, &mut said);
            }
            let levels: Vec<(Rule, Level)> = stage
                .plan
                .rules
                .iter()
                .map(|rule| (rule.clone(), pack.level_for(&rule.name, rule.level)))
                .collect();
            let find = |code: u16| levels.iter().find(|(rule, _)| rule.code == code);
            let outcome = stage
                .judge(&mut table, &|code| find(code).map_or(Level::Off, |(_, level)| *level))?;
            for rewrote in &outcome.rewrote {
                let Some((rule, level)) = find(rewrote.rule) else { continue };
                let text = format!("{level}: `{}` to `{}`", rewrote.before, rewrote.after);
                note(&mut said[rewrote.record], rule.name.as_str(), &text);
                let reached = if *level == Level::Warn { 1 } else { reached(*level) };
                table.standing[rewrote.record] = table.standing[rewrote.record].max(reached);
            }
            for fired in &outcome.fired {
                let Some((rule, level)) =
                    find(fired.rule).filter(|(_, level)| *level != Level::Off)
                else {
                    continue;
                };
                note(
                    &mut said[fired.record],
                    rule.name.as_str(),
                    &format!("{level}: {}", fired.message),
                );
                table.standing[fired.record] = table.standing[fired.record].max(reached(*level));
            }
            for (record, reason) in &outcome.poison {
                note(&mut said[*record], "plugin.poison", reason);
                table.standing[*record] = 3;
            }
        }
        if !typed {
            types(&pack, &mut table, &mut said);
        }
        let outcomes = table.standing.iter().map(|standing| match standing {
            0 => RecordOutcome::Passed,
            1 => RecordOutcome::Repaired,
            2 => RecordOutcome::Warned,
            _ => RecordOutcome::Quarantined,
        });
        Ok(said.into_iter().zip(outcomes).collect())
    }
}

fn note(said: &mut Said, code: &str, text: &str) {
    let entry = said.entry(code.to_owned()).or_default();
    if !entry.is_empty() {
        entry.push_str("; ");
    }
    entry.push_str(text);
}

/// The host's own rules about types.
fn types(pack: &Pack, table: &mut Table, said: &mut [Said]) {
    for (name, kind) in pack.columns() {
        let (form, code) = match kind {
            ColumnType::Text => continue,
            ColumnType::Integer => (Form::Integer, "type.integer"),
            ColumnType::Decimal { scale, .. } => (Form::Decimal { scale: *scale }, "type.decimal"),
            ColumnType::Date(format) => (Form::Date { format: format.clone() }, "type.date"),
        };
        let Some(position) = table.columns.iter().position(|column| column == name) else {
            continue;
        };
        let column = stage::column(table, Some(position), &form);
        let Some(malformed) = &column.malformed else { continue };
        let level =
            pack.level_for(&code.parse().expect("the host's codes are valid"), Level::Error);
        for record in malformed.ones_iter() {
            let text = crate::message::excerpt(&table.records[record][position]);
            note(&mut said[record], code, &format!("{level}: `{name}` is `{text}`"));
            table.standing[record] = table.standing[record].max(reached(level));
        }
    }
}

/// What a hit at a level makes of a record.
fn reached(level: Level) -> u8 {
    match level {
        Level::Off | Level::Monitor => 0,
        Level::Warn => 2,
        Level::Error | Level::Refuse => 3,
    }
}
