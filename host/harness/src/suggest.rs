//! Suggests an example that a page lacks: changes cells of passing examples, one at a time, until the rule fires.

use crate::exam::{Exam, Wants};
use crate::found::Found;
use crate::generate::bends;
use crate::judging::{Handing, Wanted, judge};
use crate::subject::Subject;
use crate::table::Table;

/// Returns a block, as written on a page, with a record that the page's rule hits; `None` if no change of a single cell makes it fire, as
/// with file-level rules. Small changes are tried first, because they show where the rule's limit is.
pub(crate) fn failing(subject: &Subject, exams: &[Exam]) -> Option<Vec<String>> {
    exams.iter().find_map(|exam| {
        let planned = subject.plan(&exam.setup, &exam.table.columns).ok()?;
        let judged = |table: &Table| {
            judge(subject, &planned, table, &Handing::whole(), Wanted::Messages).ok()
        };
        let bent = bent(&exam.table);
        let found = judged(&bent)?;
        let at = (0..bent.records.len()).find(|&at| found.fired_on(at, |name| is(exam, name)))?;
        let record =
            Table { columns: bent.columns.clone(), records: vec![bent.records[at].clone()] };
        // Judged alone, because a rule's verdict on a record may depend on others that were tried.
        let marked = marked(exam, &record, &judged(&record)?)?;
        let lines = marked.to_csv();
        let fence = |text: &str| std::iter::once(text.to_owned());
        Some(fence("```csv").chain(lines.lines().map(str::to_owned)).chain(fence("```")).collect())
    })
}

fn is(exam: &Exam, name: &str) -> bool {
    match &exam.wants {
        Wants::Marks { rule: Some(rule), .. } => rule == name,
        Wants::Marks { rule: None, .. } | Wants::Everything { .. } => true,
    }
}

/// Returns each record with one cell changed, in all ways.
fn bent(table: &Table) -> Table {
    let mut all = Table::of_columns(&table.columns);
    for record in &table.records {
        for at in 0..record.len() {
            // `bends` lists blanks and noise first and digit changes last; the small changes are to be tried first.
            for cell in bends(&record[at]).into_iter().rev() {
                let mut record = record.clone();
                record[at] = cell;
                all.records.push(record);
            }
        }
    }
    all
}

/// Returns the record with the column that states the expected result.
fn marked(exam: &Exam, record: &Table, found: &Found) -> Option<Table> {
    let mut marked = record.clone();
    let mut add = |name: String, cell: &str| {
        marked.columns.push(name);
        marked.records[0].push(cell.to_owned());
    };
    let repairs = found.repairs.iter().filter(|repair| is(exam, &repair.rule));
    let mut any = false;
    for repair in repairs {
        add(format!("→ {}", repair.column), &repair.after);
        any = true;
    }
    if let Some(finding) = found.findings.iter().find(|finding| is(exam, &finding.rule)) {
        add("!".to_owned(), &finding.message);
        any = true;
    }
    any.then_some(marked)
}
