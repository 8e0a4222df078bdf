//! `assay bench`: the cost of rules.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use assay_harness::{CostReport, CostRequest, Metering, RuleCost, Verdict, bench};
use assay_model::shown;
use serde_json::{Value, json};

use crate::args::{BenchArgs, Format};
use crate::commands::plugin;
use crate::exit::ExitStatus;
use crate::number::count;
use crate::{fault, output};

pub(crate) fn execute(args: &BenchArgs) -> Result<ExitStatus> {
    let found = plugin::find(&args.plugin)?;
    found
        .warnings()
        .iter()
        .for_each(|warning| crate::complaint::complain(&format!("warning: {warning}")));
    let subject = found.subject(Metering::Fuel)?;
    let request = CostRequest {
        folder: &found.folder,
        subject: &subject,
        baseline: args.baseline.as_deref().map_or_else(|| found.folder.costs(), PathBuf::from),
        baseline_needed: args.baseline.is_some(),
        fail_above_permille: args.fail_above / 10,
        bless: args.bless,
    };
    let report = bench(&request)?;
    match args.format {
        Format::Text => output::text(&text(&report)?)?,
        Format::Json => output::json(&object(&report))?,
    }
    if let Some(path) = &args.flame {
        flame(path, &assay_harness::folded(&found.folder, &found.subject(Metering::Steps)?)?)?;
    }
    Ok(if report.faults.is_empty() { ExitStatus::Success } else { ExitStatus::Refused })
}

/// Draws a flame graph if the file's extension asks for one, otherwise writes the stacks.
fn flame(path: &Path, folded: &str) -> Result<()> {
    if path.extension().is_some_and(|extension| extension == "svg") {
        return draw(path, folded);
    }
    std::fs::write(path, folded)
        .with_context(|| format!("cannot write `{}`", shown(path.display())))
}

#[cfg(feature = "flame")]
fn draw(path: &Path, folded: &str) -> Result<()> {
    use std::io::Write as _;

    let cannot = || format!("cannot write `{}`", shown(path.display()));
    let mut options = inferno::flamegraph::Options::default();
    "steps of 1,000 records, by rule".clone_into(&mut options.title);
    "steps".clone_into(&mut options.count_name);
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).with_context(cannot)?);
    inferno::flamegraph::from_lines(&mut options, folded.lines(), &mut file)?;
    file.flush().with_context(cannot)
}

#[cfg(not(feature = "flame"))]
fn draw(_: &Path, _: &str) -> Result<()> {
    anyhow::bail!(crate::features::lacks("drawing a flame graph", "flame"))
}

fn text(report: &CostReport) -> Result<String> {
    let mut text = format!(
        "  {:<28} {:>12}  {:>10}  {:>9}  {}\n",
        "rule", "fuel/1,000", "committed", "ns/record", ""
    );
    for cost in &report.rules {
        let committed = cost.baseline.map_or_else(|| "-".to_owned(), count);
        let line = format!(
            "  {:<28} {:>12}  {committed:>10}  {:>9.1}  {}",
            cost.rule,
            count(cost.fuel),
            cost.nanos,
            change(cost)
        );
        writeln!(text, "{}", line.trim_end())?;
    }
    let mib = report.memory_peak >> 10;
    writeln!(
        text,
        "\n  memory      at most {mib} KiB an instance\n  fuel        the same on every machine; a rule is measured on the records of its page\n  ns/record   \
         of this machine at this moment, copies in and out included"
    )?;
    for note in &report.notes {
        writeln!(text, "  note        {note}")?;
    }
    if !report.faults.is_empty() {
        text.push('\n');
    }
    text.extend(report.faults.iter().map(|each| fault::text(each, output::colours())));
    Ok(text)
}

fn change(cost: &RuleCost) -> String {
    let Some(before) = cost.baseline.filter(|&before| before != cost.fuel) else {
        return String::new();
    };
    #[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
    let percent = (cost.fuel as f64 / before.max(1) as f64 - 1.0) * 100.0;
    let word = match cost.verdict {
        Verdict::Dearer => " COSTS MORE",
        Verdict::Cheaper => " cheaper: `--bless` keeps it so",
        Verdict::Same | Verdict::Unknown => "",
    };
    format!("{percent:+.1} %{word}")
}

fn object(report: &CostReport) -> Value {
    json!({
        "plugin": report.plugin,
        "memory_peak_bytes": report.memory_peak,
        "rules": report.rules.iter().map(|cost| json!({
            "rule": cost.rule,
            "fuel_per_1000_records": cost.fuel,
            "committed": cost.baseline,
            "ns_per_record": cost.nanos,
        })).collect::<Vec<_>>(),
        "faults": report.faults.iter().map(fault::object).collect::<Vec<_>>(),
        "notes": report.notes,
    })
}
