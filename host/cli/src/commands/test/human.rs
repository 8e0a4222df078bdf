//! For people: what failed, where, and what to do; then one line.

use std::fmt::Write;

use assay_harness::{Fault, Group, Report};

use crate::commands::bench::took;

/// Writes the report.
pub(crate) fn text(report: &Report, colours: bool) -> String {
    let mut text = String::new();
    for test in report.failed() {
        for one in &test.faults {
            fault(&mut text, one, colours);
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
        line(&mut text, &plural(group), &format!("{count}, {}", took(nanos)));
    }
    if let Some(coverage) = &report.coverage {
        let share = percent(coverage.basis_points());
        let all = coverage.mutants.len();
        line(
            &mut text,
            "coverage",
            &format!(
                "{share}: {} of {all} changes of rules and settings would be noticed",
                coverage.noticed()
            ),
        );
        for mutant in coverage.unnoticed() {
            let place = format!("{}:{}", mutant.path.display(), mutant.line);
            writeln!(text, "              `{}` {} ({place})", mutant.rule, mutant.change)
                .expect("a String takes everything");
        }
    }
    for note in &report.notes {
        line(&mut text, "note", note);
    }
    let (word, code) = if report.faults() == 0 { ("PASSED", "32") } else { ("FAILED", "31") };
    let about = format!("{} {} · seed {}", report.plugin, report.version, report.seed);
    writeln!(text, "\n  {}  {about}", painted(colours, code, word))
        .expect("a String takes everything");
    text
}

/// Writes a fault: the line a person or an editor can follow, what shows it, what to do.
pub(crate) fn fault(text: &mut String, fault: &Fault, colours: bool) {
    let place = format!("{}:{}", fault.path.display(), fault.line);
    let head = painted(colours, "31", &format!("error[{}]", fault.code));
    let mut write = |line: String| writeln!(text, "{line}").expect("a String takes everything");
    write(format!("{head} {}", fault.message));
    write(format!("  --> {place}"));
    for line in &fault.detail {
        let colour = match line.as_bytes().first() {
            Some(b'-') => "31",
            Some(b'+') => "32",
            _ => "0",
        };
        write(format!("  | {}", painted(colours && colour != "0", colour, line)));
    }
    if let Some(help) = &fault.help {
        write(format!("  help: {help}"));
    }
    write(String::new());
}

/// Hundredths of a percent as percent.
pub(crate) fn percent(basis_points: u64) -> String {
    match (basis_points / 100, basis_points % 100) {
        (whole, 0) => format!("{whole} %"),
        (whole, rest) => format!("{whole}.{rest:02} %"),
    }
}

fn plural(group: Group) -> String {
    match group {
        Group::Coverage => group.as_str().to_owned(),
        Group::Page | Group::Case | Group::Law => format!("{}s", group.as_str()),
    }
}

fn line(text: &mut String, label: &str, rest: &str) {
    writeln!(text, "  {label:<11} {rest}").expect("a String takes everything");
}

fn painted(colours: bool, code: &str, text: &str) -> String {
    if colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
