//! Report for people: what failed, where, and what to do; then one summary line.

use std::fmt::{self, Write};
use std::time::Duration;

use anyhow::Result;
use assay_harness::{Group, Report};
use assay_model::shown;

use crate::fault;
use crate::output::painted;
use crate::percent;

/// Writes the report.
pub(crate) fn text(report: &Report, colours: bool) -> Result<String> {
    let mut text = String::new();
    for test in report.failed() {
        for one in &test.faults {
            text.push_str(&fault::text(one, colours));
        }
    }
    for group in [Group::Page, Group::Case, Group::Law, Group::Coverage] {
        let tests: Vec<_> = report.tests.iter().filter(|test| test.group == group).collect();
        if tests.is_empty() {
            continue;
        }
        let failed = tests.iter().filter(|test| !test.faults.is_empty()).count();
        let nanos = tests.iter().map(|test| test.nanos).sum();
        let count = if failed == 0 {
            format!("{} passed", tests.len())
        } else {
            format!("{failed} of {} FAILED", tests.len())
        };
        line(&mut text, &plural(group), &format!("{count}, {}", took(nanos)))?;
    }
    if let Some(coverage) = &report.coverage {
        let share = percent::shown(coverage.basis_points());
        let all = coverage.mutants.len();
        line(
            &mut text,
            "coverage",
            &format!(
                "{share}: {} of {all} changes of rules and settings would be noticed",
                coverage.noticed()
            ),
        )?;
        for mutant in coverage.unnoticed() {
            let place = format!("{}:{}", shown(mutant.path.display()), mutant.line);
            writeln!(
                text,
                "              `{}` {} ({place})",
                shown(&mutant.rule),
                shown(&mutant.change)
            )?;
        }
    }
    for note in &report.notes {
        line(&mut text, "note", note)?;
    }
    let (word, code) = if report.faults() == 0 { ("PASSED", "32") } else { ("FAILED", "31") };
    let about = format!("{} {} · seed {}", report.plugin, report.version, report.seed);
    writeln!(text, "\n  {}  {about}", painted(colours, code, word))?;
    Ok(text)
}

fn plural(group: Group) -> String {
    match group {
        Group::Coverage => group.as_str().to_owned(),
        Group::Page | Group::Case | Group::Law => format!("{}s", group.as_str()),
    }
}

fn line(text: &mut String, label: &str, rest: &str) -> fmt::Result {
    writeln!(text, "  {label:<11} {rest}")
}

/// A duration for people.
fn took(nanos: u64) -> String {
    let time = Duration::from_nanos(nanos);
    if time.as_secs() > 0 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} ms", time.as_millis())
    }
}
