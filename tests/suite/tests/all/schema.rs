//! The output of `run` and `check`, and their audit records, conform to `schema/run.schema.json`.
//!
//! The published schema permits additional fields, so that today's readers can read tomorrow's reports. Here it is closed first: a field
//! that it does not name fails.

use std::path::Path;

use assay_suite::{Lake, Library, Outcome, assay, checkout, finish};
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// The closed schema.
struct Schema {
    schemas: Schemas,
    run: SchemaIndex,
}

impl Schema {
    fn new() -> Self {
        let text = std::fs::read(checkout().join("schema/run.schema.json")).expect("the schema");
        let mut schema: Value = serde_json::from_slice(&text).expect("JSON");
        close(&mut schema);
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("run.schema.json", schema).expect("a name");
        let run = compiler.compile("run.schema.json", &mut schemas).expect("a schema");
        Self { schemas, run }
    }

    fn faults(&self, document: &Value) -> Option<String> {
        self.schemas.validate(document, self.run).err().map(|error| format!("{error:#}"))
    }

    fn holds(&self, what: &str, document: &Value) {
        let faults = self.faults(document);
        assert!(faults.is_none(), "{what}: {}\n{document:#}", faults.unwrap_or_default());
    }
}

/// Forbids additional fields wherever fields are listed.
fn close(schema: &mut Value) {
    if let Some(more) =
        schema.get_mut("additionalProperties").filter(|more| more.as_bool() == Some(true))
    {
        *more = Value::Bool(false);
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(close),
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn command(library: &Library, verb: &str, file: &Path, lake: Option<&Lake>) -> Outcome {
    let mut command = assay();
    command.arg(verb).arg(file).args(["--format", "json"]).args(library.arguments());
    if let Some(lake) = lake {
        command.arg("--root").arg(lake.path());
    }
    finish(&mut command)
}

#[test]
fn each_way_that_a_run_ends_is_as_published() {
    let schema = Schema::new();
    let library = Library::new();
    let lake = Lake::new();
    let check = |verb: &str, file: &Path, code: i32, outcome: &str, already: bool| {
        let said = command(&library, verb, file, (verb == "run").then_some(&lake));
        assert_eq!(said.code, Some(code), "{verb}: {:#}\n{}", said.summary, said.stderr);
        assert_eq!(said.text("outcome"), outcome, "{verb}");
        assert_eq!(said.summary["already_published"], already, "{verb}");
        schema.holds(&format!("{verb}, {outcome}"), &said.summary);
    };

    let bad = "B1,M1,South,T,,2023-01-01,,0.00\n";
    let held_back = library.loans(2023, 100, bad);
    check("check", &held_back, 0, "accepted_with_quarantine", false);
    check("run", &held_back, 0, "accepted_with_quarantine", false);
    check("run", &held_back, 0, "accepted_with_quarantine", true);
    let warned = library.loans(2023, 0, "");
    check("check", &warned, 0, "accepted_with_warnings", false);
    check("run", &warned, 0, "accepted_with_warnings", false);
    let above_threshold = library.loans(2023, 10, &bad.repeat(30));
    check("check", &above_threshold, 1, "refused", false);
    check("run", &above_threshold, 1, "refused", false);
    let no_layout = library.rules().join("loans-2023.csv");
    std::fs::write(&no_layout, "loan_id,member\n1,2\n").expect("space");
    check("check", &no_layout, 1, "refused", false);
    check("run", &no_layout, 1, "refused", false);
    check("check", Path::new("nowhere.csv"), 2, "failed", false);
    check("run", Path::new("nowhere.csv"), 2, "failed", false);

    let kept: Vec<_> = lake
        .files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("metadata/ingestion_audit"))
        .collect();
    assert!(kept.len() >= 4, "each attempt that began is kept: {}", kept.len());
    for (path, bytes) in kept {
        schema.holds(&path.display().to_string(), &serde_json::from_slice(&bytes).expect("JSON"));
    }
}

/// Without this test, a check that accepts everything would go unnoticed.
#[test]
fn drift_is_seen() {
    let schema = Schema::new();
    let library = Library::new();
    let report = command(&library, "check", &library.loans(2023, 10, ""), None).summary;
    schema.holds("as it is", &report);
    let check = |object: &str, change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut other = report.clone();
        let found = other.pointer_mut(object).and_then(Value::as_object_mut).expect("an object");
        change(found);
        assert!(schema.faults(&other).is_some(), "`{object}` changed, and it passes");
    };
    for object in
        ["", "/source", "/records", "/milliseconds", "/rules/csv.ragged", "/amounts/fine_eur"]
    {
        check(object, &|found| drop(found.insert("unheard_of".to_owned(), Value::Null)));
        check(object, &|found| {
            drop(found.shift_remove(&found.keys().next().expect("a key").clone()));
        });
    }
}
