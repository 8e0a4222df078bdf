//! Whether pages and cases would detect a change of the plugin: rules that never fire or always fire, changed settings, columns that a rule
//! no longer reads. Nothing is compiled for this: findings and settings are changed.

mod columns;
mod mutant;
mod settings;

use std::path::PathBuf;

use assay_model::RuleClass;

pub use mutant::{Coverage, Mutant};

use crate::exam::{Exam, Wants};
use crate::found::{Finding, Found, Repair};
use crate::subject::Subject;

/// Tries all changes. `exams` are those that pass, with what was found.
pub(crate) fn measure(subject: &Subject, exams: &[(Exam, Found)]) -> Coverage {
    let info = subject.component().info();
    let mut coverage = Coverage::default();
    for rule in &info.rules {
        let about = About {
            name: rule.name.as_str(),
            class: rule.class,
            exams: exams.iter().collect(),
            any: false,
        };
        about.firing(&mut coverage);
    }
    for kind in &info.kinds {
        let of_kind = |(exam, _): &&(Exam, Found)| {
            exam.path.file_stem().is_some_and(|stem| *stem == *kind.name)
        };
        let exams = exams.iter().filter(of_kind).collect();
        let about = About { name: &kind.name, class: RuleClass::Validate, exams, any: true };
        about.firing(&mut coverage);
    }
    settings::measure(subject, exams, &mut coverage);
    columns::measure(subject, exams, &mut coverage);
    coverage.mutants.sort_by(|a, b| a.rule.cmp(&b.rule));
    coverage
}

/// A rule and the exams that could detect a change of it.
struct About<'a> {
    name: &'a str,
    class: RuleClass,
    exams: Vec<&'a (Exam, Found)>,
    /// Whether all rules of the exams are meant, because they are of one kind.
    any: bool,
}

impl About<'_> {
    fn is(&self, rule: &str) -> bool {
        self.any || rule == self.name
    }

    fn firing(&self, coverage: &mut Coverage) {
        let (path, line) = self.place();
        let mut add = |change: &str, noticed, help: &str| {
            coverage.mutants.push(Mutant {
                rule: self.name.to_owned(),
                change: change.to_owned(),
                noticed,
                path: path.clone(),
                line,
                help: help.to_owned(),
            });
        };
        let notices = |change: &dyn Fn(&Exam, &Found) -> Found| {
            self.exams.iter().any(|(exam, found)| {
                let changed = change(exam, found);
                changed != *found && !exam.verify(&changed).is_empty()
            })
        };
        add(
            "never fires",
            notices(&|_, found| self.silenced(found)),
            "add a record that it must hit",
        );
        add(
            "always fires",
            notices(&|exam, found| self.overeager(exam, found)),
            "add a record that must pass",
        );
    }

    /// Returns the location of the rule's page, or else the path where it belongs.
    fn place(&self) -> (PathBuf, usize) {
        let own = self.exams.iter().find(|(exam, _)| match &exam.wants {
            Wants::Marks { rule, .. } => self.any || rule.as_deref() == Some(self.name),
            Wants::Everything { .. } => false,
        });
        own.map_or_else(
            || (PathBuf::from(format!("rules/{}.md", self.name)), 1),
            |(exam, _)| (exam.path.clone(), exam.line),
        )
    }

    /// Returns what would have been found without the rule.
    fn silenced(&self, found: &Found) -> Found {
        let mut found = found.clone();
        found.findings.retain(|finding| !self.is(&finding.rule));
        for repair in found.repairs.iter().rev().filter(|repair| self.is(&repair.rule)) {
            if let Some(at) = found.after.position(&repair.column) {
                found.after.records[repair.record][at].clone_from(&repair.before);
            }
        }
        found.repairs.retain(|repair| !self.is(&repair.rule));
        for file in found.file.iter_mut().filter(|file| self.is(&file.rule)) {
            file.outcome = "passed";
        }
        found
    }

    /// Returns what would have been found if the rule hit everything.
    fn overeager(&self, exam: &Exam, found: &Found) -> Found {
        let mut found = found.clone();
        if let Some(file) = found.file.iter_mut().find(|file| self.is(&file.rule)) {
            file.outcome = "failed";
            return found;
        }
        for record in 0..exam.table.records.len() {
            let rule = self.name.to_owned();
            if found.fired_on(record, |name| self.is(name)) {
                continue;
            }
            if self.class == RuleClass::Normalise {
                let column = exam.table.columns.first().cloned().unwrap_or_default();
                let (before, after) = (String::new(), "x".to_owned());
                found.repairs.push(Repair { record, column, rule, before, after });
            } else {
                let (column, message) = (String::new(), String::new());
                found.findings.push(Finding {
                    record,
                    rule,
                    column,
                    errored: false,
                    disposition: "",
                    message,
                });
            }
        }
        found
    }
}
