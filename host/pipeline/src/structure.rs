//! Findings that the host makes itself: structural faults of records, and cells that do not fit their column's type.

use assay_ingest::FaultKind;
use assay_model::{Bitmap, Cells, Form, HitOutcome};

use crate::judged::JudgedSlab;
use crate::message::excerpt;
use crate::plan::{HostRules, Plan, Typed};

/// The rule that reports a structural fault.
fn rule_of(host: &HostRules, kind: FaultKind) -> usize {
    match kind {
        FaultKind::Ragged => host.ragged,
        FaultKind::Quote => host.quote,
        FaultKind::Nul => host.nul,
        FaultKind::Encoding => host.encoding,
        FaultKind::RepeatedHeader => host.repeated_header,
        FaultKind::ByteOrderMark => host.byte_order_mark,
        FaultKind::Debris => host.debris,
        FaultKind::Truncated => host.truncated,
        FaultKind::FieldTooLong => host.field_too_long,
        FaultKind::RecordTooLong => host.record_too_long,
        // `Undecodable` and any kind added later: the record cannot be stored as text.
        _ => host.undecodable,
    }
}

/// Notes the structural faults of all records of the slab.
pub(crate) fn note_faults(judged: &mut JudgedSlab, plan: &Plan) {
    for index in 0..judged.slab.len() {
        if judged.slab.faults(index).is_empty() {
            continue;
        }
        let record = u32::try_from(index).expect("a slab has at most 4,096 records");
        for detail in judged.slab.fault_details(index) {
            let rule = rule_of(&plan.host, detail.kind);
            let text = Some(detail.message);
            judged.note(plan, rule, record, detail.column, HitOutcome::Failed, text);
        }
    }
}

/// Notes cells of typed columns that did not parse, or have more digits than the pack allows.
pub(crate) fn note_malformed(judged: &mut JudgedSlab, plan: &Plan, rows: &[u32]) {
    for typed in &plan.typed {
        limit_digits(judged, typed, rows.len());
        let Some(malformed) = judged.columns[typed.slot].as_ref().and_then(|c| c.malformed.clone())
        else {
            continue;
        };
        for row in malformed.ones_iter() {
            let cell = judged.cell(plan, typed.column, row).unwrap_or_default();
            let text = format!(
                "`{}` is `{}`, expected {}",
                plan.names[typed.column],
                excerpt(cell),
                expected(&plan.slots[typed.slot].form, typed.limit)
            );
            let column = Some(typed.column);
            judged.note(plan, typed.rule, rows[row], column, HitOutcome::Failed, Some(text));
        }
    }
}

/// A decimal that exceeds the column's precision is as malformed as one that does not parse: the column cannot hold it.
fn limit_digits(judged: &mut JudgedSlab, typed: &Typed, records: usize) {
    let (Some(limit), Some(column)) = (typed.limit, judged.columns[typed.slot].as_mut()) else {
        return;
    };
    let Cells::Decimal { unscaled, .. } = &mut column.cells else { return };
    for (row, value) in unscaled.iter_mut().enumerate() {
        if value.unsigned_abs() > limit {
            *value = 0;
            column.valid.get_or_insert_with(|| Bitmap::ones(records)).unset(row);
            column.malformed.get_or_insert_with(|| Bitmap::zeros(records)).set(row);
        }
    }
}

fn expected(form: &Form, limit: Option<u64>) -> String {
    match form {
        Form::Text => "text".to_owned(),
        Form::Integer => "a whole number that fits in 64 bits".to_owned(),
        Form::Decimal { scale } => {
            let digits = limit.map_or(18, |limit| limit.to_string().len());
            format!("a decimal with at most {digits} digits, {scale} of them after the point")
        }
        Form::Date { format } => format!("a calendar date written as {}", format.pattern()),
    }
}
