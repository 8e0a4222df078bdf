//! `assay explain`: one record through every rule of its pack, judged as a run judges it.

use std::path::{Path, PathBuf};

use assay_ingest::Slab;
use assay_model::{Form, Level, RecordOutcome, Rule, RuleClass};
use assay_packs::Discovery;

use super::blame::Blame;
use super::error::ProbeError;
use super::file::{self, Slabs};
use super::seen::Seen;
use crate::build::Basis;
use crate::findings::Finding;
use crate::identify::identify;
use crate::input::Input;
use crate::judge::judge_some;
use crate::judged::JudgedSlab;
use crate::loading::Pinned;
use crate::message::excerpt;
use crate::plan::{Plan, PlannedStage};
use crate::request::{Purpose, limits};
use crate::worker::Worker;

/// A request to explain one record.
#[derive(Debug)]
pub struct ExplainRequest<'a> {
    /// The input file.
    pub input: &'a Input,
    /// Name of the entry, if the input is a zip archive with several.
    pub entry: Option<&'a str>,
    /// The record, counting from 1.
    pub record: u64,
    /// Path of the pack. If `None`, the pack is found as in a run.
    pub pack: Option<&'a Path>,
    /// Where to find rules and plugins.
    pub discovery: &'a Discovery,
    /// Cache folder for compiled plugins. If `None`, they are compiled each time.
    pub cache: Option<PathBuf>,
}

/// The outcome of the record, and the reasons.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Path of the pack.
    pub pack: String,
    /// Name of the layout.
    pub layout: String,
    /// The line on which the record begins, counting from 1.
    pub line: u64,
    /// Byte offset of the record in the decompressed file.
    pub offset: u64,
    /// Structural faults: code and message. If there are any, no rule sees the record.
    pub faults: Vec<(String, String)>,
    /// Cells that are not blank: column, text as published, and repaired text if it was repaired.
    pub cells: Vec<(String, String, Option<String>)>,
    /// The verdict of each rule, in the order in which the rules ran.
    pub rules: Vec<RuleVerdict>,
    /// Cost of each plugin call.
    pub costs: Vec<StageCost>,
    /// Outcome of the record, as far as it can be told from one record.
    pub outcome: RecordOutcome,
    /// Codes of the rules that quarantined the record, without duplicates; empty if it was not quarantined.
    pub held_back_by: Vec<String>,
}

/// The verdict of one rule on the record.
#[derive(Debug, Clone)]
pub struct RuleVerdict {
    /// Name of the plugin; `assay` for the host's own rules.
    pub plugin: String,
    /// Code of the rule.
    pub code: String,
    /// Class of the rule.
    pub class: RuleClass,
    /// Level of the rule in this run.
    pub level: Level,
    /// The condition that must hold.
    pub title: String,
    /// The verdict.
    pub state: CellState,
    /// The cells it looked at.
    pub saw: Vec<Cell>,
}

/// How a rule judged the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// The record complies with the rule.
    Passed,
    /// The record violates the rule; the rule's message.
    Fired(String),
    /// It rewrote cells: column, before, after.
    Rewrote(Vec<(String, String, String)>),
    /// It did not judge the record; the reason.
    Skipped(String),
    /// The rule or its plugin failed; the reason.
    Errored(String),
}

/// A cell that a rule examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Name of the column.
    pub column: String,
    /// Form in which the rule requested the column: `text`, `integer`, `decimal(2)`, `date`.
    pub form: String,
    /// Text of the cell; `None` if the layout lacks the column.
    pub text: Option<String>,
    /// Whether the cell could not be parsed into that form.
    pub malformed: bool,
}

/// Cost of one plugin call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCost {
    /// Name of the plugin.
    pub plugin: String,
    /// Class of the stage's rules.
    pub class: RuleClass,
    /// Number of rules in the stage.
    pub rules: usize,
    /// Fuel used for this one record; most of it is the fixed cost of any batch.
    pub fuel: u64,
}

