//! Report as one JSON object.

use assay_harness::Report;
use serde_json::{Value, json};

use crate::fault;

/// The report as an object.
pub(crate) fn object(report: &Report) -> Value {
    let coverage = report.coverage.as_ref().map(|coverage| {
        json!({
            "changes": coverage.mutants.len(),
            "noticed": coverage.noticed(),
            "basis_points": coverage.basis_points(),
            "unnoticed": coverage.unnoticed().map(|mutant| json!({
                "rule": mutant.rule,
                "change": mutant.change,
                "path": mutant.path,
                "line": mutant.line,
            })).collect::<Vec<_>>(),
        })
    });
    json!({
        "plugin": report.plugin,
        "version": report.version,
        "seed": report.seed,
        "passed": report.faults() == 0,
        "tests": report.tests.iter().map(|test| json!({
            "group": test.group.as_str(),
            "name": test.name,
            "path": test.path,
            "passed": test.faults.is_empty(),
            "nanos": test.nanos,
            "faults": test.faults.iter().map(fault::object).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "coverage": coverage,
        "notes": report.notes,
    })
}
