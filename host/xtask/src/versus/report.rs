//! The results, in the order of the table.

use serde_json::{Value, json};

use super::agreement::Found;
use super::input::Input;
use super::peers::Peer;
use crate::measure::{Cost, median};

/// All measurements, and their conditions.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    /// Empty if all found the same records.
    pub(super) disagreements: Vec<String>,
    pub(super) machine: Value,
    pub(super) input: Input,
    pub(super) command: String,
}

/// An engine's costs, or why it could not be measured.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) peer: &'static Peer,
    pub(super) result: Result<Measured, String>,
}

#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) costs: Vec<Cost>,
    /// `None` for an engine that writes nothing.
    pub(super) found: Option<Found>,
}

/// The values of a row: medians over its rounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Medians {
    pub(super) cpu: f64,
    pub(super) wall: f64,
    /// The maximum over all rounds: a memory limit is exceeded by the worst run.
    pub(super) peak: f64,
    /// Megabytes of CSV per CPU second.
    pub(super) speed: f64,
}

impl Row {
    pub(super) fn medians(&self, input: &Input) -> Option<Medians> {
        let costs = &self.result.as_ref().ok()?.costs;
        let cpu = median(costs.iter().map(|cost| cost.cpu))?;
        let wall = median(costs.iter().map(|cost| cost.wall))?;
        let peak = costs.iter().map(|cost| cost.peak).fold(0.0, f64::max);
        Some(Medians { cpu, wall, peak, speed: input.megabytes / cpu })
    }

    pub(super) fn found(&self) -> Option<&Found> {
        self.result.as_ref().ok()?.found.as_ref()
    }
}

impl Report {
    /// Assay's own row, with which the others are compared.
    pub(super) fn ours(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.peer.name == "assay")
    }

    /// A row's CPU relative to Assay's.
    pub(super) fn ratio(&self, medians: Medians) -> Option<f64> {
        Some(medians.cpu / self.ours()?.medians(&self.input)?.cpu)
    }

    pub(super) fn to_json(&self) -> Value {
        let engines: Vec<Value> = self.rows.iter().map(|row| self.row_to_json(row)).collect();
        json!({
            "version": "assay.versus/1",
            "command": self.command,
            "machine": self.machine,
            "input": { "megabytes": self.input.megabytes, "seed": self.input.seed },
            "agree": self.disagreements.is_empty(),
            "disagreements": self.disagreements,
            "engines": engines,
        })
    }

    fn row_to_json(&self, row: &Row) -> Value {
        let (measured, medians) = match (&row.result, row.medians(&self.input)) {
            (Ok(measured), Some(medians)) => (measured, medians),
            (Ok(_), None) => {
                return json!({ "engine": row.peer.name, "failed": "no round was run" });
            }
            (Err(reason), _) => return json!({ "engine": row.peer.name, "failed": reason }),
        };
        let rounds = measured.costs.iter().map(|cost| {
            json!({ "cpu_seconds": cost.cpu, "wall_seconds": cost.wall, "peak_megabytes": cost.peak })
        });
        let found = measured.found.as_ref().map(|found| {
            json!({
                "good": found.good,
                "bad": found.bad.len(),
                "rules": found.rules,
                "columns": found.columns,
                "output_megabytes": found.output,
            })
        });
        json!({
            "engine": row.peer.name,
            "note": row.peer.note,
            "cpu_seconds": medians.cpu,
            "wall_seconds": medians.wall,
            "peak_megabytes": medians.peak,
            "megabytes_per_cpu_second": medians.speed,
            "times_assay": self.ratio(medians),
            "found": found,
            "rounds": rounds.collect::<Vec<_>>(),
        })
    }
}
