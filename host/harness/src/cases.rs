//! Cases: folders with an input, settings, and everything found in the input; written by the harness, read by people.

use std::fs;
use std::path::Path;

use assay_model::shown;
use assay_packs::Catalogue;

use crate::exam::{Exam, Wants};
use crate::fault::Fault;
use crate::setup::Setup;
use crate::subject::{Planned, Subject};
use crate::table::Table;

/// The files of a case.
const FILES: [&str; 3] = ["input.csv", "settings.toml", "expected.csv"];

/// Reads a case. The expected findings are empty if none were written yet.
pub(crate) fn read(folder: &Path, plugin: &str, base: &Setup) -> Result<Exam, Vec<Fault>> {
    let mut faults = strangers(folder);
    let [input, settings, expected] = FILES.map(|name| folder.join(name));
    let mut setup = base.clone();
    if let Ok(text) = fs::read_to_string(&settings) {
        match Setup::read(&text, plugin, base) {
            Ok(read) => setup = read,
            Err(fault) => {
                faults.push(Fault::new("case-settings", &settings, fault.line, fault.message));
            }
        }
    }
    let read = if let Ok(bytes) = fs::read(&input) {
        Table::read(&bytes)
            .map_err(|fault| {
                faults.push(Fault::new("case-input", &input, fault.line, fault.message));
            })
            .ok()
    } else {
        let message = "the case has no `input.csv`, so there is nothing to judge";
        let fault = Fault::new("case-without-input", &input, 1, message);
        faults.push(fault.help("write one, or remove the folder"));
        None
    };
    let (Some(read), true) = (read, faults.is_empty()) else { return Err(faults) };
    Ok(Exam {
        path: folder.to_owned(),
        line: 1,
        setup,
        table: read.table,
        lines: read.lines,
        wants: Wants::Everything { csv: fs::read_to_string(&expected).unwrap_or_default() },
    })
}

fn strangers(folder: &Path) -> Vec<Fault> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let stranger = |name: &String| {
        let message = format!("`{name}` is not a file that a case can have");
        let fault = Fault::new("case-file-unknown", &folder.join(name), 1, message);
        fault.help(format!("a case has `{}`", FILES.join("`, `")))
    };
    names.iter().filter(|name| !FILES.contains(&name.as_str())).map(stranger).collect()
}

/// Finds what no longer fits the plugin: columns that no rule reads, rules that no longer exist.
pub(crate) fn stale(
    exam: &Exam,
    subject: &Subject,
    planned: &Planned,
    catalogue: Option<&Catalogue>,
) -> Vec<Fault> {
    let input = exam.path.join("input.csv");
    let mut faults = Vec::new();
    // The columns of a real file are those of its layout, and were checked against it.
    if exam.setup.layout.is_none() || catalogue.is_none() {
        let columns = requested(planned);
        for name in exam.table.columns.iter().filter(|name| !columns.contains(name)) {
            let message = format!("no rule of `{}` reads the column `{name}`", subject.name());
            let fault = Fault::new("case-column-unknown", &input, 1, message);
            faults.push(fault.help(nearest(name, &columns)));
        }
    }
    let Wants::Everything { csv } = &exam.wants else { return faults };
    let expected = exam.path.join("expected.csv");
    let Ok(read) = Table::read(csv.as_bytes()) else { return faults };
    let Some(at) = read.table.position("rule") else { return faults };
    let known = |name: &str| {
        planned.stages.iter().flat_map(|stage| &stage.rules).any(|rule| rule.name.as_str() == name)
    };
    for (record, line) in read.table.records.iter().zip(&read.lines) {
        if !known(&record[at]) {
            let message = format!("the plugin has no rule `{}` in this run", record[at]);
            let fault = Fault::new("case-rule-unknown", &expected, *line, message);
            faults.push(fault.help("`assay test --bless` rewrites the file"));
        }
    }
    faults
}

/// Returns the columns that any stage requests.
fn requested(planned: &Planned) -> Vec<String> {
    let requests = planned.stages.iter().flat_map(|stage| &stage.columns);
    let mut names: Vec<String> = requests.map(|request| request.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Gives the columns of a real file their canonical names, by the layout that the case names. The table must have exactly the layout's
/// columns, as in a run.
pub(crate) fn with_layout(mut exam: Exam, catalogue: Option<&Catalogue>) -> Result<Exam, Fault> {
    let (Some(name), Some(catalogue)) = (exam.setup.layout.as_deref(), catalogue) else {
        return Ok(exam);
    };
    let layouts: Vec<_> = catalogue.datasets().flat_map(|dataset| dataset.layouts()).collect();
    let Some(layout) = layouts.iter().find(|layout| layout.name() == name) else {
        let names: Vec<String> = layouts.iter().map(|layout| layout.name().to_owned()).collect();
        let message = format!(
            "no dataset under `{}` has a layout `{name}`",
            shown(catalogue.root().display())
        );
        let fault = Fault::new("case-layout-unknown", &exam.path.join("settings.toml"), 1, message);
        return Err(fault.help(nearest(name, &names)));
    };
    let (found, expected) = (&exam.table.columns, layout.header());
    if found != expected {
        let longest = found.len().max(expected.len());
        let differs =
            (0..longest).find(|&at| found.get(at) != expected.get(at)).unwrap_or_default();
        let shown = |names: &[String]| {
            names.get(differs).map_or("nothing".to_owned(), |name| format!("`{name}`"))
        };
        let message = format!(
            "column {} is {}, the layout `{name}` has {} there",
            differs + 1,
            shown(found),
            shown(expected)
        );
        let fault = Fault::new("case-column-unknown", &exam.path.join("input.csv"), 1, message);
        return Err(fault.help("take the header of a real file, or leave `layout` out and keep only columns that rules read"));
    }
    exam.table.columns = layout.columns().to_vec();
    Ok(exam)
}

fn nearest(name: &str, columns: &[String]) -> String {
    let like = |column: &&String| similar::TextDiff::from_chars(name, column.as_str()).ratio();
    let best = columns.iter().max_by(|a, b| like(a).total_cmp(&like(b)));
    match best.filter(|column| like(column) > 0.6) {
        Some(column) => format!("is it `{column}`? A case of a real file names its layout: `layout = \"…\"` in `settings.toml`"),
        None => "remove the column; a case of a real file names its layout instead: `layout = \"…\"` in `settings.toml`".to_owned(),
    }
}