/// Explains a record. Fails if the file is not a table, is refused or has fewer records, or if a run would fail.
pub fn explain(request: &ExplainRequest<'_>) -> Result<Explanation, ProbeError> {
    let peeked = file::begin(request.input, request.entry)?;
    let identified = identify(request.input, &peeked, request.pack, request.discovery)?
        .found
        .map_err(|it| ProbeError::Refused { reason: it.message(&peeked) })?;
    let pack = &identified.pack;
    let components = Pinned::open(pack, request.discovery, request.cache.clone())?.all()?;
    let plan = Basis::of_pack(&identified, &components, Purpose::Look).plan()?;
    let (slab, record) = find(request, limits(pack))?;
    let index = record as usize;
    let sound = slab.judged().binary_search(&record).is_ok();
    let rows = if sound { &[record][..] } else { &[] };
    let mut worker = Worker::default();
    let mut seen = Seen::new(&plan, record);
    let judged = judge_some(slab, rows, &plan, &mut worker, &mut seen)?;
    let costs = costs(&plan, &worker);
    let blamed = seen.blamed(&plan, &mut worker)?;
    let position = judged.slab.position(index);
    let faults = judged.slab.fault_details(index).into_iter();
    let explained = Explained { judged: &judged, plan: &plan, record, seen, blamed };
    Ok(Explanation {
        pack: pack.path().display().to_string(),
        layout: identified.layout.name().to_owned(),
        line: position.line,
        offset: position.offset,
        faults: faults.map(|fault| (fault.kind.code().to_owned(), fault.message)).collect(),
        cells: if sound { explained.cells() } else { Vec::new() },
        rules: if sound { explained.rules() } else { Vec::new() },
        costs,
        outcome: judged.outcomes[index],
        held_back_by: explained.held_back_by(),
    })
}

/// Returns the slab that contains the record, and the record's index in it.
fn find(
    request: &ExplainRequest<'_>,
    limits: assay_ingest::Limits,
) -> Result<(Slab, u32), ProbeError> {
    let mut slabs = Slabs::open(request.input, request.entry, limits)?;
    let (mut spare, mut records) = (None, 0);
    while let Some(slab) = slabs.next(spare.take())? {
        let before = records;
        records += slab.len() as u64;
        if (before + 1..=records).contains(&request.record) {
            let index = request.record - before - 1;
            return Ok((slab, u32::try_from(index).expect("a slab is small")));
        }
        spare = Some(slab);
    }
    let location = request.input.location();
    Err(ProbeError::NoSuchRecord { record: request.record, records, location })
}

/// Returns the cost of each call, in the order of the calls.
fn costs(plan: &Plan, worker: &Worker) -> Vec<StageCost> {
    let stages = RuleClass::IN_ORDER.into_iter().flat_map(|class| plan.stages_of(class));
    let cost = |index: usize| {
        let stage = &plan.stages[index];
        Some(StageCost {
            plugin: stage.component.name().to_owned(),
            class: stage.class(),
            rules: stage.declared.rules.len(),
            fuel: worker.profile(index)?.fuel,
        })
    };
    stages.filter_map(cost).collect()
}

/// A record without structural faults that was judged.
struct Explained<'a> {
    judged: &'a JudgedSlab,
    plan: &'a Plan,
    /// Index of the record in the slab.
    record: u32,
    seen: Seen,
    /// For each stage: the suspected rules, if the plugin failed on the record.
    blamed: Vec<Option<Blame>>,
}

