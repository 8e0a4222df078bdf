//! One JSON object.

use anyhow::Result;
use assay_harness::{Fault, Report};
use serde_json::{Value, json};

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
            "faults": test.faults.iter().map(fault).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "coverage": coverage,
        "notes": report.notes,
    });
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}

/// A fault as an object.
pub(crate) fn fault(fault: &Fault) -> Value {
    json!({
        "code": fault.code,
        "path": fault.path,
        "line": fault.line,
        "message": fault.message,
        "detail": fault.detail,
        "help": fault.help,
    })
}
