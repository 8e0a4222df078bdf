//! Faults of a plugin in its verdicts. The batch has three records, `good`, `BAD` and `bad`; a fault that concerns every
//! record quarantines all of them, a fault that concerns one record only that one.

use assay_model::{Cells, RuleClass, Text};

use crate::setting::{batch, component, outcome, session, table};

fn judge(class: RuleClass) -> impl Fn(&str) -> String {
    move |behaviour| {
        let batch = batch(&["good", "BAD", "bad"], class);
        outcome(session(&component(behaviour), behaviour, class).process(&batch))
    }
}

#[test]
fn not_coming_back() {
    let table = table(
        [
            "well-behaved",
            "process-spins",
            "spin-on-bad",
            "process-traps",
            "trap-on-bad",
            "panic-on-bad",
            "memory",
            "memory-on-bad",
            "stack",
            "fault-on-bad",
            "fault-lies",
            "fault-beyond",
            "fault-shouts",
        ],
        judge(RuleClass::Validate),
    );
    insta::assert_snapshot!(table, @r"
    well-behaved: judged
    process-spins: 0,1,2: it used up a record's fuel of 20,000,000 units in `assay_hostile::guest::harm::maybe`; `fuel_per_record` in the pack's `[limits]` raises it
    spin-on-bad: 1: it used up a record's fuel of 20,000,000 units in `assay_hostile::guest::harm::maybe`; `fuel_per_record` in the pack's `[limits]` raises it
    process-traps: 0,1,2: it trapped: `unreachable` was executed, as after a panic in `assay_hostile::guest::harm::maybe`
    trap-on-bad: 1: it trapped: `unreachable` was executed, as after a panic in `assay_hostile::guest::harm::maybe`
    panic-on-bad: 1: it trapped: `unreachable` was executed, as after a panic in `assay_hostile::guest::harm::maybe`
    memory: 0,1,2: it reached its memory limit of 64 MiB
    memory-on-bad: 1: it reached its memory limit of 64 MiB
    stack: 0,1,2: it trapped: call stack exhausted in `assay_hostile::guest::harm::recurse`
    fault-on-bad: 1: it reported a fault: a bad word
    fault-lies: 1: it reported a fault: somewhere
    fault-beyond: 1: it reported a fault: beyond
    fault-shouts: 0,1,2: it reported a fault: \u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}[31m\u{1b}…
    ");
}

#[test]
fn hits_tallies_samples_and_measures() {
    let table = table(
        [
            "rows-out-of-range",
            "rows-fall",
            "rows-repeat",
            "bitmap-short",
            "bitmap-padding",
            "hit-unknown-rule",
            "hit-other-stage",
            "hit-host-check",
            "hit-outcome",
            "hit-disposition",
            "hit-disposition-in-validate",
            "hit-column",
            "hit-twice",
            "hits-many",
            "hits-a-billion",
            "hits-of-the-same-memory",
            "tally-unknown-rule",
            "tally-too-many",
            "tally-twice",
            "sample-without-hit",
            "sample-record",
            "samples-many",
            "sample-bytes",
            "measure-merge",
            "measure-two-merges",
            "measure-key",
            "measures-many",
        ],
        judge(RuleClass::Validate),
    );
    insta::assert_snapshot!(table, @"
    rows-out-of-range: 0,1,2: it broke the contract: a hit of rule 10 names record 1 of a batch of 1
    rows-fall: 0,1,2: it broke the contract: a hit of rule 10 names record 0 after 1, expected ascending records without repeats
    rows-repeat: 0,1,2: it broke the contract: a hit of rule 10 names record 0 after 0, expected ascending records without repeats
    bitmap-short: 0,1,2: it broke the contract: a hit of rule 10 has a bitmap of 2 bytes, expected 1
    bitmap-padding: 0,1,2: it broke the contract: a hit of rule 10 has a bitmap with bits beyond the last record, expected zeros
    hit-unknown-rule: 0,1,2: it broke the contract: a hit names rule 999, which the stage's plan does not have
    hit-other-stage: 0,1,2: it broke the contract: a hit names rule 1, which the stage's plan does not have
    hit-host-check: 0,1,2: it broke the contract: a hit names rule 12, which the host judges
    hit-outcome: 0,1,2: it broke the contract: outcome of a hit 9 is unknown, expected 1 (failed) or 2 (errored)
    hit-disposition: 0,1,2: it broke the contract: disposition 9 is unknown, expected 0 (unspecified), 1 (hold), 2 (reject) or 3 (divert)
    hit-disposition-in-validate: 0,1,2: it broke the contract: a hit of rule 10 has a disposition, which only hits of quarantine rules may have
    hit-column: 0,1,2: it broke the contract: a hit of rule 10 names column 5, expected an index below 1
    hit-twice: 0,1,2: it broke the contract: two hits of rule 10 have the same column, outcome and disposition, expected one with all records
    hits-many: 0,1,2: it broke the contract: 100000 hits, expected 16384 at most
    hits-a-billion: 0,1,2: it reached its memory limit of 64 MiB
    hits-of-the-same-memory: 0,1,2: what it returned cannot be read: too much data is being copied between the host and the guest: fuel allocated for hostcalls has been exhausted (the limit is 128 MiB a call)
    tally-unknown-rule: 0,1,2: it broke the contract: a tally names rule 999, which the stage's plan does not have
    tally-too-many: 0,1,2: it broke the contract: rule 10 skipped 2 records of a batch of 1
    tally-twice: 0,1,2: it broke the contract: two tallies of rule 10, expected one
    sample-without-hit: 0,1,2: it broke the contract: a sample of rule 10 for record 0, which the rule did not hit
    sample-record: 0,1,2: it broke the contract: a sample of rule 10 names record 1 of a batch of 1
    samples-many: 0,1,2: it broke the contract: 2000 samples, expected 1024 at most
    sample-bytes: 0,1,2: it returned a string that is not UTF-8
    measure-merge: 0,1,2: it broke the contract: merge 9 is unknown, expected 1 (sum), 2 (least) or 3 (greatest)
    measure-two-merges: 0,1,2: it broke the contract: measure 1 is merged in two ways, expected one
    measure-key: 0,1,2: it broke the contract: the key of a measure has 300 bytes, expected 256 at most
    measures-many: 0,1,2: it broke the contract: 5000 measures, expected 4096 at most
    ");
}

#[test]
fn samples_of_a_hit() {
    // The sample is for record 0, which is `bad` here.
    let table = table(["sample-long", "sample-arguments"], |behaviour| {
        let batch = batch(&["bad"], RuleClass::Validate);
        outcome(session(&component(behaviour), behaviour, RuleClass::Validate).process(&batch))
    });
    insta::assert_snapshot!(table, @"
    sample-long: 0: it broke the contract: an argument of a sample has 2000 bytes, expected 1024 at most
    sample-arguments: 0: it broke the contract: 9 arguments of a sample, expected 8 at most
    ");
}

#[test]
fn rewrites() {
    let table = table(
        [
            "well-behaved",
            "rewrite-unknown-rule",
            "rewrite-unasked-column",
            "rewrite-column",
            "offsets-start",
            "offsets-fall",
            "offsets-beyond",
            "offsets-few",
            "offsets-none",
            "patch-rows",
            "patch-values",
            "cell-bytes",
            "cells-split-a-character",
            "cell-long",
            "rewrites-many",
        ],
        judge(RuleClass::Normalise),
    );
    insta::assert_snapshot!(table, @"
    well-behaved: judged
    rewrite-unknown-rule: 0,1,2: it broke the contract: a rewrite names rule 999, which the stage's plan does not have
    rewrite-unasked-column: 0,1,2: it broke the contract: rule 1 rewrites column 1, which was not requested with the `writes` flag
    rewrite-column: 0,1,2: it broke the contract: a rewrite of rule 1 names column 9, expected an index below 2
    offsets-start: 0,1,2: it broke the contract: rule 1 rewrites cells with offsets that start at 1, expected 0
    offsets-fall: judged
    offsets-beyond: 0,1,2: it broke the contract: rule 1 rewrites cells with offsets that end at 9 of 2 bytes, expected all of them
    offsets-few: 0,1,2: it broke the contract: rule 1 rewrites 1 cells with 1 offsets, expected one more than cells
    offsets-none: 0,1,2: it broke the contract: rule 1 rewrites 1 cells with 0 offsets, expected one more than cells
    patch-rows: 0,1,2: it broke the contract: a rewrite of rule 1 names record 1 of a batch of 1
    patch-values: 0,1,2: it broke the contract: rule 1 rewrites 1 cells with 3 offsets, expected one more than cells
    cell-bytes: 0,1,2: it broke the contract: rule 1 rewrites a cell with bytes that are not UTF-8 (cell 0 of the change)
    cells-split-a-character: judged
    cell-long: 0,1,2: it broke the contract: rule 1 rewrites a cell with 100000 bytes, expected 65536 at most
    rewrites-many: 0,1,2: it broke the contract: 5000 rewrites, expected 4096 at most
    ");
}

#[test]
fn rewrites_outside_the_normalise_stage() {
    let table = table(["rewrite-in-validate"], judge(RuleClass::Validate));
    insta::assert_snapshot!(table, @"rewrite-in-validate: 0,1,2: it broke the contract: rule 10 rewrites cells in the validate stage, which only normalise rules may do");
}

#[test]
fn a_rewrite_of_a_column_the_layout_lacks() {
    let class = RuleClass::Normalise;
    let mut batch = batch(&["a"], class);
    batch.columns[0].cells = Cells::Absent;
    let found = outcome(session(&component("cell-bytes"), "cell-bytes", class).process(&batch));
    insta::assert_snapshot!(found, @"0: it broke the contract: rule 1 rewrites column 0, which is absent from the layout");
}

#[test]
fn cells_cross_in_any_form() {
    let mut values = Text::default();
    for word in ["bad", "BAD", "good"] {
        values.push(word.as_bytes());
    }
    let check = |cells: Cells, hits: &[u32], poison: &[u32]| {
        let mut batch = batch(&["", "", "", ""], RuleClass::Validate);
        batch.columns[0].cells = cells;
        let judged = session(&component("trap-on-bad"), "trap-on-bad", RuleClass::Validate)
            .process(&batch)
            .unwrap();
        let mut found = Vec::new();
        judged
            .verdict
            .hits
            .iter()
            .for_each(|hit| hit.records.for_each(4, |record| found.push(record)));
        assert_eq!(found, hits);
        assert_eq!(judged.poison.iter().map(|poison| poison.record).collect::<Vec<_>>(), poison);
    };
    check(Cells::Dictionary { keys: vec![0, 2, 1, 0], values: values.clone() }, &[0, 3], &[2]);
    check(Cells::Constant(b"bad".to_vec()), &[0, 1, 2, 3], &[]);
    check(Cells::Absent, &[], &[]);
    check(Cells::Integer(vec![1, 2, 3, 4]), &[], &[]);
    check(Cells::Decimal { scale: 2, unscaled: vec![1, 2, 3, 4] }, &[], &[]);
    check(Cells::Date(vec![1, 2, 3, 4]), &[], &[]);
}

#[test]
fn batches_that_are_not_as_planned() {
    let class = RuleClass::Validate;
    let mut session = session(&component("well-behaved"), "well-behaved", class);
    let mut wide = batch(&["a"], class);
    wide.columns.push(wide.columns[0].clone());
    insta::assert_snapshot!(outcome(session.process(&wide)), @"error: plugin `hostile` cannot receive the batch at record 1: it has 2 columns, expected 1");
    let mut long = batch(&["a"], class);
    long.records = 2;
    insta::assert_snapshot!(outcome(session.process(&long)), @"error: plugin `hostile` cannot receive the batch at record 1: column 0 has 1 cells, expected 2 and as many bits");
    insta::assert_snapshot!(outcome(session.process(&batch(&[], class))), @"nothing");
}