impl Explained<'_> {
    /// Returns the cells that are not blank: as published, and as repaired if they were.
    fn cells(&self) -> Vec<(String, String, Option<String>)> {
        let mut cells = Vec::new();
        for (column, name) in self.plan.names.iter().enumerate() {
            let before = self.judged.slab.field(self.record as usize, column);
            let after = self.judged.cell(self.plan, column, 0).unwrap_or(&before);
            if !before.is_empty() || *before != *after {
                let repaired = (*before != *after).then(|| excerpt(after));
                cells.push((name.clone(), excerpt(&before), repaired));
            }
        }
        cells
    }

    /// Returns the verdict of each rule, in the order in which the rules ran. The host's verdicts on cells come after the normalising
    /// stages.
    fn rules(&self) -> Vec<RuleVerdict> {
        let mut verdicts = Vec::new();
        for class in RuleClass::IN_ORDER {
            if class == RuleClass::Validate {
                verdicts.extend(self.findings().filter_map(|finding| self.of_host(finding)));
            }
            for index in self.plan.stages_of(class) {
                let stage = &self.plan.stages[index];
                verdicts
                    .extend(stage.declared.rules.iter().map(|rule| self.of_plugin(index, rule)));
            }
        }
        verdicts
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.judged.findings.iter().filter(|finding| finding.record == self.record)
    }

    /// Returns the codes of the rules that quarantined the record.
    fn held_back_by(&self) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for finding in self.findings() {
            let rule = &self.plan.rules[finding.rule];
            let code = rule.code.to_string();
            if rule.level.outcome() == RecordOutcome::Quarantined && !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// Converts a finding of the host: a plugin failed, a cell does not fit its column type, or a cell names another partition.
    fn of_host(&self, finding: &Finding) -> Option<RuleVerdict> {
        let rule = &self.plan.rules[finding.rule];
        let fired = |saw| RuleVerdict {
            plugin: rule.owner.clone(),
            code: rule.code.to_string(),
            class: rule.class,
            level: rule.level,
            title: rule.title.clone(),
            state: CellState::Fired(finding.message.clone()),
            saw,
        };
        if finding.rule == self.plan.host.poison {
            return Some(fired(Vec::new()));
        }
        let column = finding.column?;
        let typed = self.plan.typed.iter().find(|typed| typed.column == column);
        let malformed = typed.is_some_and(|typed| typed.rule == finding.rule);
        (malformed || finding.rule == self.plan.host.partition).then(|| {
            fired(vec![Cell {
                column: self.plan.names[column].clone(),
                form: form(typed.map_or(&Form::Text, |it| &self.plan.slots[it.slot].form)),
                text: self.judged.cell(self.plan, column, 0).map(excerpt),
                malformed,
            }])
        })
    }

    fn of_plugin(&self, index: usize, rule: &Rule) -> RuleVerdict {
        let stage = &self.plan.stages[index];
        let saw = self.saw(index, stage, rule);
        let planned = &self.plan.rules[stage.rule(rule.code)];
        RuleVerdict {
            plugin: planned.owner.clone(),
            code: planned.code.to_string(),
            class: planned.class,
            level: planned.level,
            title: planned.title.clone(),
            state: self.state(index, rule, &saw),
            saw,
        }
    }

    fn saw(&self, index: usize, stage: &PlannedStage, rule: &Rule) -> Vec<Cell> {
        let cell = |&at: &u16| {
            let at = usize::from(at);
            let (text, malformed) = self.seen.columns[index][at].clone();
            let request = &stage.declared.columns[at];
            Cell { column: request.name.clone(), form: form(&request.form), text, malformed }
        };
        rule.columns.iter().map(cell).collect()
    }

    fn state(&self, index: usize, rule: &Rule, saw: &[Cell]) -> CellState {
        let number = self.plan.stages[index].rule(rule.code);
        if self.plan.rules[number].level == Level::Off {
            return CellState::Skipped("the pack turns it off".to_owned());
        }
        if let Some(blame) = &self.blamed[index] {
            return self.failed(index, blame, rule);
        }
        if rule.host_check.is_some() {
            return CellState::Skipped(
                "it is judged over the whole file; `assay check` does".to_owned(),
            );
        }
        let mut findings = self.findings().filter(|finding| finding.rule == number);
        if let Some(finding) = findings.find(|finding| !self.judged.is_repair(finding)) {
            let text = finding.message.clone();
            let failed_itself = self.judged.counts[number].errored > 0;
            return if failed_itself { CellState::Errored(text) } else { CellState::Fired(text) };
        }
        let rewrote: Vec<_> = self
            .judged
            .repairs_of(self.record, number)
            .map(|repair| {
                let column = self.plan.names[repair.column].clone();
                (column, excerpt(&repair.before), excerpt(&repair.after))
            })
            .collect();
        if !rewrote.is_empty() {
            return CellState::Rewrote(rewrote);
        }
        let of_rule = |(stage, code)| stage == index && code == rule.code;
        if self.judged.measures.iter().any(|(stage, it)| of_rule((*stage, it.code))) {
            return CellState::Skipped(
                "it judges sums over the whole file; `assay check` does".to_owned(),
            );
        }
        if self.judged.counts[number].skipped > 0 {
            return CellState::Skipped(why_skipped(saw));
        }
        CellState::Passed
    }

    /// Returns the verdict of a rule whose plugin failed.
    fn failed(&self, index: usize, blame: &Blame, rule: &Rule) -> CellState {
        let of_stage = self.plan.stages[index].declared.rules.iter();
        let suspects = of_stage.filter(|it| blame.suspects.contains(&it.code));
        let (own, others): (Vec<&Rule>, Vec<&Rule>) = suspects.partition(|it| it.code == rule.code);
        let names: Vec<String> = others.iter().map(|it| format!("`{}`", it.name)).collect();
        match (own.is_empty(), names.as_slice()) {
            (false, []) => CellState::Errored(blame.reason.to_string()),
            (false, _) => {
                let reason = &blame.reason;
                let names = names.join(" or ");
                CellState::Errored(format!("{reason}; the rule that fails is this one or {names}"))
            }
            (true, []) => CellState::Skipped(
                "the plugin failed on the record, and not by the cells of one rule alone"
                    .to_owned(),
            ),
            (true, _) => CellState::Skipped(format!(
                "the plugin failed on the record, in {}",
                names.join(" or ")
            )),
        }
    }
}

