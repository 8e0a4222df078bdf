//! `assay pack diff`: what changed from one pack to another, and what that changes for a file.

use std::fmt::Write;

use anyhow::Result;
use assay_author::{Change, PackDifference, compare};
use assay_model::RecordOutcome;
use assay_pipeline::MemoryLimit;
use assay_pipeline::probe::{Versus, VersusRequest, versus};
use serde_json::{Value, json};

use crate::args::{Format, PackArgs, PackCommand, PackDiffArgs};
use crate::buckets::{Buckets, Reading};
use crate::exit::ExitStatus;
use crate::output;
use crate::surroundings::{cache, discovery};

pub(crate) fn execute(args: &PackArgs) -> Result<ExitStatus> {
    match &args.command {
        PackCommand::Diff(args) => diff(args),
    }
}

fn diff(args: &PackDiffArgs) -> Result<ExitStatus> {
    let discovery = discovery(&args.rules)?;
    let difference = compare(&args.from, &args.to, &discovery, cache(&args.rules))?;
    let on_file = args.file.as_ref().map(|file| {
        let buckets = Buckets::new(&args.buckets, MemoryLimit::DEFAULT);
        let input = buckets.input(file, args.source.name.clone(), Reading::InPlace)?;
        let request = VersusRequest {
            input: &input,
            entry: args.source.entry.as_deref(),
            from: &args.from,
            to: &args.to,
            discovery: &discovery,
            rows: args.rows,
            cache: cache(&args.rules),
        };
        Ok::<_, anyhow::Error>(versus(&request)?)
    });
    let on_file = on_file.transpose()?;
    match args.format {
        Format::Text => output::text(&text(&difference, on_file.as_ref())?)?,
        Format::Json => output::json(&object(&difference, on_file.as_ref()))?,
    }
    Ok(ExitStatus::Success)
}

fn text(difference: &PackDifference, on_file: Option<&Versus>) -> Result<String> {
    let mut text = String::new();
    for (part, lines) in &difference.parts {
        writeln!(text, "{part}")?;
        for line in lines {
            match &line.change {
                Change::Added(now) => writeln!(text, "  + {}{}", line.what, after(now))?,
                Change::Removed(was) => writeln!(text, "  - {}{}", line.what, after(was))?,
                Change::Changed(was, now) => {
                    writeln!(
                        text,
                        "  ~ {}\n      from {}\n      to   {}",
                        line.what,
                        said(was),
                        said(now)
                    )?;
                }
            }
        }
        text.push('\n');
    }
    if difference.parts.is_empty() {
        writeln!(text, "the two packs say the same\n")?;
    }
    for notice in &difference.notices {
        writeln!(text, "note: {notice}\n")?;
    }
    let Some(found) = on_file else { return Ok(text) };
    writeln!(text, "on the file: {} of {} records differ", found.differ, found.records)?;
    for ((from, to), count) in &found.outcomes {
        writeln!(
            text,
            "  {count:>8} {}",
            if from == to {
                format!("{} by both, for other reasons", word(*from))
            } else {
                format!("{} → {}", word(*from), word(*to))
            }
        )?;
    }
    for (code, rule) in &found.rules {
        let parts = [
            (rule.only_from, "only by the first"),
            (rule.only_to, "only by the second"),
            (rule.otherwise, "by both, otherwise"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        writeln!(text, "\n  {code}  {}", parts.join(" · "))?;
        for (record, line, was, now) in &rule.examples {
            let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
            writeln!(text, "    record {record}, line {line}: {} → {}", side(was), side(now))?;
        }
    }
    Ok(text)
}

fn after(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

fn said(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

fn word(outcome: RecordOutcome) -> &'static str {
    match outcome {
        RecordOutcome::Passed => "passed",
        RecordOutcome::Repaired => "repaired",
        RecordOutcome::Warned => "warned",
        RecordOutcome::Quarantined => "held back",
    }
}

fn object(difference: &PackDifference, on_file: Option<&Versus>) -> Value {
    let line = |line: &assay_author::Line| match &line.change {
        Change::Added(now) => json!({ "what": line.what, "change": "added", "to": now }),
        Change::Removed(was) => json!({ "what": line.what, "change": "removed", "from": was }),
        Change::Changed(was, now) => {
            json!({ "what": line.what, "change": "changed", "from": was, "to": now })
        }
    };
    let parts: serde_json::Map<String, Value> = difference
        .parts
        .iter()
        .map(|(part, lines)| ((*part).to_owned(), lines.iter().map(line).collect()))
        .collect();
    json!({
        "parts": parts,
        "notices": difference.notices,
        "file": on_file.map(|found| json!({
            "records": found.records,
            "differ": found.differ,
            "outcomes": found.outcomes.iter().map(|((from, to), count)| json!({
                "from": word(*from), "to": word(*to), "records": count,
            })).collect::<Vec<_>>(),
            "rules": found.rules.iter().map(|(code, rule)| json!({
                "code": code,
                "only_from": rule.only_from,
                "only_to": rule.only_to,
                "otherwise": rule.otherwise,
                "examples": rule.examples.iter().map(|(record, line, was, now)| json!({
                    "record": record, "line": line, "from": was, "to": now,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })),
    })
}
