//! `assay explain`: one record through every rule of its pack.

use std::ops::ControlFlow;
use std::path::Path;

use assay_model::{
    Bitmap, Column, Form, HostCheck, Level, RecordOutcome, Rule, RuleClass, RuleCode, RunContext,
};
use assay_packs::{ColumnType, Discovery, Lock};
use assay_sandbox::PlanError;

use super::error::ProbeError;
use super::file;
use super::stage::{self, Outcome, Stage, Table, sandbox};
use crate::error::RunError;
use crate::input::Input;
use crate::message::excerpt;

/// What is to be explained.
#[derive(Debug)]
pub struct ExplainRequest<'a> {
    /// The file.
    pub input: &'a Input,
    /// The entry of a zip archive with several.
    pub entry: Option<&'a str>,
    /// The record, counting from 1.
    pub record: u64,
    /// The pack; found as in a run if none is named.
    pub pack: Option<&'a Path>,
    /// Where rules and plugins are.
    pub discovery: &'a Discovery,
}

/// What became of the record, and why.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The pack's path.
    pub pack: String,
    /// The layout.
    pub layout: String,
    /// The line the record begins on.
    pub line: u64,
    /// Where its bytes begin in the decompressed file.
    pub offset: u64,
    /// What is wrong with its structure: code and text. Then no rule sees it.
    pub faults: Vec<(String, String)>,
    /// Its filled cells: column, text as published, and as repaired if it was.
    pub cells: Vec<(String, String, Option<String>)>,
    /// What each rule says, in the order in which they ran.
    pub rules: Vec<RuleVerdict>,
    /// What each call of a plugin cost.
    pub costs: Vec<StageCost>,
    /// What became of it, as far as one record tells.
    pub outcome: RecordOutcome,
    /// What to know of it: plugins that are not the pinned ones.
    pub notices: Vec<String>,
}

/// What one rule says of the record.
#[derive(Debug, Clone)]
pub struct RuleVerdict {
    /// Its plugin; `assay` for the host's own.
    pub plugin: String,
    /// Its code.
    pub code: String,
    /// Its class.
    pub class: RuleClass,
    /// Its level.
    pub level: Level,
    /// What must be true.
    pub title: String,
    /// What it came to.
    pub state: CellState,
    /// What it saw: column, form and cell.
    pub saw: Vec<Cell>,
}

/// What a rule came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellState {
    /// The record keeps it.
    Passed,
    /// The record breaks it: what is said of it.
    Fired(String),
    /// It rewrote cells: column, before, after.
    Rewrote(Vec<(String, String, String)>),
    /// It did not judge the record, and why.
    Skipped(String),
    /// The rule, or its plugin, failed: why.
    Errored(String),
}

/// A cell that a rule looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The column.
    pub column: String,
    /// How it was asked for: `text`, `integer`, `decimal(2)`, `date`.
    pub form: String,
    /// Its text; none if the layout has no such column.
    pub text: Option<String>,
    /// Whether it holds something that is not of that form.
    pub malformed: bool,
}

/// What a call cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCost {
    /// The plugin.
    pub plugin: String,
    /// The stage.
    pub class: RuleClass,
    /// Rules in it.
    pub rules: usize,
    /// Fuel for this one record; most of it is what any batch costs.
    pub fuel: u64,
}

