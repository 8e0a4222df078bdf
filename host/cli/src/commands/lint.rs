//! `assay lint`: every check that needs no data.

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use assay_author::{LintRequest, Linted, Severity, lint};
use assay_pipeline::probe::host_rules;
use serde_json::{Value, json};

use crate::args::{Format, LintArgs};
use crate::exit::ExitStatus;
use crate::output;
use crate::surroundings::{cache, discovery};

pub(crate) fn execute(args: &LintArgs) -> Result<ExitStatus> {
    let discovery = discovery(&args.rules)?;
    let host: Vec<_> = host_rules().into_iter().map(|(code, ..)| code).collect();
    let linted = lint(&LintRequest {
        target: &args.target,
        discovery: &discovery,
        host_rules: &host,
        cache: cache(&args.rules),
    })?;
    match args.format {
        Format::Text => output::text(&text(&linted)?)?,
        Format::Json => output::json(&object(&linted))?,
    }
    let refused = linted.lints.iter().any(|lint| args.strict || lint.severity == Severity::Error);
    Ok(if refused { ExitStatus::Refused } else { ExitStatus::Success })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn text(linted: &Linted) -> Result<String> {
    let mut text = String::new();
    let mut place = "";
    for lint in &linted.lints {
        if place != lint.place {
            place = &lint.place;
            writeln!(text, "{}", output::path(Path::new(place)))?;
        }
        let message = lint.message.replace('\n', "\n    ");
        writeln!(
            text,
            "  {}: {message} [{}]\n    help: {}",
            word(lint.severity),
            lint.code,
            lint.help
        )?;
    }
    let errors = linted.lints.iter().filter(|lint| lint.severity == Severity::Error).count();
    let warnings = linted.lints.len() - errors;
    if !linted.lints.is_empty() {
        text.push('\n');
    }
    let many =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    writeln!(
        text,
        "{} looked at: {}, {}",
        linted.looked_at.len(),
        many(errors, "error"),
        many(warnings, "warning")
    )?;
    Ok(text)
}

fn object(linted: &Linted) -> Value {
    json!({
        "looked_at": linted.looked_at,
        "lints": linted.lints.iter().map(|lint| json!({
            "place": lint.place,
            "severity": word(lint.severity),
            "code": lint.code,
            "message": lint.message,
            "help": lint.help,
        })).collect::<Vec<_>>(),
    })
}
