//! The results, as tables.

use std::fmt::Write as _;

use assay_standins::Traffic;
use serde_json::Value;

use super::case::{Case, Program, Way};
use super::requests::Requests;
use crate::measure::{self, Cost, median};

/// All measurements, and their conditions.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    /// The file's size.
    pub(super) megabytes: f64,
    /// The link's bandwidth in megabytes per second.
    pub(super) link: u32,
    pub(super) machine: Value,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) case: Case,
    pub(super) samples: Vec<Sample>,
}

/// The cost of one run.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) cost: Cost,
    pub(super) requests: Requests,
    /// Traffic through the link.
    pub(super) traffic: Traffic,
}

impl Row {
    fn middle(&self, value: impl Fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(value)).unwrap_or(f64::NAN)
    }

    fn cpu(&self) -> f64 {
        self.middle(|sample| sample.cost.cpu)
    }

    fn wall(&self) -> f64 {
        self.middle(|sample| sample.cost.wall)
    }

    /// The maximum over all rounds: a memory limit is exceeded by the worst run.
    fn peak(&self) -> f64 {
        self.samples.iter().map(|sample| sample.cost.peak).fold(0.0, f64::max)
    }

    /// The requests of the last round; all rounds are alike except for retries.
    fn requests(&self) -> Requests {
        self.samples.last().map(|sample| sample.requests.clone()).unwrap_or_default()
    }
}

impl Report {
    fn row(&self, program: Program, way: Way) -> Option<&Row> {
        self.rows.iter().find(|row| row.case == Case { program, way })
    }

    fn on(&self, way: Way) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.case.way == way)
    }
}

/// The tables, one for each kind of storage.
pub(super) fn tables(report: &Report) -> String {
    let mut text = String::new();
    text += "### From and to this machine's disk\n\n";
    text += "| | CPU s | wall s | MB/s | peak MB |\n|---|---:|---:|---:|---:|\n";
    for row in report.on(Way::Disk) {
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.2} | {:.0} | {:.0} |",
            row.case.program.title(),
            row.cpu(),
            row.wall(),
            report.megabytes / row.wall(),
            row.peak()
        );
    }
    text += "\n### From and to a bucket on the same machine\n\n";
    text += "| | CPU s | vs. disk | wall s | MB/s | peak MB | requests | price of requests |\n|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for row in report.on(Way::Loopback) {
        let requests = row.requests();
        let _ = writeln!(
            text,
            "| {} | {:.2} | {} | {:.2} | {:.0} | {:.0} | {} | ${:.5} |",
            row.case.program.title(),
            row.cpu(),
            against_disk(report, row),
            row.wall(),
            report.megabytes / row.wall(),
            row.peak(),
            requests.count(),
            requests.price()
        );
    }
    text += "\n### Through the link\n\n";
    text += "| | CPU s | wall s | MB/s of the file | MB carried | MB/s carried | share of the link | connections |\n|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for row in report.on(Way::Link) {
        let carried = row.middle(|sample| measure::megabytes(sample.traffic.down));
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.2} | {:.0} | {carried:.0} | {:.0} | {:.0} % | {:.0} |",
            row.case.program.title(),
            row.cpu(),
            row.wall(),
            report.megabytes / row.wall(),
            carried / row.wall(),
            100.0 * carried / row.wall() / f64::from(report.link),
            row.middle(|sample| count(sample.traffic.connections)),
        );
    }
    text += "\n### Requests of one run, as the server counted them\n\n| operation |";
    let asking: Vec<&Row> = report.on(Way::Loopback).collect();
    let names: Vec<&str> = asking.iter().map(|row| row.case.program.title()).collect();
    let _ = writeln!(text, " {} |\n|---|{}", names.join(" | "), "---:|".repeat(names.len()));
    let operations: std::collections::BTreeSet<String> =
        asking.iter().flat_map(|row| row.requests().by.into_keys()).collect();
    for operation in operations {
        let counts =
            asking.iter().map(|row| row.requests().by.get(&operation).copied().unwrap_or(0));
        let counts: Vec<String> = counts.map(|count| count.to_string()).collect();
        let _ = writeln!(text, "| {operation} | {} |", counts.join(" | "));
    }
    text
}

/// CPU relative to the same program with local files.
fn against_disk(report: &Report, row: &Row) -> String {
    let program = match row.case.program {
        Program::RunSpooled => Program::Run,
        other => other,
    };
    report
        .row(program, Way::Disk)
        .map_or_else(|| "-".to_owned(), |disk| format!("{:.2}", paired(row, disk)))
}

/// The median of the ratios per round: a disturbance slows both runs of a round.
fn paired(row: &Row, disk: &Row) -> f64 {
    let ratios = row.samples.iter().zip(&disk.samples);
    median(ratios.map(|(one, other)| one.cost.cpu / other.cost.cpu)).unwrap_or(f64::NAN)
}

fn count(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
