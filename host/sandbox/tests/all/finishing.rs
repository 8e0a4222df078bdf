//! What a plugin may get wrong at the end of a file. There is no record to blame, so each is an error of the run.

use assay_model::{FileResultOutcome, Measure, Merge, RuleClass};

use crate::setting::{component, session, table};

fn finish(behaviour: &str) -> String {
    let totals = [
        Measure { code: 1, key: String::new(), merge: Merge::Sum, value: 40 },
        Measure { code: 1, key: "é".to_owned(), merge: Merge::Greatest, value: 2 },
    ];
    match session(&component(), behaviour, RuleClass::Validate).finish(&totals) {
        Err(error) => error.to_string(),
        Ok(results) => {
            assert_eq!(results[0].outcome, FileResultOutcome::Passed);
            results.iter().map(|result| format!("rule {} observed {}", result.rule, result.observed)).collect()
        }
    }
}

#[test]
fn ends() {
    let table = table(
        [
            "well-behaved", "finish-spins", "finish-traps", "finish-faults", "finish-unknown-rule",
            "finish-host-check", "finish-unknown-outcome", "finish-long-text", "finish-twice",
        ],
        finish,
    );
    insta::assert_snapshot!(table, @"");
}
