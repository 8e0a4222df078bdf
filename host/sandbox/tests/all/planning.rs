//! Faults of a plugin when it checks its settings and plans a run, and what prevents a run from starting.

use assay_model::RuleClass;
use assay_sandbox::{PlanError, Session};

use crate::setting::{component, context, stage, table};

#[test]
fn plans() {
    let table = table(
        [
            "well-behaved",
            "config-spins",
            "config-traps",
            "config-no-faults",
            "config-many-faults",
            "config-ten-million-faults",
            "plan-empty",
            "plan-repeated-code",
            "plan-code-in-two-stages",
            "plan-repeated-name",
            "plan-class",
            "plan-class-of-another-stage",
            "plan-stage",
            "plan-stage-twice",
            "plan-level",
            "plan-form",
            "plan-flags",
            "plan-writes-in-validate",
            "plan-writes-a-number",
            "plan-column-index",
            "plan-column-twice",
            "plan-column-without-name",
            "plan-date-format",
            "plan-format-of-a-text",
            "plan-scale",
            "plan-host-check",
            "plan-host-check-in-normalise",
            "plan-long-message",
        ],
        |behaviour| match component(behaviour).plan(&context(behaviour)) {
            Ok(stages) => format!("{} stages", stages.len()),
            Err(PlanError::Settings(faults)) => panic!("{faults:?} is about the settings"),
            Err(error) => error.to_string(),
        },
    );
    insta::assert_snapshot!(table, @r#"
    well-behaved: 3 stages
    config-spins: plugin `hostile` failed in `check-config`: it used up a call's fuel of 1,280,000,000 units in `<assay_hostile::guest::Hostile as assay_hostile::guest::exports::assay::rules::plugin::Guest>::check_config`; it grows with `fuel_per_record` in the pack's `[limits]`
    config-traps: plugin `hostile` failed in `check-config`: it trapped: `unreachable` was executed, as after a panic in `<assay_hostile::guest::Hostile as assay_hostile::guest::exports::assay::rules::plugin::Guest>::check_config`
    config-no-faults: plugin `hostile` breaks the contract in `check-config`: the settings were refused without a reason, expected at least one
    config-many-faults: plugin `hostile` breaks the contract in `check-config`: 2000 configuration faults, expected 1024 at most
    config-ten-million-faults: plugin `hostile` failed in `check-config`: it reached its memory limit of 64 MiB
    plan-empty: 0 stages
    plan-repeated-code: plugin `hostile` breaks the contract in `check-config`: two rules have the code 10, expected each code once in a plugin
    plan-code-in-two-stages: plugin `hostile` breaks the contract in `check-config`: two rules have the code 10, expected each code once in a plugin
    plan-repeated-name: plugin `hostile` breaks the contract in `check-config`: two rules are named `not-bad`, expected each name once
    plan-class: plugin `hostile` breaks the contract in `check-config`: class 7 is unknown, expected 1 (validate), 2 (normalise) or 3 (quarantine)
    plan-class-of-another-stage: plugin `hostile` breaks the contract in `check-config`: rule `not-bad` of class normalise is in the validate stage, expected rules of that class only
    plan-stage: plugin `hostile` breaks the contract in `check-config`: stage 7 is unknown, expected 1 (validate), 2 (normalise) or 3 (quarantine)
    plan-stage-twice: plugin `hostile` breaks the contract in `check-config`: the validate stage is planned twice, expected once at most
    plan-level: plugin `hostile` breaks the contract in `check-config`: level 7 is unknown, expected 1 (error), 2 (warn), 3 (monitor), 4 (off) or 5 (refuse)
    plan-form: plugin `hostile` breaks the contract in `check-config`: form 7 is unknown, expected 1 (text), 2 (integer), 3 (decimal) or 4 (date)
    plan-flags: plugin `hostile` breaks the contract in `check-config`: column `word` has the flags 0b10000000, expected bit 0 (required) and bit 1 (writes) only
    plan-writes-in-validate: plugin `hostile` breaks the contract in `check-config`: column `word` has the `writes` flag, which only text columns in the normalise stage may have
    plan-writes-a-number: plugin `hostile` breaks the contract in `check-config`: column `word` has the `writes` flag, which only text columns in the normalise stage may have
    plan-column-index: plugin `hostile` breaks the contract in `check-config`: rule `not-bad` reads column 3, expected an index below 1
    plan-column-twice: plugin `hostile` breaks the contract in `check-config`: column `word` is asked for twice in the same form, expected once
    plan-column-without-name: plugin `hostile` breaks the contract in `check-config`: the name of a column is empty
    plan-date-format: plugin `hostile` breaks the contract in `check-config`: column `word` has the date format "%d.%m", expected `%Y`, `%m` and `%d` once each with plain characters between, such as `%m/%d/%Y`
    plan-format-of-a-text: plugin `hostile` breaks the contract in `check-config`: column `word` has the date format "%Y-%m-%d", expected none, because the form is not a date
    plan-scale: plugin `hostile` breaks the contract in `check-config`: column `word` has a scale of 19, expected 18 at most for decimals and 0 for others
    plan-host-check: plugin `hostile` breaks the contract in `check-config`: host check 7 is unknown, expected 0 (none), 1 (unique, first kept) or 2 (unique, every member held back)
    plan-host-check-in-normalise: plugin `hostile` breaks the contract in `check-config`: rule `upper` asks the host for a check, which only validate rules may do
    plan-long-message: plugin `hostile` breaks the contract in `check-config`: the message of a rule has 2000 bytes, expected 1024 at most
    "#);
}

#[test]
fn faults_of_the_settings_are_told_from_those_of_the_plugin() {
    match component("config-faults").plan(&context("config-faults")) {
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
    let component = component("well-behaved");
    let mut plan = stage(&component, "well-behaved", RuleClass::Quarantine);
    plan.columns.clear();
    plan.rules.clear();
    let mut session = Session::open(&component, &context("well-behaved"), &plan).unwrap();
    let batch =
        assay_model::Batch { first_record: 1, records: 3, columns: vec![], standing: vec![0; 3] };
    assert_eq!(session.process(&batch).unwrap().verdict.hits, []);
}

#[test]
fn opening() {
    let table = table(["open-spins", "open-traps", "open-faults"], |behaviour| {
        let component = component(behaviour);
        let plan = stage(&component, behaviour, RuleClass::Validate);
        Session::open(&component, &context(behaviour), &plan).unwrap_err().to_string()
    });
    insta::assert_snapshot!(table, @"
    open-spins: plugin `hostile` failed in `open`: it used up a call's fuel of 1,280,000,000 units in `<assay_hostile::guest::Running as assay_hostile::guest::exports::assay::rules::plugin::GuestSession>::open`; it grows with `fuel_per_record` in the pack's `[limits]`
    open-traps: plugin `hostile` failed in `open`: it trapped: `unreachable` was executed, as after a panic in `<assay_hostile::guest::Running as assay_hostile::guest::exports::assay::rules::plugin::GuestSession>::open`
    open-faults: plugin `hostile` failed in `open`: it reported a fault: the table of words is missing
    ");
}
