//! The plugin as a component: the generated bindings, and conversions between them and the SDK's own types.
//! Lists are moved, not copied.

use std::marker::PhantomData;

use bindings::exports::assay::rules::plugin as wit;

use crate::{Batch, Cells, Column, Plugin, Run, Session, Stage, Text};
use crate::{contract as own, plugin};

/// The bindings that `wit-bindgen` generates from the contract.
#[allow(
    unsafe_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    reason = "generated from `wit/`"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "rule-plugin",
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "assay_sdk::component::bindings",
    });
}

/// Implements the contract's exports for a plugin.
#[derive(Debug)]
pub struct Component<P>(PhantomData<P>);

/// Implements the contract's session for a plugin.
#[derive(Debug)]
pub struct Opened<P>(Session, PhantomData<P>);

impl<P: Plugin> wit::Guest for Component<P> {
    type Session = Opened<P>;

    fn describe() -> wit::PluginInfo {
        let info = plugin::describe::<P>();
        wit::PluginInfo {
            name: info.name,
            version: info.version,
            rules: info.rules.into_iter().map(rule).collect(),
            kinds: info
                .kinds
                .into_iter()
                .map(|kind| wit::RuleKind {
                    name: kind.name,
                    title: kind.title,
                    settings_schema: kind.settings_schema,
                })
                .collect(),
            extras: info.extras,
        }
    }

    fn check_config(
        context: wit::RunContext,
    ) -> Result<Vec<wit::StagePlan>, Vec<wit::ConfigFault>> {
        match plugin::check_config::<P>(&run(context)) {
            Ok(plans) => Ok(plans.into_iter().map(stage_plan).collect()),
            Err(faults) => Err(faults
                .into_iter()
                .map(|fault| wit::ConfigFault {
                    path: fault.path,
                    message: fault.message,
                    expected: fault.expected,
                })
                .collect()),
        }
    }
}

impl<P: Plugin> wit::GuestSession for Opened<P> {
    fn open(context: wit::RunContext, stage: u16) -> Result<wit::Session, wit::Fault> {
        let Some(stage) = Stage::from_code(stage) else {
            return Err(fault(own::Fault::Settings(format!("there is no stage {stage}"))));
        };
        match plugin::open::<P>(&run(context), stage) {
            Ok(session) => Ok(wit::Session::new(Self(session, PhantomData))),
            Err(error) => Err(fault(error)),
        }
    }

    fn process(&self, batch: wit::Batch) -> Result<wit::Verdict, wit::Fault> {
        let batch = read_batch(batch).map_err(fault)?;
        self.0.process(batch).map(verdict).map_err(fault)
    }

    fn finish(&self, totals: Vec<wit::Measure>) -> Result<Vec<wit::FileResult>, wit::Fault> {
        let totals: Vec<own::Measure> = totals
            .into_iter()
            .filter_map(|measure| {
                Some(own::Measure {
                    code: measure.code,
                    key: measure.key,
                    merge: merge_of(measure.merge)?,
                    value: measure.value,
                })
            })
            .collect();
        let results = self.0.finish(&totals);
        Ok(results
            .into_iter()
            .map(|result| wit::FileResult {
                rule: result.rule,
                outcome: result.outcome.code(),
                observed: result.observed,
                expected: result.expected,
            })
            .collect())
    }
}

fn run(context: wit::RunContext) -> Run {
    Run {
        dataset: context.dataset,
        kind: context.kind,
        partition: context.partition,
        layout: context.layout,
        columns: context.columns,
        settings: context.settings,
    }
}

fn rule(rule: own::Rule) -> wit::Rule {
    wit::Rule {
        code: rule.code,
        name: rule.name,
        class: rule.stage.code(),
        title: rule.title,
        message: rule.message,
        level: rule.level.code(),
        columns: rule.columns,
        host_check: match rule.unique {
            None => 0,
            Some(own::Unique::KeepFirst) => 1,
            Some(own::Unique::KeepNone) => 2,
        },
        extras: Vec::new(),
    }
}

fn stage_plan(plan: own::StagePlan) -> wit::StagePlan {
    let columns = plan.columns.into_iter().map(|request| {
        let (form, scale, format) = match request.form {
            own::Form::Text => (1, 0, String::new()),
            own::Form::Integer => (2, 0, String::new()),
            own::Form::Decimal(scale) => (3, scale, String::new()),
            own::Form::Date(format) => (4, 0, format),
        };
        wit::ColumnRequest {
            name: request.name,
            form,
            scale,
            format,
            flags: u16::from(request.required) | u16::from(request.writes) << 1,
        }
    });
    wit::StagePlan {
        stage: plan.stage.code(),
        columns: columns.collect(),
        rules: plan.rules.into_iter().map(rule).collect(),
    }
}

