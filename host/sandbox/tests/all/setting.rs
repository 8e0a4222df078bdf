//! Shared by the tests: sandboxes with little fuel, contexts, batches.

use std::fmt::Write as _;
use std::path::Path;

use assay_model::{Batch, Cells, Column, DeclaredStage, RuleClass, RunContext, Text, Verdict};
use assay_sandbox::{BatchVerdict, Component, Options, Poison, Sandbox, SandboxError, Session};

use crate::guests;

/// Fuel of a record: plenty for honest work on a thousand of them, and little for a test that has to wait
/// until it is used up.
pub(crate) const LITTLE: u64 = 20_000_000;

/// Options for plugins that end by themselves.
pub(crate) fn options() -> Options {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    Options { cache: Some(cache), ..Options::default() }
}

/// Options for a behaviour: those that spin are stopped early.
pub(crate) fn options_for(behaviour: &str) -> Options {
    let options = options();
    let spins = behaviour.contains("spin");
    Options { fuel_per_record: if spins { LITTLE } else { options.fuel_per_record }, ..options }
}

/// The hostile plugin, with its own count of poison.
pub(crate) fn component(behaviour: &str) -> Component {
    Sandbox::new(options_for(behaviour)).unwrap().compile("hostile", guests::hostile()).unwrap()
}

/// The context of a run whose settings name a behaviour.
pub(crate) fn context(behaviour: &str) -> RunContext {
    RunContext {
        dataset: "tests".to_owned(),
        kind: "words".to_owned(),
        partition: vec![("year".to_owned(), "2016".to_owned())],
        layout: "two-columns".to_owned(),
        columns: vec!["word".to_owned(), "other".to_owned()],
        settings: format!("\"{behaviour}\""),
    }
}

/// The plan of a stage.
pub(crate) fn stage(component: &Component, behaviour: &str, class: RuleClass) -> DeclaredStage {
    let plan = component.plan(&context(behaviour)).unwrap();
    plan.into_iter().find(|stage| stage.class == class).expect("the stage is planned")
}

/// A session of the hostile plugin in a stage.
pub(crate) fn session(component: &Component, behaviour: &str, class: RuleClass) -> Session {
    Session::open(component, &context(behaviour), &stage(component, behaviour, class)).unwrap()
}

/// A text column.
pub(crate) fn column(words: &[&str]) -> Column {
    let mut text = Text::default();
    for word in words {
        text.push(word.as_bytes());
    }
    Column { cells: Cells::Text(text), valid: None, malformed: None }
}

/// A batch for a stage: the words, and a second column in the normalise stage.
pub(crate) fn batch(words: &[&str], class: RuleClass) -> Batch {
    let mut columns = vec![column(words)];
    if class == RuleClass::Normalise {
        columns.push(column(&vec![""; words.len()]));
    }
    let records = u32::try_from(words.len()).unwrap();
    let standing = if class == RuleClass::Quarantine { vec![2; words.len()] } else { vec![] };
    Batch { first_record: 1, records, columns, standing }
}

/// A behaviour's outcome in one line: the poison records with their reasons, or the error.
pub(crate) fn outcome(judged: Result<BatchVerdict, SandboxError>) -> String {
    match judged {
        Err(error) => format!("error: {error}"),
        Ok(BatchVerdict { verdict, poison }) if poison.is_empty() => {
            if verdict == Verdict::default() { "nothing".to_owned() } else { "judged".to_owned() }
        }
        Ok(BatchVerdict { poison, .. }) => reasons(&poison),
    }
}

/// The poison records, grouped by reason.
fn reasons(poison: &[Poison]) -> String {
    let mut text = String::new();
    for group in poison.chunk_by(|a, b| a.reason == b.reason) {
        let records: Vec<String> = group.iter().map(|poison| poison.record.to_string()).collect();
        let separator = if text.is_empty() { "" } else { "; " };
        write!(text, "{separator}{}: {}", records.join(","), group[0].reason).unwrap();
    }
    text
}

/// One line for each behaviour.
pub(crate) fn table<'a>(
    behaviours: impl IntoIterator<Item = &'a str>,
    outcome: impl Fn(&str) -> String,
) -> String {
    behaviours.into_iter().fold(String::new(), |mut table, behaviour| {
        writeln!(table, "{behaviour}: {}", outcome(behaviour)).unwrap();
        table
    })
}
