//! Records that break the plugin are found without affecting any others.

use std::time::{Duration, Instant};

use assay_model::{Cells, Change, Column, RuleClass, Verdict};
use assay_sandbox::{Options, Sandbox};

use crate::guests;
use crate::setting::{batch, column, component, options, outcome, session};

/// `words` with `BAD` at the given indexes, and `bad` at every seventh.
fn words(records: usize, poison: &[usize]) -> Vec<&'static str> {
    (0..records)
        .map(|record| match record {
            _ if poison.contains(&record) => "BAD",
            _ if record % 7 == 3 => "bad",
            _ => "good",
        })
        .collect()
}

/// The records that a rule hit.
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

/// A plugin that judges each distinct value, as those built with the SDK do.
#[test]
fn one_bad_record_in_a_hundred_is_one_record_whatever_the_column() {
    let class = RuleClass::Validate;
    let component = component("trap-on-value");
    let check = |cells: Cells| {
        let mut batch = batch(&["good"; 100], class);
        batch.columns = vec![Column { cells: cells.clone(), valid: None, malformed: None }];
        let judged = session(&component, "trap-on-value", class).process(&batch).unwrap();
        let found: Vec<u32> = judged.poison.iter().map(|poison| poison.record).collect();
        assert_eq!(found, [42], "{cells:?}");
    };
    let bad = |record: usize| record == 42;
    let words: Vec<&str> = (0..100).map(|at| if bad(at) { "BAD" } else { "good" }).collect();
    let numbers: Vec<i64> = (0..100).map(|at| if bad(at) { 666 } else { 7 }).collect();
    check(column(&words).cells);
    let Cells::Text(values) = column(&["BAD", "good", "fine"]).cells else { panic!("a text") };
    let keys = (0..100).map(|at| if bad(at) { 0 } else { 1 + u16::from(at % 3 == 0) }).collect();
    check(Cells::Dictionary { keys, values });
    check(Cells::Integer(numbers.clone()));
    check(Cells::Decimal { scale: 2, unscaled: numbers });
    check(Cells::Date((0..100).map(|at| if bad(at) { 666 } else { 7 }).collect()));
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
    // Another session of the same component continues the count.
    let mut other = crate::setting::session(&component, "trap-on-bad", RuleClass::Validate);
    let error = outcome(other.process(&batch));
    assert!(error.starts_with("error: plugin `hostile` was given up after 100 records"), "{error}");
    assert!(error.contains("it trapped"), "{error}");
}

