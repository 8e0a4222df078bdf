//! Reads the examples of a page as tables with expectations.

use super::written::{Page, Section};
use crate::exam::{Exam, Mark, Wants};
use crate::fault::Fault;
use crate::setup::Setup;
use crate::table::Table;

/// Name of the column that marks failing records and states the messages.
const FAILS: &str = "!";
/// Prefix of the name of a column with another column's cells after the repair; alone, it refers to the only rewritten column.
const AFTER: &str = "→";

/// The sections with examples, and what is expected of these.
const SECTIONS: [(&str, Expects); 3] =
    [("Passes", Expects::Passes), ("Fails", Expects::Fails), ("Repairs", Expects::Repairs)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    Passes,
    Fails,
    Repairs,
}

/// Returns the examples of a page, and faults in the way they are written. A `toml` block is a piece of a pack for the examples that
/// follow, up to the next such block. `rule` is the rule they concern; if `None`, all rules of their settings.
pub(crate) fn read_examples(
    page: &Page,
    rule: Option<&str>,
    plugin: &str,
    base: &Setup,
) -> (Vec<Exam>, Vec<Fault>) {
    let mut exams = Vec::new();
    let mut faults = Vec::new();
    // `None` after a `toml` block that could not be read: what follows was meant for other settings.
    let mut setup = Some(base.clone());
    for section in &page.sections {
        for block in &section.blocks {
            let language = block.info.split_whitespace().next().unwrap_or_default();
            match language {
                "toml" => match Setup::read(&block.text, plugin, base) {
                    Ok(read) => setup = Some(read),
                    Err(fault) => {
                        setup = None;
                        let line = block.line + fault.line - 1;
                        faults.push(Fault::new(
                            "example-settings",
                            &page.path,
                            line,
                            fault.message,
                        ));
                    }
                },
                "csv" => {
                    let Some(setup) = &setup else { continue };
                    match example(page, section, &block.text, block.line) {
                        Ok((table, lines, marks)) => exams.push(Exam {
                            path: page.path.clone(),
                            line: block.line,
                            setup: setup.clone(),
                            table,
                            lines,
                            wants: Wants::Marks { rule: rule.map(str::to_owned), marks },
                        }),
                        Err(fault) => faults.push(fault),
                    }
                }
                _ => {}
            }
        }
    }
    (exams, faults)
}

type Marked = (Table, Vec<usize>, Vec<Mark>);

fn example(page: &Page, section: &Section, csv: &str, first: usize) -> Result<Marked, Fault> {
    let at = |line: usize, message: String| {
        Fault::new("example-table", &page.path, first + line - 1, message)
    };
    let Some(&(_, expects)) = SECTIONS.iter().find(|(title, _)| *title == section.title) else {
        let message = format!("an example under `{}` is not a test", section.title);
        return Err(at(1, message).help(
            "put it under `Passes`, `Fails` or `Repairs`; show other CSV as a `text` block",
        ));
    };
    let read = Table::read(csv.as_bytes()).map_err(|fault| at(fault.line, fault.message))?;
    if read.table.records.is_empty() {
        return Err(at(1, "an example without records tests nothing".to_owned()));
    }
    let special = |name: &str| name == FAILS || name.starts_with(AFTER);
    let table = read.table.without(special);
    let marks = match expects {
        Expects::Passes => {
            if let Some(name) = read.table.columns.iter().find(|name| special(name)) {
                let message = format!(
                    "the column `{name}` has no meaning under `Passes`, where every record passes"
                );
                return Err(at(1, message));
            }
            vec![Mark::Passes; table.records.len()]
        }
        Expects::Fails => fails(&read.table),
        Expects::Repairs => repairs(&read.table, &table).map_err(|message| at(1, message))?,
    };
    if expects != Expects::Passes && marks.iter().all(|mark| *mark == Mark::Passes) {
        let message = format!(
            "no record of the example is marked, so nothing under `{}` is shown",
            section.title
        );
        return Err(at(1, message));
    }
    let lines = read.lines.iter().map(|line| first + line - 1).collect();
    Ok((table, lines, marks))
}

/// Returns the marks of records that must fail: all, if there is no column of marks.
fn fails(table: &Table) -> Vec<Mark> {
    let Some(at) = table.position(FAILS) else { return vec![Mark::Fails; table.records.len()] };
    let mark = |record: &Vec<String>| match record[at].as_str() {
        "" => Mark::Passes,
        "x" => Mark::Fails,
        message => Mark::Says(message.to_owned()),
    };
    table.records.iter().map(mark).collect()
}

fn repairs(marked: &Table, table: &Table) -> Result<Vec<Mark>, String> {
    let mut after = Vec::new();
    for (at, name) in marked.columns.iter().enumerate() {
        let Some(of) = name.strip_prefix(AFTER) else { continue };
        let of = match (of.trim(), &table.columns[..]) {
            ("", [first, ..]) => first.as_str(),
            (of, _) => of,
        };
        if table.position(of).is_none() {
            return Err(format!("the column `{name}` is of no column of the example"));
        }
        after.push((of.to_owned(), at));
    }
    if after.is_empty() {
        return Err(format!(
            "an example of repairs needs a column `{AFTER}` with the cell after; `{AFTER} Name` where the repaired column is not the first"
        ));
    }
    let mark = |record: &Vec<String>| {
        let cells: Vec<(String, String)> =
            after.iter().map(|(of, at)| (of.clone(), record[*at].clone())).collect();
        let differs = cells
            .iter()
            .any(|(of, cell)| marked.position(of).is_some_and(|before| record[before] != *cell));
        if differs { Mark::Becomes(cells) } else { Mark::Passes }
    };
    Ok(marked.records.iter().map(mark).collect())
}

/// Reports missing examples and settings that no example uses.
pub(crate) fn example_faults(page: &Page, exams: &[Exam], normalises: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    let bad = if normalises { "Repairs" } else { "Fails" };
    for title in ["Passes", bad] {
        let Some(section) = page.section(title) else { continue };
        if !section.blocks.iter().any(|block| block.info.starts_with("csv")) {
            let code = if title == "Passes" { "no-passing-example" } else { "no-failing-example" };
            let message = format!("there is no example under `{title}`");
            let fault = Fault::new(code, &page.path, section.line, message);
            faults.push(fault.help("add a block ```csv … ``` with a header and records"));
        }
    }
    if exams.is_empty() {
        return faults;
    }
    let used = |name: &str| exams.iter().any(|exam| mentions(&exam.setup.settings, name));
    for (name, line) in page.section("Settings").map_or(&[][..], |section| &section.items) {
        if !used(name) {
            let message = format!("no example uses the setting `{name}`");
            let fault = Fault::new("setting-untested", &page.path, *line, message);
            faults.push(fault.help(
                "add a ```toml block that sets it before an example that shows what it changes",
            ));
        }
    }
    faults
}

fn mentions(settings: &serde_json::Map<String, serde_json::Value>, name: &str) -> bool {
    fn within(value: &serde_json::Value, name: &str) -> bool {
        match value {
            serde_json::Value::Object(map) => mentions(map, name),
            serde_json::Value::Array(items) => items.iter().any(|item| within(item, name)),
            _ => false,
        }
    }
    settings.iter().any(|(key, value)| key == name || within(value, name))
}
