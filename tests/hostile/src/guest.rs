//! The component's exports: each asks the settings what to do.

#![allow(
    clippy::same_length_and_capacity,
    unsafe_code,
    missing_docs,
    unreachable_pub,
    reason = "what wit-bindgen generates calls the canonical ABI, and hostile strings need `from_utf8_unchecked`"
)]

mod benchmark;
mod good;
mod harm;
mod plans;
mod results;
mod rewrites;

wit_bindgen::generate!({ path: "../../wit", world: "rule-plugin" });

use exports::assay::rules::plugin::{
    Batch, ConfigFault, Fault, FileResult, Guest, GuestSession, Measure, PluginInfo, RunContext,
    Session, StagePlan, Verdict,
};

struct Hostile;

export!(Hostile);

impl Guest for Hostile {
    type Session = Running;

    fn describe() -> PluginInfo {
        plans::describe(std::hint::black_box(&crate::DESCRIBE))
    }

    fn check_config(context: RunContext) -> Result<Vec<StagePlan>, Vec<ConfigFault>> {
        plans::check_config(&behaviour(&context))
    }
}

/// A session and what it was told to do.
struct Running {
    behaviour: String,
    stage: u16,
}

impl GuestSession for Running {
    fn open(context: RunContext, stage: u16) -> Result<Session, Fault> {
        let behaviour = behaviour(&context);
        match behaviour.as_str() {
            "open-spins" => harm::spin(),
            "open-traps" => harm::trap(),
            "open-faults" => return Err(harm::fault("the table of words is missing", None)),
            _ => {}
        }
        Ok(Session::new(Self { behaviour, stage }))
    }

    fn process(&self, batch: Batch) -> Result<Verdict, Fault> {
        if self.behaviour == "bench" {
            return Ok(benchmark::judge(&batch));
        }
        harm::maybe(&self.behaviour, &batch)?;
        let verdict = good::judge(self.stage, &batch);
        let verdict = results::twist(&self.behaviour, verdict, &batch);
        Ok(rewrites::twist(&self.behaviour, verdict, &batch))
    }

    fn finish(&self, totals: Vec<Measure>) -> Result<Vec<FileResult>, Fault> {
        match self.behaviour.as_str() {
            "finish-spins" => harm::spin(),
            "finish-traps" => harm::trap(),
            "finish-faults" => return Err(harm::fault("nothing adds up", None)),
            _ => {}
        }
        // The rule about the file is one of the validate stage.
        Ok(if self.stage == 1 { good::finish(&self.behaviour, &totals) } else { Vec::new() })
    }
}

/// The settings are a JSON string; there is nothing to unescape in a behaviour's name.
fn behaviour(context: &RunContext) -> String {
    match context.settings.strip_prefix('{') {
        // A pack's settings are a table: {"do": "trap-on-bad"}.
        Some(table) => table.split('"').nth(3).unwrap_or_default().to_owned(),
        None => context.settings.trim_matches('"').to_owned(),
    }
}
