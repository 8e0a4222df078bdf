//! Faults of a plugin at the end of a file. There is no record to blame, so each is an error of the run.

use assay_model::{FileResultOutcome, Measure, Merge, RuleClass};
use assay_sandbox::Measures;

use crate::setting::{batch, component, session, table};

fn finish(behaviour: &str) -> String {
    let totals = [
        Measure { code: 1, key: String::new(), merge: Merge::Sum, value: 40 },
        Measure { code: 1, key: "é".to_owned(), merge: Merge::Greatest, value: 2 },
    ];
    let mut measures = Measures::default();
    for measure in totals {
        measures.merge(measure).unwrap();
    }
    match session(&component(behaviour), behaviour, RuleClass::Validate).finish(&measures) {
        Err(error) => error.to_string(),
        Ok(results) => {
            let [result] = results.as_slice() else { panic!("{results:?}") };
            assert_eq!(result.outcome, FileResultOutcome::Passed);
            format!("rule {} observed {}", result.rule, result.observed)
        }
    }
}

#[test]
fn ends() {
    let table = table(
        [
            "well-behaved",
            "finish-spins",
            "finish-traps",
            "finish-faults",
            "finish-unknown-rule",
            "finish-host-check",
            "finish-unknown-outcome",
            "finish-long-text",
            "finish-twice",
        ],
        finish,
    );
    insta::assert_snapshot!(table, @"
    well-behaved: rule 13 observed 42
    finish-spins: plugin `hostile` failed in `finish`: it used up a call's fuel of 1,280,000,000 units in `<assay_hostile::guest::Running as assay_hostile::guest::exports::assay::rules::plugin::GuestSession>::finish`; it grows with `fuel_per_record` in the pack's `[limits]`
    finish-traps: plugin `hostile` failed in `finish`: it trapped: `unreachable` was executed, as after a panic in `<assay_hostile::guest::Running as assay_hostile::guest::exports::assay::rules::plugin::GuestSession>::finish`
    finish-faults: plugin `hostile` failed in `finish`: it reported a fault: nothing adds up
    finish-unknown-rule: plugin `hostile` breaks the contract in `finish`: a file result names rule 999, which the stage's plan does not have
    finish-host-check: plugin `hostile` breaks the contract in `finish`: a file result names rule 12, which the host judges
    finish-unknown-outcome: plugin `hostile` breaks the contract in `finish`: outcome of a file result 9 is unknown, expected 0 (passed), 1 (failed), 2 (errored) or 3 (skipped)
    finish-long-text: plugin `hostile` breaks the contract in `finish`: what a file result observed has 100000 bytes, expected 1024 at most
    finish-twice: plugin `hostile` breaks the contract in `finish`: two file results of rule 13, expected one
    ");
}

#[test]
fn a_file_is_judged_by_an_instance_that_judged_no_record() {
    let component = component("finish-remembers");
    let mut session = session(&component, "finish-remembers", RuleClass::Validate);
    session.process(&batch(&["good"], RuleClass::Validate)).unwrap();
    let results = session.finish(&Measures::default()).unwrap();
    assert_eq!(results[0].outcome, FileResultOutcome::Passed, "{}", results[0].observed);
    assert_eq!(session.profile().instances, 2);
}

#[test]
fn a_sum_beyond_a_measure_is_an_error() {
    let mut measures = Measures::default();
    for value in [i64::MAX, 1] {
        let (key, merge) = ("amounts".to_owned(), Merge::Sum);
        measures.merge(Measure { code: 1, key, merge, value }).unwrap();
    }
    let component = component("well-behaved");
    let error = session(&component, "well-behaved", RuleClass::Validate).finish(&measures);
    insta::assert_snapshot!(error.unwrap_err(), @"plugin `hostile` measures 1 `amounts` of the file add up to 9223372036854775808, which is beyond 64 bits; measure in larger units, or fewer things under one key");
}