#[test]
fn a_plugin_that_only_fails_on_company_judges_each_record_alone() {
    let component = component("spin-unless-alone");
    let mut session = session(&component, "spin-unless-alone", RuleClass::Validate);
    let batch = batch(&["good"; 8], RuleClass::Validate);
    assert_eq!(outcome(session.process(&batch)), "judged");
    assert_eq!(session.profile().calls, 15, "company fails");
    assert_eq!(outcome(session.process(&batch)), "judged");
    assert_eq!(session.profile().calls, 23, "company is not tried again");
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
fn the_same_work_takes_the_same_fuel() {
    let component = component("spin-on-bad");
    let used = |words: &[&str]| {
        let mut session = session(&component, "spin-on-bad", RuleClass::Validate);
        let found = outcome(session.process(&batch(words, RuleClass::Validate)));
        (found, session.profile().fuel)
    };
    let (found, fuel) = used(&["good", "bad"]);
    assert_eq!(found, "judged");
    assert!(fuel > 0);
    assert_eq!(used(&["good", "bad"]).1, fuel);
    insta::assert_snapshot!(used(&["BAD"]).0, @"0: it used up a record's fuel of 20,000,000 units in `assay_hostile::guest::harm::maybe`; `fuel_per_record` in the pack's `[limits]` raises it");
}

/// Loop iterations for a record of `words_of_work`. A record has fuel for between 500 and 1,000 thousand of them.
const CHEAP: &str = "work 1000";
const HALF: &str = "work 400000";
const DEAR: &str = "work 500000";
const TOO_DEAR: &str = "work 1000000";

fn with_fuel_for_work() -> assay_sandbox::Component {
    let options = Options { fuel_per_record: 6_000_000, ..options() };
    Sandbox::new(options).unwrap().compile("hostile", guests::hostile()).unwrap()
}

/// Judges `words` in batches of `size` in one session, and returns the poison records with their reasons, and the measured
/// count.
fn judged_by(
    component: &assay_sandbox::Component,
    words: &[&str],
    size: usize,
) -> (Vec<String>, i64) {
    let mut session = session(component, "works", RuleClass::Validate);
    let (mut poison, mut counted) = (Vec::new(), 0);
    for (part, words) in words.chunks(size).enumerate() {
        let judged = session.process(&batch(words, RuleClass::Validate)).unwrap();
        let found = judged.poison.iter();
        poison
            .extend(found.map(|it| format!("{}: {}", part * size + it.record as usize, it.reason)));
        counted += judged.verdict.measures.iter().map(|measure| measure.value).sum::<i64>();
    }
    (poison, counted)
}

#[test]
fn who_runs_out_of_fuel_does_not_depend_on_the_company() {
    let component = with_fuel_for_work();
    let mut words = vec![CHEAP; 200];
    // Many that are expensive together but not alone; some that are too expensive, in company and alone.
    words[10..40].fill(HALF);
    words[50..54].fill(DEAR);
    for record in [0, 25, 52, 120, 121, 199] {
        words[record] = TOO_DEAR;
    }
    let (poison, counted) = judged_by(&component, &words, 1);
    let records: Vec<_> = poison.iter().map(|text| text.split_once(':').unwrap().0).collect();
    assert_eq!(records, ["0", "25", "52", "120", "121", "199"]);
    assert_eq!(counted, 194);
    for size in [2, 3, 7, 64, 199, 200] {
        assert_eq!(judged_by(&component, &words, size), (poison.clone(), counted), "{size}");
    }
}

#[test]
fn a_record_that_comes_alone_is_judged_once() {
    let component = with_fuel_for_work();
    for (word, poison) in [(CHEAP, 0), (DEAR, 0), (TOO_DEAR, 1)] {
        let mut session = session(&component, "works", RuleClass::Validate);
        let judged = session.process(&batch(&[word], RuleClass::Validate)).unwrap();
        assert_eq!((judged.poison.len(), session.profile().calls), (poison, 1), "{word}");
    }
}

#[test]
fn a_slow_plugin_is_not_given_up() {
    let component = with_fuel_for_work();
    // Each batch is divided many times; that is not a failure of the plugin.
    let (poison, counted) = judged_by(&component, &vec![DEAR; 2_000], 500);
    assert_eq!((poison, counted), (Vec::new(), 2_000));
    assert!(component.poisoned() == 0);
}

#[test]
fn a_call_that_hangs_ends_the_run_and_judges_nothing() {
    let (deadline, fuel) = (Duration::from_millis(50), 1_000_000_000_000_000);
    let options = Options { deadline, fuel_per_record: fuel, ..options() };
    let component = Sandbox::new(options).unwrap().compile("hostile", guests::hostile()).unwrap();
    let mut session = session(&component, "spin-on-bad", RuleClass::Validate);
    let begun = Instant::now();
    let error = session.process(&batch(&["good", "BAD", "good"], RuleClass::Validate)).unwrap_err();
    // The machine may be busy; what matters is that the call ends neither immediately nor never.
    assert!((Duration::from_millis(45)..Duration::from_secs(10)).contains(&begun.elapsed()));
    assert_eq!(error.records(), Some(0..3));
    insta::assert_snapshot!(error, @"plugin `hostile` hangs: `process` did not return within 50ms in `assay_hostile::guest::harm::maybe`; run it again on a less busy machine, or raise `deadline` in the pack's `[limits]`");
}
