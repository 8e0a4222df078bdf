//! What a plugin may get wrong while it judges. The batch has three records, `good`, `BAD` and `bad`; what is wrong with
//! every record ends with all of them quarantined, what is wrong with one with that one.

use assay_model::RuleClass;

use crate::setting::{batch, component, outcome, session, table};

fn judge(class: RuleClass) -> impl Fn(&str) -> String {
    move |behaviour| {

        let batch = batch(&["good", "BAD", "bad"], class);
        outcome(session(&component(), behaviour, class).process(&batch))
    }
}

#[test]
fn not_coming_back() {
    let table = table(
        [
            "well-behaved", "process-spins", "spin-on-bad", "process-traps", "trap-on-bad", "panic-on-bad",
            "memory", "memory-on-bad", "stack", "fault-on-bad", "fault-lies", "fault-beyond", "fault-shouts",
        ],
        judge(RuleClass::Validate),
    );
    insta::assert_snapshot!(table, @"");
}

#[test]
fn hits_tallies_samples_and_measures() {
    let table = table(
        [
            "rows-out-of-range", "rows-fall", "rows-repeat", "bitmap-short", "bitmap-padding",
            "hit-unknown-rule", "hit-other-stage", "hit-host-check", "hit-outcome", "hit-disposition",
            "hit-disposition-in-validate", "hit-column", "hit-twice", "hits-many", "hits-a-billion",
            "hits-of-the-same-memory", "tally-unknown-rule", "tally-too-many", "tally-twice",
            "sample-without-hit", "sample-record", "samples-many", "sample-bytes",
            "measure-merge", "measure-two-merges", "measure-key", "measures-many",
        ],
        judge(RuleClass::Validate),
    );
    insta::assert_snapshot!(table, @"");
}

#[test]
fn samples_of_a_hit() {
    // The sample is about record 0, which is `bad` here.
    let table = table(["sample-long", "sample-arguments"], |behaviour| {
        let batch = batch(&["bad"], RuleClass::Validate);
        outcome(session(&component(), behaviour, RuleClass::Validate).process(&batch))
    });
    insta::assert_snapshot!(table, @"");
}

#[test]
fn rewrites() {
    let table = table(
        [
            "well-behaved", "rewrite-unknown-rule", "rewrite-unasked-column", "rewrite-column",
            "offsets-start", "offsets-fall", "offsets-beyond", "offsets-few", "offsets-none",
            "patch-rows", "patch-values", "cell-bytes", "cells-split-a-character", "cell-long", "rewrites-many",
        ],
        judge(RuleClass::Normalise),
    );
    insta::assert_snapshot!(table, @"");
}

#[test]
fn rewrites_outside_the_normalise_stage() {
    let table = table(["rewrite-in-validate"], judge(RuleClass::Validate));
    insta::assert_snapshot!(table, @"");
}

#[test]
fn a_rewrite_of_a_column_the_layout_lacks() {
    let class = RuleClass::Normalise;
    let mut batch = batch(&["a"], class);
    batch.columns[0].cells = assay_model::Cells::Absent;
    let found = outcome(session(&component(), "cell-bytes", class).process(&batch));
    insta::assert_snapshot!(found, @"");
}

#[test]
fn batches_that_are_not_as_planned() {
    let class = RuleClass::Validate;
    let mut session = session(&component(), "well-behaved", class);
    let mut wide = batch(&["a"], class);
    wide.columns.push(wide.columns[0].clone());
    insta::assert_snapshot!(outcome(session.process(&wide)), @"");
    let mut long = batch(&["a"], class);
    long.records = 2;
    insta::assert_snapshot!(outcome(session.process(&long)), @"");
    insta::assert_snapshot!(outcome(session.process(&batch(&[], class))), @"nothing");
}
