//! One JSON object.

use anyhow::Result;
use assay_harness::Report;
use serde_json::json;

use crate::fault;

/// Writes the report.
pub(crate) fn text(report: &Report) -> Result<String> {
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
    let object = json!({
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
    });
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}
