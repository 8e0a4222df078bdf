//! The table, for terminals and for pages.

use super::report::{Report, Row};

const HEAD: [&str; 10] = [
    "engine",
    "CPU s",
    "wall s",
    "MB/s per core",
    "times Assay",
    "peak MB",
    "columns",
    "good MB",
    "rounds",
    "",
];

/// Aligned, for terminals.
pub(super) fn text(report: &Report) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(report.rows.iter().map(|row| cells(report, row)));
    let width = |at: usize| {
        rows.iter().map(|row| plain(&row[at]).chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let mut lines: Vec<String> = rows.iter().map(|row| aligned(row, &widths)).collect();
    if let Some(found) = report.ours().and_then(Row::found) {
        let verdict = if report.disagreements.is_empty() { "all agree" } else { "NOT all agree" };
        let rules: Vec<String> =
            found.rules.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
        lines.push(format!(
            "\n{verdict}: {} records of {:.0} MB, {} bad: {}\n",
            found.good + u64::try_from(found.bad.len()).unwrap_or_default(),
            report.input.megabytes,
            found.bad.len(),
            rules.join(", ")
        ));
    }
    lines.concat()
}

/// The engine left-aligned, numbers right-aligned, the note unchanged.
fn aligned(row: &[String; 10], widths: &[usize]) -> String {
    let mut words = vec![format!("{:<width$}", plain(&row[0]), width = widths[0])];
    let numbers = row.iter().zip(widths).skip(1).take(HEAD.len() - 2);
    words.extend(numbers.map(|(cell, width)| format!("{cell:>width$}")));
    words.push(row[HEAD.len() - 1].clone());
    format!("{}\n", words.join("  ").trim_end())
}

/// As Markdown.
pub(super) fn markdown(report: &Report) -> String {
    let mut lines = vec![
        format!("| {} |\n", HEAD.join(" | ")),
        format!("|---|{}---|\n", "---:|".repeat(HEAD.len() - 2)),
    ];
    let rows = report.rows.iter().map(|row| cells(report, row).join(" | "));
    lines.extend(rows.map(|row| format!("| {row} |\n")));
    lines.concat()
}

/// Removes emphasis, which terminals do not show.
fn plain(cell: &str) -> String {
    cell.replace(['*', '`'], "")
}

fn cells(report: &Report, row: &Row) -> [String; 10] {
    let title = row.peer.title.to_owned();
    let Some(medians) = row.medians(&report.input) else {
        let mut cells: [String; 10] = std::array::from_fn(|_| "-".to_owned());
        let reason = row.result.as_ref().err().map_or("no round was run", String::as_str);
        cells[0] = title;
        // An engine has a single line in the table; the rest is in the log.
        cells[9] = format!("not measured: {}", reason.lines().next().unwrap_or_default());
        return cells;
    };
    let found = row.found();
    let rounds = row.result.as_ref().map_or(0, |measured| measured.costs.len());
    [
        title,
        format!("{:.2}", medians.cpu),
        format!("{:.2}", medians.wall),
        format!("{:.1}", medians.speed),
        report.ratio(medians).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.1}")),
        format!("{:.0}", medians.peak),
        found.map_or_else(|| "-".to_owned(), |found| found.columns.to_string()),
        found.map_or_else(|| "-".to_owned(), |found| format!("{:.1}", found.output)),
        rounds.to_string(),
        row.peer.note.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::input::Input;
    use super::super::peers::PEERS;
    use super::super::report::Measured;
    use super::*;
    use crate::measure::Cost;

    #[test]
    fn a_table_has_medians_ratios_and_reasons() {
        let row = |name: &str, result: Result<&[f64], &str>| {
            let peer = PEERS.iter().find(|peer| peer.name == name).expect("a peer");
            let cost = |cpu: &f64| Cost { cpu: *cpu, wall: cpu / 2.0, peak: 100.0 + cpu };
            let result = result
                .map_err(str::to_owned)
                .map(|cpus| Measured { costs: cpus.iter().map(cost).collect(), found: None });
            Row { peer, result }
        };
        let report = Report {
            rows: vec![
                row("assay", Ok(&[1.0, 9.0, 2.0])),
                row("duckdb", Ok(&[10.0, 30.0])),
                row("pyspark", Err("it needs Java\nand more")),
            ],
            disagreements: Vec::new(),
            machine: serde_json::Value::Null,
            input: Input { path: PathBuf::new(), megabytes: 400.0, seed: 42 },
            command: String::new(),
        };
        assert_eq!(
            text(&report),
            "\
engine          CPU s  wall s  MB/s per core  times Assay  peak MB  columns  good MB  rounds
assay run        2.00    1.00          200.0          1.0      109        -        -       3
DuckDB          20.00   10.00           20.0         10.0      130        -        -       2
PySpark, local      -       -              -            -        -        -        -       -  not measured: it needs Java
"
        );
        assert_eq!(
            markdown(&report),
            "\
| engine | CPU s | wall s | MB/s per core | times Assay | peak MB | columns | good MB | rounds |  |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---|
| **`assay run`** | 2.00 | 1.00 | 200.0 | 1.0 | 109 | - | - | 3 |  |
| DuckDB | 20.00 | 10.00 | 20.0 | 10.0 | 130 | - | - | 2 |  |
| PySpark, local | - | - | - | - | - | - | - | - | not measured: it needs Java |
"
        );
    }
}
