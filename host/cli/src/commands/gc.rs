//! `assay gc`: remove what no manifest names and nobody needs any more.

use std::fmt::Write;
use std::time::Duration;

use anyhow::Result;
use assay_model::shown;
use assay_pipeline::MemoryLimit;
use assay_pipeline::gc::{self, Findings, Item, Retention, State};

use crate::args::{Format, GcArgs};
use crate::buckets::Buckets;
use crate::exit::ExitStatus;
use crate::number::{count, size};
use crate::output;
use crate::place::Place;

pub(crate) fn execute(args: &GcArgs) -> Result<ExitStatus> {
    if let Place::Here(root) = &args.root
        && !root.is_dir()
    {
        anyhow::bail!(
            "the folder `{}` does not exist; expected the root that runs publish to",
            shown(root.display())
        );
    }
    let store = Buckets::new(&args.buckets, MemoryLimit::DEFAULT).store(&args.root)?;
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    let retention = Retention {
        runs: args.keep_runs,
        keep: hours(u64::from(args.keep_days) * 24),
        grace: hours(u64::from(args.grace_hours)),
    };
    let act = if args.delete { gc::clean } else { gc::look };
    let findings = act(&*store, retention)?;
    match args.format {
        Format::Json => output::json(&findings)?,
        Format::Text => output::text(&text(&findings, &again(args))?)?,
    }
    Ok(ExitStatus::Success)
}

/// The same command, but carried out.
fn again(args: &GcArgs) -> String {
    let GcArgs { keep_runs, keep_days, grace_hours, .. } = args;
    format!(
        "assay gc --root {} --keep-runs {keep_runs} --keep-days {keep_days} --grace-hours {grace_hours} --delete",
        args.root
    )
}

fn text(findings: &Findings, again: &str) -> Result<String> {
    let mut text = String::new();
    let (going, staying): (Vec<&Item>, Vec<&Item>) =
        findings.attempts.iter().partition(|item| item.goes);
    list(&mut text, if findings.deleted { "removed" } else { "would be removed" }, &going)?;
    let published = |item: &&&Item| item.state == State::Published;
    let kept: Vec<&Item> = staying.iter().copied().filter(|it| !published(&it)).collect();
    list(&mut text, "stays", &kept)?;
    let named = staying.iter().filter(published).count();
    writeln!(text, "  published: {}, untouched", attempts(named))?;
    if let Some(files) = findings.half_written {
        writeln!(
            text,
            "  left half-written by dead processes and removed: {}",
            files_of(files as u64)
        )?;
    }
    for key in &findings.unknown {
        writeln!(text, "  not written by assay, left alone: {key}")?;
    }
    if !findings.deleted && !going.is_empty() {
        writeln!(text, "\n  next:       {again}")?;
    }
    Ok(text)
}

fn list(text: &mut String, title: &str, items: &[&Item]) -> Result<()> {
    if items.is_empty() {
        writeln!(text, "  {title}: nothing\n")?;
        return Ok(());
    }
    let bytes = size(items.iter().map(|item| item.bytes).sum());
    let files = files_of(items.iter().map(|item| item.files).sum());
    writeln!(text, "  {title}: {bytes} in {files} of {}", attempts(items.len()))?;
    for item in items {
        let word = match item.state {
            State::Published => "published",
            State::Replaced => "replaced",
            State::Refused => "refused",
            State::Unfinished => "unfinished",
        };
        let bytes = size(item.bytes);
        writeln!(text, "  {word:>11} {bytes:>10}  {}", item.why)?;
        let Item { partition, run_id, attempt, .. } = item;
        writeln!(text, "  {:>22}  {partition}/run={run_id}/attempt={attempt}", "")?;
    }
    text.push('\n');
    Ok(())
}

fn attempts(number: usize) -> String {
    match number {
        1 => "1 attempt".to_owned(),
        _ => format!("{} attempts", count(number as u64)),
    }
}

fn files_of(number: u64) -> String {
    match number {
        1 => "1 file".to_owned(),
        _ => format!("{} files", count(number)),
    }
}
