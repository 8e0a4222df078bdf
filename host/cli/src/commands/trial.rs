//! `assay try`: show what a plugin would do to a file.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use assay_model::{FileResult, Level, shown};
use assay_pipeline::MemoryLimit;
use assay_pipeline::probe::{RuleTrial, Trial, TrialRequest, try_plugin};
use serde_json::{Value, json};

use crate::args::{Format, TryArgs};
use crate::buckets::{Buckets, Reading};
use crate::exit::ExitStatus;
use crate::number::count;
use crate::output;
use crate::surroundings::{cache, discovery};

pub(crate) fn execute(args: &TryArgs) -> Result<ExitStatus> {
    let plugin = std::fs::read(&args.plugin).with_context(|| {
        format!(
            "cannot read the plugin `{}`\nhelp: `assay build` writes it to `target/plugins/<name>.wasm`",
            shown(args.plugin.display())
        )
    })?;
    let buckets = Buckets::new(&args.buckets, MemoryLimit::DEFAULT);
    let input = buckets.input(&args.file, args.source.name.clone(), Reading::InPlace)?;
    // A plugin can be tried without any rules; but a folder that was named must be a rules folder.
    let discovery = match discovery(&args.rules) {
        Ok(discovery) => Some(discovery),
        Err(error) if args.rules.rules.is_some() || args.pack.is_some() => return Err(error),
        Err(_) => None,
    };
    let name = args.plugin.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let trial = try_plugin(&TrialRequest {
        input: &input,
        entry: args.source.entry.as_deref(),
        name: &name,
        plugin: &plugin,
        discovery: discovery.as_ref(),
        pack: args.pack.as_deref(),
        settings: args.settings.as_deref(),
        partition: &args.partition,
        rule: args.rule.as_deref(),
        rows: args.rows,
        cache: cache(&args.rules),
    })?;
    match args.format {
        Format::Text => output::text(&text(&trial)?)?,
        Format::Json => output::json(&object(&trial))?,
    }
    Ok(ExitStatus::Success)
}

fn text(trial: &Trial) -> Result<String> {
    let mut text = String::new();
    let first = if trial.whole { "all" } else { "the first" };
    writeln!(text, "  plugin      {}", shown(&trial.plugin))?;
    match (&trial.pack, &trial.layout) {
        (Some(pack), Some(layout)) => {
            writeln!(text, "  as in       {} · layout {layout}", output::path(Path::new(pack)))?;
        }
        (None, Some(layout)) => {
            writeln!(
                text,
                "  as          its own levels and settings; no pack of layout {layout} uses it"
            )?;
        }
        _ => writeln!(text, "  as          its own levels and settings; no pack knows the file")?,
    }
    writeln!(text, "  records     {first} {}", trial.records)?;
    if trial.faulty > 0 {
        writeln!(
            text,
            "  left out    {} whose structure is broken: no plugin sees these",
            trial.faulty
        )?;
    }
    let per_thousand = trial.fuel.saturating_mul(1000) / trial.records.max(1);
    writeln!(text, "  cost        {} fuel per 1,000 records", count(per_thousand))?;
    for (record, line, reason) in trial.poison.iter().take(5) {
        writeln!(text, "\n  FAILED on record {record}, line {line}: {reason}")?;
    }
    for rule in trial.rules.iter().filter(|rule| fired(rule)) {
        section(&mut text, rule, trial)?;
    }
    let quiet: Vec<&RuleTrial> = trial.rules.iter().filter(|rule| !fired(rule)).collect();
    if !quiet.is_empty() {
        writeln!(text, "\n  never fired")?;
        for rule in quiet {
            writeln!(text, "    {:<28} {}", rule.rule.name.as_str(), silence(rule, trial))?;
        }
    }
    Ok(text)
}

fn fired(rule: &RuleTrial) -> bool {
    rule.failed + rule.errored + rule.rewritten > 0
}

