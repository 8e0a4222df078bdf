//! The workload on which costs are measured: the records of pages, repeated.

use crate::PluginFolder;
use crate::exam::Exam;
use crate::page::{Page, read_examples};
use crate::setup::Setup;
use crate::subject::Subject;
use crate::table::Table;

/// Number of records judged.
pub(super) const RECORDS: usize = 1_000;

/// Returns the pages of rules and kinds: name, whether it is a rule, and examples.
pub(super) fn pages(
    folder: &PluginFolder,
    subject: &Subject,
    base: &Setup,
) -> Vec<(String, bool, Vec<Exam>)> {
    let info = subject.component().info();
    let read = |page: Page| {
        let name = page.path.file_stem()?.to_string_lossy().into_owned();
        let rule = info.rules.iter().any(|rule| rule.name.as_str() == name);
        let known = rule || info.kinds.iter().any(|kind| kind.name == name);
        let (exams, _) = read_examples(&page, rule.then_some(&name), &info.name, base);
        known.then_some((name, rule, exams))
    };
    folder.read_pages().into_iter().filter_map(read).collect()
}

/// Returns the workloads of examples: 1,000 records for each of their setups, repeating its examples.
pub(super) fn workloads(exams: &[Exam]) -> Vec<(Setup, Table)> {
    let mut setups: Vec<&Setup> = Vec::new();
    for exam in exams {
        if !setups.contains(&&exam.setup) {
            setups.push(&exam.setup);
        }
    }
    let of = |setup: &Setup| {
        let own = exams.iter().filter(|exam| exam.setup == *setup);
        let tables: Vec<&Table> = own.map(|exam| &exam.table).collect();
        (setup.clone(), repeated(&Table::joined(&tables)))
    };
    setups.into_iter().map(of).collect()
}

/// Repeats the records of a table.
pub(super) fn repeated(table: &Table) -> Table {
    let records = table.records.iter().cycle().take(RECORDS).cloned().collect();
    Table { columns: table.columns.clone(), records }
}
