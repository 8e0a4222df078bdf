//! The kernels as a plugin: 13 text columns and 2 dates, a rule for each.

use super::exports::assay::rules::plugin::{
    Batch, Cells, ColumnRequest, RecordSet, Rule, StagePlan, Verdict,
};
use super::good::{hit, nothing};
use super::plans::text;
use crate::kernels::{date_range, digits, luhn, one_of};

/// What the benchmark judges; its native side has the same columns.
pub fn plan() -> StagePlan {
    let date = |name: &str| ColumnRequest { form: 4, format: "%m/%d/%Y".to_owned(), ..text(name) };
    let mut columns: Vec<ColumnRequest> =
        (0..13).map(|index| text(&format!("text-{index}"))).collect();
    columns.extend([date("date-0"), date("date-1")]);
    let rules = (0..15)
        .map(|code| Rule {
            code,
            name: format!("kernel-{code}"),
            class: 1,
            title: "the kernel finds nothing".to_owned(),
            message: "the kernel found something".to_owned(),
            level: 1,
            columns: vec![code],
            host_check: 0,
            extras: vec![],
        })
        .collect();
    StagePlan { stage: 1, columns, rules }
}

/// Columns 0 to 5 digits, 6 and 7 Luhn, 8 to 12 one of four words, then dates in a range.
pub fn judge(batch: &Batch) -> Verdict {
    let mut verdict = nothing();
    for (code, column) in (0..).zip(&batch.columns) {
        let mut records = Vec::new();
        match &column.cells {
            Cells::Text(text) if code < 6 => digits(&text.offsets, &text.bytes, &mut records),
            Cells::Text(text) if code < 8 => luhn(&text.offsets, &text.bytes, &mut records),
            Cells::Text(text) => {
                one_of(&text.offsets, &text.bytes, crate::kernels::WORDS, &mut records);
            }
            Cells::Date(days) => {
                date_range(days, crate::kernels::DAYS.0, crate::kernels::DAYS.1, &mut records);
            }
            _ => {}
        }
        if !records.is_empty() {
            verdict.hits.push(hit(code, RecordSet::Sparse(records)));
        }
    }
    verdict
}
