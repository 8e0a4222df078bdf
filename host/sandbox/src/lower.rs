//! From the host's types to the contract's, by reference: data is copied once, into the guest.

use assay_model::{Batch, Bitmap, Cells, Column, Measure, Merge, RunContext, Text};

use crate::bindings::wit;

/// Passes a run's context to `call` in the contract's types.
pub(crate) fn with_context<R>(
    context: &RunContext,
    call: impl FnOnce(wit::RunContext<'_>) -> R,
) -> R {
    let partition: Vec<(&str, &str)> =
        context.partition.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let columns: Vec<&str> = context.columns.iter().map(String::as_str).collect();
    call(wit::RunContext {
        dataset: &context.dataset,
        kind: &context.kind,
        partition: &partition,
        layout: &context.layout,
        columns: &columns,
        settings: &context.settings,
        extras: &[],
    })
}

/// Passes a batch to `call` in the contract's types.
pub(crate) fn with_batch<R>(batch: &Batch, call: impl FnOnce(wit::Batch<'_>) -> R) -> R {
    let columns: Vec<wit::Column<'_>> = batch.columns.iter().map(column).collect();
    call(wit::Batch {
        first_record: batch.first_record,
        records: batch.records,
        columns: &columns,
        standing: &batch.standing,
    })
}

fn column(column: &Column) -> wit::Column<'_> {
    let cells = match &column.cells {
        Cells::Absent => wit::Cells::Absent,
        Cells::Text(cells) => wit::Cells::Text(text(cells)),
        Cells::Integer(values) => wit::Cells::Integer(values),
        Cells::Decimal { scale, unscaled } => {
            wit::Cells::Decimal(wit::Decimals { scale: u16::from(*scale), unscaled })
        }
        Cells::Date(days) => wit::Cells::Date(days),
        Cells::Constant(cell) => wit::Cells::Constant(cell),
        Cells::Dictionary { keys, values } => {
            wit::Cells::Dictionary(wit::Dictionary { keys, values: text(values) })
        }
    };
    let valid = column.valid.as_ref().map(Bitmap::as_bytes);
    let malformed = column.malformed.as_ref().map(Bitmap::as_bytes);
    wit::Column { cells, valid, malformed }
}

fn text(text: &Text) -> wit::TextParam<'_> {
    wit::TextParam { offsets: text.offsets(), bytes: text.bytes() }
}

/// A file's measures in the contract's types.
pub(crate) fn measures(totals: &[Measure]) -> Vec<wit::MeasureParam<'_>> {
    totals
        .iter()
        .map(|measure| wit::MeasureParam {
            code: measure.code,
            key: &measure.key,
            merge: match measure.merge {
                Merge::Sum => 1,
                Merge::Least => 2,
                Merge::Greatest => 3,
            },
            value: measure.value,
        })
        .collect()
}