/// Formats the form in which a column was requested.
fn form(form: &Form) -> String {
    match form {
        Form::Text => "text".to_owned(),
        Form::Integer => "integer".to_owned(),
        Form::Decimal { scale } => format!("decimal({scale})"),
        Form::Date { .. } => "date".to_owned(),
    }
}

/// Maximum number of columns named in the reason for a skip; all cells are listed next to it.
const NAMED: usize = 3;

/// Derives from the cells why a rule did not judge the record.
fn why_skipped(saw: &[Cell]) -> String {
    let list = |wanted: &dyn Fn(&Cell) -> bool| {
        let names: Vec<&str> =
            saw.iter().filter(|cell| wanted(cell)).map(|cell| cell.column.as_str()).collect();
        let listed: Vec<String> =
            names.iter().take(NAMED).map(|column| format!("`{column}`")).collect();
        match names.len().saturating_sub(NAMED) {
            0 => listed.join(", "),
            more => format!("{} and {more} more", listed.join(", ")),
        }
    };
    let absent = list(&|cell| cell.text.is_none());
    let malformed = list(&|cell| cell.malformed);
    let blank = list(&|cell| cell.text.as_deref() == Some(""));
    let parts: Vec<String> =
        [(blank, "blank"), (malformed, "not of the form it needs"), (absent, "not in the layout")]
            .into_iter()
            .filter(|(names, _)| !names.is_empty())
            .map(|(names, what)| {
                let verb = if names.contains(", ") { "are" } else { "is" };
                format!("{names} {verb} {what}")
            })
            .collect();
    if parts.is_empty() {
        "the rule itself says it cannot judge it".to_owned()
    } else {
        parts.join("; ")
    }
}
