//! `assay explain`: follow one record through every rule.

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use assay_model::{RecordOutcome, shown};
use assay_pipeline::MemoryLimit;
use assay_pipeline::probe::{Cell, CellState, ExplainRequest, Explanation, RuleVerdict, explain};
use serde_json::{Value, json};

use crate::args::{ExplainArgs, Format};
use crate::buckets::{Buckets, Reading};
use crate::exit::ExitStatus;
use crate::number::count;
use crate::output;
use crate::surroundings::{cache, discovery};

pub(crate) fn execute(args: &ExplainArgs) -> Result<ExitStatus> {
    let discovery = discovery(&args.rules)?;
    let buckets = Buckets::new(&args.buckets, MemoryLimit::DEFAULT);
    let input = buckets.input(&args.file, args.source.name.clone(), Reading::InPlace)?;
    let explanation = explain(&ExplainRequest {
        input: &input,
        entry: args.source.entry.as_deref(),
        record: args.record,
        pack: args.pack.as_deref(),
        discovery: &discovery,
        cache: cache(&args.rules),
    })?;
    match args.format {
        Format::Text => output::text(&text(&explanation, args)?)?,
        Format::Json => output::json(&object(&explanation, args.record))?,
    }
    Ok(ExitStatus::Success)
}

fn text(it: &Explanation, args: &ExplainArgs) -> Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "  record {} · line {} · byte {} · layout {}",
        args.record, it.line, it.offset, it.layout
    )?;
    writeln!(text, "  judged by {}", output::path(Path::new(&it.pack)))?;
    let by = if it.held_back_by.is_empty() { "" } else { " by " };
    writeln!(text, "\n  {}{by}{}", outcome(it.outcome), it.held_back_by.join(", "))?;
    for (code, message) in &it.faults {
        writeln!(text, "\n  {code}  {message}")?;
    }
    if it.rules.is_empty() {
        writeln!(text, "\n  no rule sees a record whose structure is broken")?;
        return Ok(text);
    }
    let (mut told, mut skipped, mut passed) = (Vec::new(), Vec::new(), Vec::new());
    for rule in &it.rules {
        match &rule.state {
            CellState::Passed => passed.push(rule),
            CellState::Skipped(why) => skipped.push((rule, why)),
            _ => told.push(rule),
        }
    }
    for rule in told {
        section(&mut text, rule)?;
    }
    if !skipped.is_empty() {
        writeln!(text, "\n  skipped")?;
        for (rule, why) in skipped {
            writeln!(text, "    {:<28} {why}", rule.code)?;
        }
    }
    if !passed.is_empty() {
        writeln!(text, "\n  passed")?;
        for rule in passed {
            let saw: Vec<String> =
                rule.saw.iter().filter(|cell| filled(cell)).take(3).map(said).collect();
            let more = rule.saw.iter().filter(|cell| filled(cell)).count().saturating_sub(3);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            writeln!(text, "    {:<28} {}{more}", rule.code, saw.join(", "))?;
        }
    }
    writeln!(text, "\n  cells")?;
    for (column, before, after) in &it.cells {
        match after {
            Some(after) => writeln!(text, "    {column}: `{before}`, repaired to `{after}`")?,
            None => writeln!(text, "    {column}: `{before}`")?,
        }
    }
    writeln!(text, "\n  cost, in fuel for this one record")?;
    for cost in &it.costs {
        writeln!(
            text,
            "    {:<20} {:<11} {:>3} {:<5} {:>12}",
            cost.plugin,
            cost.class.as_str(),
            cost.rules,
            if cost.rules == 1 { "rule" } else { "rules" },
            count(cost.fuel)
        )?;
    }
    Ok(text)
}

fn outcome(outcome: RecordOutcome) -> &'static str {
    match outcome {
        RecordOutcome::Passed => "PASSES",
        RecordOutcome::Repaired => "PASSES, repaired",
        RecordOutcome::Warned => "PASSES, with warnings",
        RecordOutcome::Quarantined => "HELD BACK",
    }
}

fn section(text: &mut String, rule: &RuleVerdict) -> Result<()> {
    writeln!(text, "\n  {}  {} · {} · {}", rule.code, rule.class, rule.level, rule.plugin)?;
    writeln!(text, "    {}", rule.title)?;
    match &rule.state {
        CellState::Fired(message) => writeln!(text, "    fired: {message}")?,
        CellState::Errored(why) => writeln!(text, "    failed itself: {why}")?,
        CellState::Rewrote(cells) => {
            for (column, before, after) in cells {
                writeln!(text, "    `{column}` from `{before}` to `{after}`")?;
            }
        }
        CellState::Passed | CellState::Skipped(_) => {}
    }
    let saw: Vec<String> = rule.saw.iter().filter(|cell| filled(cell)).take(8).map(said).collect();
    if !saw.is_empty() {
        writeln!(text, "    saw {}", saw.join(", "))?;
    }
    Ok(())
}

fn filled(cell: &Cell) -> bool {
    cell.text.as_deref().is_some_and(|text| !text.is_empty())
}

fn said(cell: &Cell) -> String {
    let text = cell.text.as_deref().unwrap_or_default();
    let malformed = if cell.malformed {
        format!(", which is not a valid {}", cell.form)
    } else {
        String::new()
    };
    format!("{} `{}`{malformed}", shown(&cell.column), shown(text))
}

fn object(it: &Explanation, record: u64) -> Value {
    json!({
        "record": record,
        "line": it.line,
        "offset": it.offset,
        "layout": it.layout,
        "pack": it.pack,
        "outcome": it.outcome as u8,
        "held_back_by": it.held_back_by,
        "faults": it.faults.iter().map(|(code, message)| json!({ "code": code, "message": message })).collect::<Vec<_>>(),
        "rules": it.rules.iter().map(rule_object).collect::<Vec<_>>(),
        "cells": it.cells.iter().map(|(column, before, after)| json!({
            "column": column, "text": before, "repaired": after,
        })).collect::<Vec<_>>(),
        "costs": it.costs.iter().map(|cost| json!({
            "plugin": cost.plugin, "class": cost.class.as_str(), "rules": cost.rules, "fuel": cost.fuel,
        })).collect::<Vec<_>>(),
    })
}

fn rule_object(rule: &RuleVerdict) -> Value {
    let (state, detail) = match &rule.state {
        CellState::Passed => ("passed", Value::Null),
        CellState::Fired(message) => ("fired", json!(message)),
        CellState::Skipped(why) => ("skipped", json!(why)),
        CellState::Errored(why) => ("errored", json!(why)),
        CellState::Rewrote(cells) => (
            "rewrote",
            cells
                .iter()
                .map(|(column, before, after)| json!({ "column": column, "before": before, "after": after }))
                .collect(),
        ),
    };
    json!({
        "plugin": rule.plugin,
        "code": rule.code,
        "class": rule.class.as_str(),
        "level": rule.level.as_str(),
        "title": rule.title,
        "state": state,
        "detail": detail,
        "saw": rule.saw.iter().map(|cell| json!({
            "column": cell.column, "form": cell.form, "text": cell.text, "malformed": cell.malformed,
        })).collect::<Vec<_>>(),
    })
}
