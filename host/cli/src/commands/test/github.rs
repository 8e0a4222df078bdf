//! Annotations of GitHub Actions: each fault at its line in the change that is reviewed.

use std::fmt::Write;

use anyhow::Result;
use assay_harness::Report;

/// Writes a command for each fault, and what people read in the log.
pub(crate) fn annotations(report: &Report) -> Result<String> {
    let mut text = String::new();
    for fault in report.failed().flat_map(|test| &test.faults) {
        let help = fault.help.iter().map(|help| format!("help: {help}"));
        let lines: Vec<String> = std::iter::once(fault.message.clone())
            .chain(fault.detail.iter().cloned())
            .chain(help)
            .collect();
        let (file, title) = (property(&fault.path.display().to_string()), property(fault.code));
        let message = escaped(&lines.join("\n"));
        writeln!(text, "::error file={file},line={},title={title}::{message}", fault.line)?;
    }
    text.push_str(&super::human::text(report, false)?);
    Ok(text)
}

/// What would end a command's message.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What would end a command's property too.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
