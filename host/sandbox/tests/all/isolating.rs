//! Records that break the plugin are found, and cost nobody else.

use std::time::{Duration, Instant};

use assay_model::{Change, RuleClass, Verdict};
use assay_sandbox::{Options, Sandbox, Session};

use crate::guests;
use crate::setting::{batch, component, context, options, outcome, session, stage};

/// `words` with `BAD` at the given places, and `bad` at every seventh.
fn words(records: usize, poison: &[usize]) -> Vec<&'static str> {
    (0..records)
        .map(|record| match record {
            _ if poison.contains(&record) => "BAD",
            _ if record % 7 == 3 => "bad",
            _ => "good",
        })
        .collect()
}

/// Which records a rule hit.
fn hits(verdict: &Verdict, rule: u16, records: u32) -> Vec<usize> {
    let mut found = Vec::new();
    for hit in verdict.hits.iter().filter(|hit| hit.rule == rule) {
        hit.records.for_each(records, |record| found.push(record as usize));
    }
    found
}

fn check(behaviour: &str, records: usize, poison: &[usize]) {
    let words = words(records, poison);
    let batch = batch(&words, RuleClass::Validate);
    let judged =
        session(&component(behaviour), behaviour, RuleClass::Validate).process(&batch).unwrap();
    let found: Vec<usize> = judged.poison.iter().map(|poison| poison.record as usize).collect();
    assert_eq!(found, poison, "{behaviour} in {records}");
    let bad: Vec<usize> = (0..records).filter(|&record| words[record] == "bad").collect();
    assert_eq!(
        hits(&judged.verdict, 10, batch.records),
        bad,
        "the others are judged: {behaviour} in {records}"
    );
    assert_eq!(hits(&judged.verdict, 11, batch.records), [0; 0], "no instance outlives its trap");
    let total: i64 = judged.verdict.measures.iter().map(|measure| measure.value).sum();
    assert_eq!(total, i64::try_from(records - poison.len()).unwrap());
    let samples = &judged.verdict.samples;
    assert!(
        samples.iter().all(|sample| words[sample.record as usize] == "bad"),
        "samples are shifted: {samples:?}"
    );
    assert_eq!(judged.verdict.tallies.len(), usize::from(records > poison.len()));
}

#[test]
fn exactly_the_poison_records_are_found() {
    for behaviour in ["trap-on-bad", "panic-on-bad", "fault-on-bad", "fault-lies"] {
        check(behaviour, 1, &[0]);
        check(behaviour, 2, &[1]);
        check(behaviour, 10, &[0, 9]);
        check(behaviour, 1000, &[0, 1, 2, 500, 999]);
        check(behaviour, 4096, &[4095]);
    }
    check("memory-on-bad", 100, &[42]);
    check("spin-on-bad", 100, &[42]);
}

#[test]
fn rewrites_are_shifted() {
    let batch = batch(&["a", "BAD", "B", "c"], RuleClass::Normalise);
    let judged = session(&component("trap-on-bad"), "trap-on-bad", RuleClass::Normalise)
        .process(&batch)
        .unwrap();
    let mut rewritten = Vec::new();
    for rewrite in &judged.verdict.rewrites {
        let Change::Patch { records, values } = &rewrite.change else {
            panic!("a part is no whole")
        };
        let cells = values.iter().map(|cell| str::from_utf8(cell).unwrap().to_owned());
        rewritten.extend(records.iter().copied().zip(cells));
    }
    assert_eq!(rewritten, [(0, "A".to_owned()), (3, "C".to_owned())]);
}

#[test]
fn a_plugin_that_fails_too_often_is_given_up() {
    let component = component("trap-on-bad");
    let mut session = session(&component, "trap-on-bad", RuleClass::Validate);
    let batch = batch(&["BAD"; 60], RuleClass::Validate);
    assert_eq!(session.process(&batch).unwrap().poison.len(), 60);
    assert_eq!(component.poisoned(), 60);
    // Another session of the same component goes on counting.
    let mut other = crate::setting::session(&component, "trap-on-bad", RuleClass::Validate);
    let error = outcome(other.process(&batch));
    assert!(error.starts_with("error: plugin `hostile` was given up after 100 records"), "{error}");
    assert!(error.contains("it trapped"), "{error}");
}

#[test]
fn a_plugin_that_only_fails_on_company_ends_too() {
    let options = Options { deadline: Duration::from_millis(10), max_poison: 2, ..options() };
    let component = Sandbox::new(options).unwrap().compile("hostile", guests::hostile()).unwrap();
    let mut session = session(&component, "spin-unless-alone", RuleClass::Validate);
    let error = outcome(session.process(&batch(&["good"; 200], RuleClass::Validate)));
    assert!(error.starts_with("error: plugin `hostile` was given up after 0 records"), "{error}");
}

#[test]
fn a_deadline_is_kept() {
    let mut session = session(&component("process-spins"), "process-spins", RuleClass::Validate);
    let begun = Instant::now();
    let found = outcome(session.process(&batch(&["good"], RuleClass::Validate)));
    assert!(found.starts_with("0: it did not come back within 100ms"), "{found}");
    // The machine may be busy; what matters is that it is neither at once nor never.
    let took = begun.elapsed();
    assert!(took >= Duration::from_millis(90), "{took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn two_instances_say_the_same() {
    let component = component("well-behaved");
    let words = words(1000, &[]);
    for class in [RuleClass::Validate, RuleClass::Normalise, RuleClass::Quarantine] {
        let batch = batch(&words, class);
        let judge = || session(&component, "well-behaved", class).process(&batch).unwrap();
        assert_eq!(judge(), judge());
    }
}

#[test]
fn fuel_ends_a_call_too() {
    let options = Options { meter: assay_sandbox::Meter::Fuel(10_000_000), ..options() };
    let component = Sandbox::new(options).unwrap().compile("hostile", guests::hostile()).unwrap();
    let plan = stage(&component, "spin-on-bad", RuleClass::Validate);
    let used = |words: &[&str]| {
        let mut session = Session::open(&component, &context("spin-on-bad"), &plan).unwrap();
        let found = outcome(session.process(&batch(words, RuleClass::Validate)));
        (found, session.profile().fuel)
    };
    let (found, fuel) = used(&["good", "bad"]);
    assert_eq!(found, "judged");
    assert!(fuel > 0);
    assert_eq!(used(&["good", "bad"]).1, fuel, "the same work takes the same fuel");
    insta::assert_snapshot!(used(&["BAD"]).0, @"0: it used up the 10000000 units of fuel of a call in `assay_hostile::guest::harm::maybe`");
}
