//! Annotations for GitHub Actions: each fault at its line in the change under review.

use std::fmt::Write;

use anyhow::Result;
use assay_harness::Report;
use assay_model::shown;

use crate::net::{self, Colours};

/// Writes a command for each fault, and the text for people, in which no line is taken for a command.
pub(crate) fn annotations(report: &Report) -> Result<String> {
    let mut text = String::new();
    for fault in report.failed().flat_map(|test| &test.faults) {
        let help = fault.help.iter().map(|help| format!("help: {help}"));
        let lines: Vec<String> = std::iter::once(fault.message.clone())
            .chain(fault.detail.iter().cloned())
            .chain(help)
            .map(|line| shown(line).to_string())
            .collect();
        let (file, title) =
            (property(&shown(fault.path.display()).to_string()), property(fault.code));
        let message = escaped(&lines.join("\n"));
        writeln!(text, "::error file={file},line={},title={title}::{message}", fault.line)?;
    }
    let said = super::human::text(report, false)?;
    let said = net::lines(&said, Colours::Plain);
    let token = token(&said);
    write!(text, "::stop-commands::{token}\n{said}::{token}::\n")?;
    Ok(text)
}

/// The token that turns commands on again: a word that does not occur in the text.
fn token(text: &str) -> String {
    let tokens = (1_u32..).map(|number| format!("assay-said-{number}"));
    let mut unsaid = tokens.filter(|token| !text.contains(token.as_str()));
    unsaid.next().expect("a text holds finitely many")
}

/// Escapes what would end a command's message.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what would end a command's property as well.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