fn broken(what: &str) -> own::Fault {
    own::Fault::Batch(format!("the batch breaks the contract: {what}"))
}

fn read_batch(batch: wit::Batch) -> Result<Batch, own::Fault> {
    let records = crate::width::wide(batch.records);
    let columns = batch
        .columns
        .into_iter()
        .map(|column| read_column(column, records))
        .collect::<Result<_, _>>()?;
    Ok(Batch { records, columns, standing: batch.standing })
}

fn read_column(column: wit::Column, records: usize) -> Result<Column, own::Fault> {
    let cells = match column.cells {
        wit::Cells::Absent => Cells::Absent,
        wit::Cells::Text(text) => Cells::Text(read_text(text)?),
        wit::Cells::Integer(values) => Cells::Integer(values),
        wit::Cells::Decimal(decimals) => {
            Cells::Decimal { scale: decimals.scale, unscaled: decimals.unscaled }
        }
        wit::Cells::Date(days) => Cells::Date(days),
        wit::Cells::Constant(value) => Cells::Constant(value),
        wit::Cells::Dictionary(dictionary) => {
            Cells::Dictionary { keys: dictionary.keys, values: read_text(dictionary.values)? }
        }
        wit::Cells::Other((form, _)) => {
            return Err(own::Fault::Batch(format!("unknown form of cells: {form}")));
        }
    };
    Column::new(cells, records, column.valid.as_deref(), column.malformed.as_deref())
        .ok_or_else(|| broken("cells and bitmaps differ in length"))
}

fn read_text(text: wit::Text) -> Result<Text, own::Fault> {
    Text::from_parts(text.offsets, text.bytes).ok_or_else(|| broken("offsets of a text"))
}

fn write_text(text: Text) -> wit::Text {
    let (offsets, bytes) = text.into_parts();
    wit::Text { offsets, bytes }
}

fn verdict(verdict: own::Verdict) -> wit::Verdict {
    wit::Verdict {
        hits: verdict.hits.into_iter().map(hit).collect(),
        rewrites: verdict
            .rewrites
            .into_iter()
            .map(|rewrite| wit::Rewrite {
                rule: rewrite.rule,
                column: rewrite.column,
                change: match rewrite.change {
                    own::Change::Whole(text) => wit::Change::Whole(write_text(text)),
                    own::Change::Patch { records, values } => {
                        wit::Change::Patch(wit::Patch { records, values: write_text(values) })
                    }
                },
            })
            .collect(),
        tallies: verdict
            .tallies
            .into_iter()
            .map(|(rule, skipped)| wit::Tally { rule, skipped })
            .collect(),
        samples: verdict
            .samples
            .into_iter()
            .map(|sample| wit::Sample {
                rule: sample.rule,
                record: sample.record,
                arguments: sample.arguments,
            })
            .collect(),
        measures: verdict
            .measures
            .into_iter()
            .map(|measure| wit::Measure {
                code: measure.code,
                key: measure.key,
                merge: match measure.merge {
                    own::Merge::Sum => 1,
                    own::Merge::Least => 2,
                    own::Merge::Greatest => 3,
                },
                value: measure.value,
            })
            .collect(),
    }
}

fn hit(hit: own::Hit) -> wit::Hit {
    wit::Hit {
        rule: hit.rule,
        outcome: if hit.errored { 2 } else { 1 },
        disposition: hit.disposition.code(),
        column: hit.column,
        records: match hit.records {
            own::RecordSet::Every => wit::RecordSet::Every,
            own::RecordSet::Sparse(records) => wit::RecordSet::Sparse(records),
            own::RecordSet::Bitmap(bits) => wit::RecordSet::Bitmap(bits.to_bytes()),
        },
    }
}

fn merge_of(code: u16) -> Option<own::Merge> {
    match code {
        1 => Some(own::Merge::Sum),
        2 => Some(own::Merge::Least),
        3 => Some(own::Merge::Greatest),
        _ => None,
    }
}

fn fault(fault: own::Fault) -> wit::Fault {
    let (code, message) = match fault {
        own::Fault::Settings(message) => (1, message),
        own::Fault::Batch(message) => (2, message),
    };
    wit::Fault { code, message, record: None }
}
