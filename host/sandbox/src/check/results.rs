//! A plugin's results for the file.

use std::collections::HashSet;

use assay_model::FileResult;

use super::stage::StageIndex;
use super::{codes, texts};
use crate::bindings::wit;
use crate::breach::Breach;
use crate::limits::Limits;

/// Checks the results of `finish`: at most one per rule.
pub(crate) fn results(
    results: Vec<wit::FileResult>,
    stage: &StageIndex,
    limits: &Limits,
) -> Result<Vec<FileResult>, Breach> {
    texts::count("file results", &results, stage.rules())?;
    let mut seen = HashSet::with_capacity(results.len());
    results
        .into_iter()
        .map(|wit::FileResult { rule, outcome, observed, expected }| {
            stage.reported("a file result", rule)?;
            if !seen.insert(rule) {
                return Err(Breach::Repeated { what: "file results", rule });
            }
            // They may quote cells, so code that shows them escapes control characters.
            texts::length("what a file result observed", &observed, limits.text_bytes)?;
            texts::length("what a file result expected", &expected, limits.text_bytes)?;
            let outcome = codes::result_outcome(outcome)?;
            Ok(FileResult { rule, outcome, observed, expected })
        })
        .collect()
}
