//! What a plugin may get wrong when it checks its settings and plans a run, and what a run cannot start with.

use assay_model::RuleClass;
use assay_sandbox::PlanError;

use crate::setting::{component, context, stage, table};

#[test]
fn plans() {
    let component = component();
    let table = table(
        [
            "well-behaved", "config-spins", "config-traps", "config-no-faults", "config-many-faults",
            "config-ten-million-faults", "plan-empty", "plan-repeated-code", "plan-code-in-two-stages",
            "plan-repeated-name", "plan-class", "plan-class-of-another-stage", "plan-stage", "plan-stage-twice",
            "plan-level", "plan-form", "plan-flags", "plan-writes-in-validate", "plan-writes-a-number",
            "plan-column-index", "plan-column-twice", "plan-column-without-name", "plan-date-format",
            "plan-format-of-a-text", "plan-scale", "plan-host-check", "plan-host-check-in-normalise",
            "plan-long-message",
        ],
        |behaviour| match component.plan(&context(behaviour)) {
            Ok(stages) => format!("{} stages", stages.len()),
            Err(PlanError::Settings(faults)) => panic!("{faults:?} is about the settings"),
            Err(error) => error.to_string(),
        },
    );
    insta::assert_snapshot!(table, @"");
}

#[test]
fn faults_of_the_settings_are_told_from_those_of_the_plugin() {
    match component().plan(&context("config-faults")) {
        Err(PlanError::Settings(faults)) => {
            assert_eq!(faults.len(), 2);
            assert_eq!(faults[0].path, "/words/0");
            assert_eq!(faults[0].expected, ["good", "bad"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stage_without_rules_and_columns_judges_nothing() {
    let component = component();
    let mut plan = stage(&component, "well-behaved", RuleClass::Quarantine);
    plan.columns.clear();
    plan.rules.clear();
    let mut session = component.open(&context("well-behaved"), &plan).unwrap();
    let batch = assay_model::Batch { first_record: 1, records: 3, columns: vec![], standing: vec![0; 3] };
    assert_eq!(session.process(&batch).unwrap().verdict.hits, []);
}

#[test]
fn opening() {
    let component = component();
    let table = table(["open-spins", "open-traps", "open-faults"], |behaviour| {
        let plan = stage(&component, behaviour, RuleClass::Validate);
        component.open(&context(behaviour), &plan).unwrap_err().to_string()
    });
    insta::assert_snapshot!(table, @"");
}