/// Explains a record.
pub fn explain(request: &ExplainRequest<'_>) -> Result<Explanation, ProbeError> {
    let peeked = file::begin(request.input, request.entry)?;
    let identified = file::identify(request.input, &peeked, request.pack, request.discovery)?
        .map_err(|refusal| ProbeError::Refused { reason: refusal.to_string() })?;
    let pack = &identified.pack;
    let columns = identified.layout.columns().to_vec();
    let mut explanation = Explanation {
        pack: pack.path().display().to_string(),
        layout: identified.layout.name().to_owned(),
        line: 0,
        offset: 0,
        faults: Vec::new(),
        cells: Vec::new(),
        rules: Vec::new(),
        costs: Vec::new(),
        outcome: RecordOutcome::Passed,
        notices: Vec::new(),
    };
    let cells = find(request, columns.len(), pack.limits(), &mut explanation)?;
    if explanation.faults.iter().any(|(code, _)| code != "csv.encoding") {
        explanation.outcome = RecordOutcome::Quarantined;
        return Ok(explanation);
    }
    let lock = Lock::read(&request.discovery.lock()).ok();
    let sandbox = sandbox(usize::try_from(pack.limits().memory).ok())?;
    let mut stages = Vec::new();
    for used in pack.plugins() {
        let path = request.discovery.plugin(used.component())?;
        let bytes = std::fs::read(&path)
            .map_err(|source| RunError::PluginFile { path: path.display().to_string(), source })?;
        let verified =
            lock.as_ref().map(|lock| lock.verify(used.component(), Lock::digest_of(&bytes)));
        if let Some(Err(error)) = verified {
            explanation.notices.push(error.to_string());
        }
        if let Err(error) = crate::trust::check(pack, used, &path, &bytes) {
            explanation.notices.push(error.to_string());
        }
        let component = sandbox.compile_granted(used.name(), &bytes, crate::trust::grants(used))?;
        let context = RunContext {
            dataset: identified.dataset.clone(),
            kind: identified.kind.clone(),
            partition: identified.partition.clone(),
            layout: identified.layout.name().to_owned(),
            columns: columns.clone(),
            settings: used.settings().to_owned(),
        };
        let plans = component.plan(&context).map_err(|error| match error {
            PlanError::Settings(faults) => RunError::Settings {
                plugin: used.name().to_owned(),
                text: faults.iter().map(|fault| pack.render_fault(used.name(), fault)).collect(),
            },
            PlanError::Sandbox(error) => error.into(),
            other => RunError::Settings { plugin: used.name().to_owned(), text: other.to_string() },
        })?;
        for plan in plans {
            stages.push((used.name().to_owned(), Stage::open(&component, &context, plan)?));
        }
    }
    let published = cells.clone();
    let mut table =
        Table { columns, records: vec![cells], standing: vec![0], first: request.record };
    for class in [RuleClass::Normalise, RuleClass::Validate, RuleClass::Quarantine] {
        if class == RuleClass::Validate {
            types(&mut explanation, &mut table, pack);
        }
        for (plugin, stage) in stages.iter_mut().filter(|(_, stage)| stage.plan.stage == class) {
            let level = |rule: &Rule| pack.level_for(&rule.name, rule.level);
            judge(&mut explanation, &mut table, plugin, stage, &level)?;
        }
    }
    let now = &table.records[0];
    for ((column, before), after) in table.columns.iter().zip(&published).zip(now) {
        if !before.is_empty() || before != after {
            let after = (before != after).then(|| excerpt(after));
            explanation.cells.push((column.clone(), excerpt(before), after));
        }
    }
    explanation.outcome = match table.standing[0] {
        0 => RecordOutcome::Passed,
        1 => RecordOutcome::Repaired,
        2 => RecordOutcome::Warned,
        _ => RecordOutcome::Quarantined,
    };
    Ok(explanation)
}

/// The record's cells, with its place and what is wrong with its structure.
fn find(
    request: &ExplainRequest<'_>,
    columns: usize,
    limits: &assay_packs::Limits,
    explanation: &mut Explanation,
) -> Result<Vec<Vec<u8>>, ProbeError> {
    let limits = assay_ingest::Limits {
        field_bytes: usize::try_from(limits.field_bytes).unwrap_or(usize::MAX),
        record_bytes: usize::try_from(limits.record_bytes).unwrap_or(usize::MAX),
        ..assay_ingest::Limits::default()
    };
    let mut found = None;
    let mut last = 0;
    file::records(request.input, request.entry, limits, |slab, index| {
        let position = slab.position(index);
        last = position.record;
        if position.record != request.record {
            return ControlFlow::Continue(());
        }
        explanation.line = position.line;
        explanation.offset = position.offset;
        let details = slab.fault_details(index).into_iter();
        explanation.faults =
            details.map(|fault| (fault.kind.code().to_owned(), fault.message)).collect();
        let at = u32::try_from(index).expect("a slab is small");
        let sound = slab.judged().binary_search(&at).is_ok();
        let cell = |column| if sound { slab.field(index, column).into_owned() } else { Vec::new() };
        found = Some((0..columns).map(cell).collect());
        ControlFlow::Break(())
    })?;
    found.ok_or_else(|| ProbeError::NoSuchRecord {
        record: request.record,
        records: last,
        location: request.input.location(),
    })
}

/// The host's own rules about types.
fn types(explanation: &mut Explanation, table: &mut Table, pack: &assay_packs::Pack) {
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
        let text = excerpt(&table.records[0][position]);
        if !column.malformed.as_ref().is_some_and(|bits: &Bitmap| bits.get(0)) {
            continue;
        }
        let code: RuleCode = code.parse().expect("the host's codes are valid");
        let level = pack.level_for(&code, Level::Error);
        let standing = &mut table.standing[0];
        *standing = (*standing).max(reached(level));
        explanation.rules.push(RuleVerdict {
            plugin: crate::host_rules::OWNER.to_owned(),
            code: code.to_string(),
            class: RuleClass::Validate,
            level,
            title: format!("`{name}` is {}", words(&form)),
            state: CellState::Fired(format!("`{name}` is `{text}`, expected {}", words(&form))),
            saw: vec![saw_cell(&column, name, &form, Some(text))],
        });
    }
}

