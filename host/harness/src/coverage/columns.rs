//! Detects columns that a rule no longer reads: cells of the examples are changed, and some change must affect the rule's verdict.

use super::mutant::{Coverage, Mutant};
use crate::exam::{Exam, Wants};
use crate::found::Found;
use crate::generate::bends;
use crate::judging::{Handing, Wanted, judge};
use crate::subject::Subject;
use crate::table::Table;

pub(super) fn measure(subject: &Subject, exams: &[(Exam, Found)], coverage: &mut Coverage) {
    for rule in &subject.component().info().rules {
        let name = rule.name.as_str();
        let about = |exam: &&Exam| matches!(&exam.wants, Wants::Marks { rule, .. } if rule.as_deref() == Some(name));
        let own: Vec<&Exam> = exams.iter().map(|(exam, _)| exam).filter(about).collect();
        let mut columns: Vec<String> = Vec::new();
        for exam in &own {
            for column in read_columns(subject, exam, name) {
                if exam.table.position(&column).is_some() && !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
        // A file-level rule is affected by many records, not by one.
        if exams.iter().any(|(_, found)| found.file.iter().any(|file| file.rule == name)) {
            continue;
        }
        for column in columns {
            let noticed = own.iter().any(|exam| matters(subject, exam, name, &column));
            let (path, line) =
                own.first().map(|exam| (exam.path.clone(), exam.line)).unwrap_or_default();
            coverage.mutants.push(Mutant {
                rule: name.to_owned(),
                change: format!("does not read `{column}`"),
                noticed,
                path,
                line,
                help: format!(
                    "add two records that differ in `{column}` only, of which one passes"
                ),
            });
        }
    }
}

fn read_columns(subject: &Subject, exam: &Exam, name: &str) -> Vec<String> {
    let Ok(planned) = subject.plan(&exam.setup, &exam.table.columns) else { return Vec::new() };
    let mut columns = Vec::new();
    for stage in &planned.stages {
        let rules = stage.rules.iter().filter(|rule| rule.name.as_str() == name);
        let names =
            rules.flat_map(|rule| &rule.columns).map(|&at| &stage.columns[usize::from(at)].name);
        columns.extend(names.cloned());
    }
    columns
}

/// Whether any change of a cell in the column, or another record's cell in its place, changes whether the rule fires on the record.
fn matters(subject: &Subject, exam: &Exam, rule: &str, column: &str) -> bool {
    let (Some(at), Ok(planned)) =
        (exam.table.position(column), subject.plan(&exam.setup, &exam.table.columns))
    else {
        return false;
    };
    let judged =
        |table: &Table| judge(subject, &planned, table, &Handing::whole(), Wanted::Facts).ok();
    let Some(base) = judged(&exam.table) else { return false };
    let mut bent = Table::of_columns(&exam.table.columns);
    let mut origins = Vec::new();
    let others: Vec<&String> = exam.table.records.iter().map(|record| &record[at]).collect();
    for (origin, record) in exam.table.records.iter().enumerate() {
        let cells = bends(&record[at]).into_iter().chain(others.iter().map(|&cell| cell.clone()));
        for cell in cells {
            let mut record = record.clone();
            record[at] = cell;
            bent.records.push(record);
            origins.push(origin);
        }
    }
    let Some(found) = judged(&bent) else { return true };
    origins.iter().enumerate().any(|(row, &origin)| {
        found.fired_on(row, |name| name == rule) != base.fired_on(origin, |name| name == rule)
    })
}
