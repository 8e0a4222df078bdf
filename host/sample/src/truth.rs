//! The truth about a file: which record has which defect, what must be found, and the sums of amounts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use assay_model::{Decimal, Position, parse_decimal};
use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::defect::Outcome;

/// First line of the truth file. A line follows for each finding and repair, in the order of the records.
pub(crate) const HEADER: &str =
    "record\tline\toffset\tlength\trecord_id\tdefect\trule\tclass\tcolumn\toutcome\tafter\n";

/// One finding or repair that a run must report.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) position: Position,
    pub(crate) record_id: &'a str,
    pub(crate) defect: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) column: &'a str,
    pub(crate) outcome: Outcome,
    /// The cell after a repair; empty for findings.
    pub(crate) after: &'a str,
}

impl Line<'_> {
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Position { record, line, offset, length } = self.position;
        let class = if self.outcome == Outcome::Repaired { "repair" } else { "finding" };
        let (outcome, record_id, after) =
            (self.outcome.as_str(), escape(self.record_id), escape(self.after));
        let Self { defect, rule, column, .. } = self;
        writeln!(
            out,
            "{record}\t{line}\t{offset}\t{length}\t{record_id}\t{defect}\t{rule}\t{class}\t{column}\t{outcome}\t{after}"
        )
    }
}

fn escape(cell: &str) -> String {
    cell.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// Sums of an amount column, over cells that parse in records whose cells can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Sum over all of them.
    pub read: Decimal,
    /// Sum over records that pass.
    pub validated: Decimal,
    /// Sum over quarantined records.
    pub quarantined: Decimal,
}

impl Amounts {
    pub(crate) fn none(scale: u8) -> Self {
        let zero = Decimal { unscaled: 0, scale };
        Self { read: zero, validated: zero, quarantined: zero }
    }

    /// Adds a cell, as it is after all repairs.
    pub(crate) fn count(&mut self, cell: &str, quarantined: bool) {
        if let Ok(unscaled) = parse_decimal(cell.as_bytes(), self.read.scale) {
            let part = if quarantined { &mut self.quarantined } else { &mut self.validated };
            part.unscaled += i128::from(unscaled);
            self.read.unscaled += i128::from(unscaled);
        }
    }
}

/// Content of a generated file, and the expected result of a run over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Data records, including faulty ones, without the header.
    pub records: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Records with a defect.
    pub defective: u64,
    /// Records that pass.
    pub validated: u64,
    /// Records that are quarantined.
    pub quarantined: u64,
    /// Number of findings and repairs, by rule code.
    pub rules: BTreeMap<String, u64>,
    /// Number of records, by kind of defect; kinds without a fitting record have 0.
    pub defects: IndexMap<String, u64>,
    /// Sums, by amount column.
    pub amounts: IndexMap<String, Amounts>,
}

impl Summary {
    /// The summary as a JSON object, for `<file>.truth.json`.
    pub fn to_json(&self) -> Value {
        let amounts = self.amounts.iter().map(|(column, amounts)| {
            let sums = json!({
                "read": amounts.read.to_string(),
                "validated": amounts.validated.to_string(),
                "quarantined": amounts.quarantined.to_string(),
            });
            (column.clone(), sums)
        });
        json!({
            "records": {
                "read": self.records,
                "validated": self.validated,
                "quarantined": self.quarantined,
                "defective": self.defective,
            },
            "bytes": self.bytes,
            "amounts": amounts.collect::<serde_json::Map<_, _>>(),
            "rules": self.rules,
            "defects": self.defects.iter().map(|(name, count)| (name.clone(), json!(count)))
                .collect::<serde_json::Map<_, _>>(),
        })
    }
}