fn judge(
    explanation: &mut Explanation,
    table: &mut Table,
    plugin: &str,
    stage: &mut Stage,
    level: &dyn Fn(&Rule) -> Level,
) -> Result<(), ProbeError> {
    let levels: Vec<(u16, Level)> =
        stage.plan.rules.iter().map(|rule| (rule.code, level(rule))).collect();
    let by_code = |code: u16| {
        levels.iter().find(|(known, _)| *known == code).map_or(Level::Off, |(_, level)| *level)
    };
    let before = table.records[0].clone();
    let outcome = stage.judge(table, &by_code)?;
    explanation.costs.push(StageCost {
        plugin: plugin.to_owned(),
        class: stage.plan.stage,
        rules: stage.plan.rules.len(),
        fuel: stage.profile().fuel,
    });
    // What rules of this stage saw: for normalise rules the cells before any of them.
    let seen = Table { columns: table.columns.clone(), records: vec![before], ..Table::default() };
    for rule in &stage.plan.rules {
        let saw: Vec<Cell> = stage
            .columns_of(rule.code)
            .into_iter()
            .map(|(request, position)| {
                let column = stage::column(&seen, position, &request.form);
                let text = position.map(|at| excerpt(&seen.records[0][at]));
                saw_cell(&column, &request.name, &request.form, text)
            })
            .collect();
        let level = by_code(rule.code);
        let came_to = state_of(rule, &outcome, table, &saw, level);
        let standing = &mut table.standing[0];
        match &came_to {
            CellState::Rewrote(_) if level == Level::Warn => *standing = (*standing).max(1),
            CellState::Fired(_) | CellState::Rewrote(_) | CellState::Errored(_) => {
                *standing = (*standing).max(reached(level));
            }
            CellState::Passed | CellState::Skipped(_) => {}
        }
        explanation.rules.push(RuleVerdict {
            plugin: plugin.to_owned(),
            code: rule.name.to_string(),
            class: rule.class,
            level,
            title: rule.title.clone(),
            state: came_to,
            saw,
        });
    }
    Ok(())
}

fn state_of(
    rule: &Rule,
    outcome: &Outcome,
    table: &Table,
    saw: &[Cell],
    level: Level,
) -> CellState {
    if let Some((_, reason)) = outcome.poison.first() {
        return CellState::Errored(reason.clone());
    }
    match rule.host_check {
        Some(HostCheck::UniqueKeepFirst | HostCheck::UniqueEveryMember) => {
            return CellState::Skipped(
                "it is judged over the whole file; `assay check` does".to_owned(),
            );
        }
        None => {}
    }
    if let Some(fired) = outcome.fired.iter().find(|fired| fired.rule == rule.code) {
        let text = fired.message.clone();
        return if fired.errored { CellState::Errored(text) } else { CellState::Fired(text) };
    }
    let rewrote: Vec<_> = outcome
        .rewrote
        .iter()
        .filter(|rewrote| rewrote.rule == rule.code)
        .map(|rewrote| {
            let column = rewrote.column.map(|at| table.columns[at].clone()).unwrap_or_default();
            (column, rewrote.before.clone(), rewrote.after.clone())
        })
        .collect();
    if !rewrote.is_empty() {
        return CellState::Rewrote(rewrote);
    }
    if outcome.measures.iter().any(|measure| measure.code == rule.code) {
        return CellState::Skipped(
            "it judges sums over the whole file; `assay check` does".to_owned(),
        );
    }
    if outcome.skipped.iter().any(|(code, _)| *code == rule.code) {
        return CellState::Skipped(why_skipped(saw));
    }
    if level == Level::Off && saw.iter().all(|cell| cell.text.is_none()) {
        return CellState::Skipped("the pack turns it off".to_owned());
    }
    CellState::Passed
}

/// Columns named as the reason for a skip; the cells are all told beside it.
const NAMED: usize = 3;

/// Why a rule did not judge: what can be seen of its cells.
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

fn saw_cell(column: &Column, name: &str, form: &Form, text: Option<String>) -> Cell {
    Cell {
        column: name.to_owned(),
        form: match form {
            Form::Text => "text".to_owned(),
            Form::Integer => "integer".to_owned(),
            Form::Decimal { scale } => format!("decimal({scale})"),
            Form::Date { .. } => "date".to_owned(),
        },
        text,
        malformed: column.malformed.as_ref().is_some_and(|bits| bits.get(0)),
    }
}

fn words(form: &Form) -> String {
    match form {
        Form::Text => "text".to_owned(),
        Form::Integer => "a whole number".to_owned(),
        Form::Decimal { scale } => format!("a decimal of at most {scale} digits after the point"),
        Form::Date { format } => format!("a date written as {}", format.pattern()),
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