fn section(text: &mut String, rule: &RuleTrial, trial: &Trial) -> Result<()> {
    let mut counts = Vec::new();
    if rule.failed > 0 {
        counts.push(format!("{} hit ({})", rule.failed, share(rule.failed, trial.records)));
    }
    if rule.rewritten > 0 {
        let word = match rule.level {
            Level::Warn => "rewritten",
            Level::Off | Level::Monitor => "would be rewritten at level `warn`",
            Level::Error | Level::Refuse => "would be rewritten, and held back instead",
        };
        counts.push(format!("{} cells {word}", rule.rewritten));
    }
    if rule.errored > 0 {
        counts.push(format!("{} errored", rule.errored));
    }
    if rule.skipped > 0 {
        counts.push(format!("{} skipped", rule.skipped));
    }
    let name = rule.rule.name.as_str();
    writeln!(text, "\n  {name}  {} · {} · {}", rule.rule.class, rule.level, counts.join(" · "))?;
    writeln!(text, "    {}", rule.rule.title)?;
    for sighting in &rule.sightings {
        write!(text, "    record {}, line {}: ", sighting.record, sighting.line)?;
        match (&sighting.after, &sighting.column) {
            (Some(after), Some(column)) => {
                writeln!(text, "`{column}` from `{}` to `{after}`", sighting.text)?;
            }
            (Some(after), None) => writeln!(text, "`{}` to `{after}`", sighting.text)?,
            (None, _) => writeln!(text, "{}", sighting.text)?,
        }
    }
    if let Some(file) = &rule.file {
        writeln!(text, "    {}", sums(file))?;
    }
    Ok(())
}

/// Says why a rule reported nothing: passing is only one of the reasons.
fn silence(rule: &RuleTrial, trial: &Trial) -> String {
    if rule.rule.host_check.is_some() {
        return "the host judges it over the whole file: `assay check`".to_owned();
    }
    if let Some(file) = &rule.file {
        return sums(file);
    }
    if !rule.absent.is_empty() && rule.skipped >= trial.records {
        return format!("skipped all: the file has no column {}", output::names(&rule.absent));
    }
    match rule.skipped {
        0 => "passed all".to_owned(),
        skipped if skipped >= trial.records => {
            "skipped all: blank, or not of the form it needs".to_owned()
        }
        skipped => format!("passed {}, skipped {skipped}", trial.records - skipped),
    }
}

/// What a rule found about the file as a whole; a rule that could not judge it has no expected value.
fn sums(file: &FileResult) -> String {
    if file.expected.is_empty() {
        return format!("found {}", file.observed);
    }
    format!("found {}, expected {}", file.observed, file.expected)
}

fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn object(trial: &Trial) -> Value {
    json!({
        "plugin": trial.plugin,
        "pack": trial.pack,
        "layout": trial.layout,
        "records": trial.records,
        "faulty": trial.faulty,
        "whole_file": trial.whole,
        "fuel": trial.fuel,
        "nanoseconds": trial.nanos,
        "poison": trial.poison.iter().map(|(record, line, reason)| json!({
            "record": record, "line": line, "reason": reason,
        })).collect::<Vec<_>>(),
        "rules": trial.rules.iter().map(|rule| json!({
            "code": rule.rule.name.as_str(),
            "class": rule.rule.class.as_str(),
            "level": rule.level.as_str(),
            "title": rule.rule.title,
            "failed": rule.failed,
            "errored": rule.errored,
            "skipped": rule.skipped,
            "rewritten": rule.rewritten,
            "absent_columns": rule.absent,
            "samples": rule.sightings.iter().map(|sighting| match &sighting.after {
                Some(after) => json!({
                    "record": sighting.record, "line": sighting.line, "column": sighting.column,
                    "before": sighting.text, "after": after,
                }),
                None => json!({
                    "record": sighting.record, "line": sighting.line, "column": sighting.column,
                    "message": sighting.text,
                }),
            }).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
