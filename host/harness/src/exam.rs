//! A table and what is expected of it: an example on a page, or a case. Expectations are compared with findings without running anything,
//! so that coverage can ask what a changed finding would have done.

use std::path::PathBuf;

use similar::{ChangeTag, TextDiff};

use crate::fault::Fault;
use crate::found::Found;
use crate::setup::Setup;
use crate::table::Table;

/// A table and what is expected of it.
#[derive(Debug, Clone)]
pub(crate) struct Exam {
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
    pub(crate) setup: Setup,
    pub(crate) table: Table,
    /// Line number of each record in the file.
    pub(crate) lines: Vec<usize>,
    pub(crate) wants: Wants,
}

/// What is expected.
#[derive(Debug, Clone)]
pub(crate) enum Wants {
    /// An expectation for each record, concerning one rule; any rule if `None`.
    Marks { rule: Option<String>, marks: Vec<Mark> },
    /// Everything found, as CSV.
    Everything { csv: String },
}

/// What is expected of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The rule finds nothing.
    Passes,
    /// The rule hits the record.
    Fails,
    /// The rule hits the record with this message.
    Says(String),
    /// The rule rewrites these columns to these cells.
    Becomes(Vec<(String, String)>),
}

impl Exam {
    /// Returns the findings that are not as expected.
    pub(crate) fn verify(&self, found: &Found) -> Vec<Fault> {
        if let Some(poison) = found.poison.first() {
            let message =
                format!("the plugin cannot judge record {}: {}", poison.record + 1, poison.reason);
            return vec![Fault::new(
                "plugin-failed",
                &self.path,
                self.line_of(poison.record),
                message,
            )];
        }
        match &self.wants {
            Wants::Marks { rule, marks } => self.verify_marks(found, rule.as_deref(), marks),
            Wants::Everything { csv } => self.verify_everything(found, csv),
        }
    }

    fn line_of(&self, record: usize) -> usize {
        self.lines.get(record).copied().unwrap_or(self.line)
    }

    fn verify_marks(&self, found: &Found, rule: Option<&str>, marks: &[Mark]) -> Vec<Fault> {
        let about = |name: &str| rule.is_none_or(|rule| rule == name);
        if let Some(file) = found.file.iter().find(|file| about(&file.rule)) {
            let expected = if marks.contains(&Mark::Fails) { "failed" } else { "passed" };
            // A file that is too small to be judged does not fail.
            let passes = expected == "passed" && file.outcome == "skipped";
            if file.outcome == expected || passes {
                return Vec::new();
            }
            let message = format!(
                "`{}` {} the file (found {}, expected {}); the example says it {expected}",
                file.rule, file.outcome, file.observed, file.expected
            );
            return vec![Fault::new("example-differs", &self.path, self.line, message)];
        }
        let mut faults = Vec::new();
        for (record, mark) in marks.iter().enumerate() {
            let hits: Vec<_> = found
                .findings
                .iter()
                .filter(|finding| finding.record == record && about(&finding.rule))
                .collect();
            let repairs: Vec<_> = found
                .repairs
                .iter()
                .filter(|repair| repair.record == record && about(&repair.rule))
                .collect();
            // An example of a kind of rule concerns the rule that its settings create.
            let kind = self.path.file_stem().unwrap_or_default().to_string_lossy();
            let rule = rule.unwrap_or(&kind);
            let shown = self.shown(record);
            let message = match mark {
                Mark::Passes => match (hits.first(), repairs.first()) {
                    (Some(hit), _) => format!(
                        "{shown} fails `{}` ({}), expected it to pass",
                        hit.rule, hit.message
                    ),
                    (None, Some(repair)) => {
                        let (before, after) = (&repair.before, &repair.after);
                        format!(
                            "{shown}: `{}` makes `{before}` to `{after}`, expected it to stay",
                            repair.rule
                        )
                    }
                    (None, None) => continue,
                },
                Mark::Fails => {
                    if !hits.is_empty() {
                        continue;
                    }
                    format!("{shown} passes, expected `{rule}` to fail it")
                }
                Mark::Says(message) => {
                    if hits.iter().any(|hit| hit.message == *message) {
                        continue;
                    }
                    match hits.first() {
                        None => format!("{shown} passes, expected `{rule}` to say `{message}`"),
                        Some(hit) => format!(
                            "{shown}: found the message `{}`, expected `{message}`",
                            hit.message
                        ),
                    }
                }
                Mark::Becomes(cells) => {
                    let wrong = cells.iter().find(|(column, cell)| {
                        let at = found.after.position(column).unwrap_or_default();
                        found.after.records[record][at] != *cell
                    });
                    match wrong {
                        None if repairs.is_empty() => {
                            format!("{shown} is as expected, but not by `{rule}`")
                        }
                        None => continue,
                        Some((column, cell)) => {
                            let at = found.after.position(column).unwrap_or_default();
                            let is = &found.after.records[record][at];
                            format!("{shown}: `{column}` becomes `{is}`, expected `{cell}`")
                        }
                    }
                }
            };
            faults.push(Fault::new("example-differs", &self.path, self.line_of(record), message));
        }
        if faults.is_empty() && marks.iter().all(|mark| *mark == Mark::Passes) {
            faults.extend(self.vacuous(found, rule));
        }
        faults
    }

    /// Reports an example in which the rule judges no record, which demonstrates nothing.
    fn vacuous(&self, found: &Found, rule: Option<&str>) -> Option<Fault> {
        let skipped = *found.skipped.get(rule?)?;
        let records = self.table.records.len();
        (skipped >= records as u64).then(|| {
            let message = format!("`{}` skips every record, so the example shows nothing", rule.unwrap_or_default());
            let fault = Fault::new("example-vacuous", &self.path, self.line, message);
            fault.help("a rule skips a record where a cell it needs is blank, malformed or absent: fill in the columns it reads")
        })
    }

    fn verify_everything(&self, found: &Found, expected: &str) -> Vec<Fault> {
        let csv = found.to_csv();
        if csv == expected {
            return Vec::new();
        }
        let diff = TextDiff::from_lines(expected, &csv);
        let lines: Vec<String> = diff
            .iter_all_changes()
            .filter(|change| change.tag() != ChangeTag::Equal)
            .map(|change| {
                let sign =
                    if change.tag() == ChangeTag::Delete { "- expected" } else { "+ found   " };
                format!("{sign} {}", change.value().trim_end_matches('\n'))
            })
            .collect();
        let message =
            format!("{} lines differ between what is expected and what is found", lines.len());
        let fault = Fault::new("case-differs", &self.path.join("expected.csv"), 1, message);
        vec![fault.with(lines).help("if the findings are right, `assay test --bless` records them")]
    }

    /// Formats a record to fit on one line.
    fn shown(&self, record: usize) -> String {
        let cells = self.table.records.get(record).map(|cells| cells.join(","));
        format!(
            "record {} `{}`",
            record + 1,
            assay_pipeline::excerpt(cells.unwrap_or_default().as_bytes())
        )
    }
}
