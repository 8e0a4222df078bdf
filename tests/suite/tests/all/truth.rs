//! Generated files: a run finds exactly what the generator planted.

use std::collections::BTreeSet;

use assay_suite::{
    FoundFinding, Ground, Lake, findings, generated, quarantine, repairs, truth, validated_rows,
};

fn check(year: u16, layout: &str, rows: u32, seed: u32) {
    for ground in Ground::all() {
        check_on(ground, year, layout, rows, seed);
    }
}

fn check_on(ground: Ground, year: u16, layout: &str, rows: u32, seed: u32) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = generated(folder.path(), year, layout, rows, seed, "2%");
    let truth = truth(&file);
    let lake = Lake::on(ground);
    let outcome = lake.run(&file, &[]);
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    assert_eq!(outcome.number("records.read"), u64::from(rows));

    let place = lake.path();
    let found: BTreeSet<_> = findings(place)
        .into_iter()
        // The truth file does not say in which column the reader notices a structural fault.
        .map(|FoundFinding { record, rule, column, .. }| {
            let column = if rule.starts_with("csv.") { String::new() } else { column };
            (record, rule, column)
        })
        .collect();
    let missed: Vec<_> = truth.findings.difference(&found).take(20).collect();
    let extra: Vec<_> = found.difference(&truth.findings).take(20).collect();
    assert!(
        missed.is_empty() && extra.is_empty(),
        "{year} {layout}: missed {missed:#?}\nnot planted {extra:#?}"
    );

    let repaired: BTreeSet<_> = repairs(place)
        .into_iter()
        .map(|repair| (repair.record, repair.rule, repair.column))
        .collect();
    let missed: Vec<_> = truth.repairs.difference(&repaired).take(20).collect();
    let extra: Vec<_> = repaired.difference(&truth.repairs).take(20).collect();
    assert!(
        missed.is_empty() && extra.is_empty(),
        "{year} {layout}: not repaired {missed:#?}\nnot planted {extra:#?}"
    );

    let bytes = std::fs::read(&file).expect("the generated file");
    let held = quarantine(place);
    let numbers: BTreeSet<_> = held.iter().map(|record| record.record).collect();
    assert_eq!(numbers, truth.quarantined);
    for record in &held {
        assert_eq!((record.line, record.offset, record.length), truth.ranges[&record.record]);
        let from = usize::try_from(record.offset).expect("a small file");
        let to = from + usize::try_from(record.length).expect("a small file");
        assert_eq!(record.raw, bytes[from..to], "record {}", record.record);
    }
    let passed: Vec<_> = (1..=u64::from(rows)).filter(|record| !numbers.contains(record)).collect();
    assert_eq!(validated_rows(place), passed);
}

#[test]
fn what_is_found_is_what_was_planted_in_2016_with_75_columns() {
    check(2016, "general-75", 20_000, 1);
}

#[test]
fn what_is_found_is_what_was_planted_in_2016_with_91_columns() {
    check(2016, "general-91", 20_000, 2);
}

#[test]
fn what_is_found_is_what_was_planted_in_2020_with_75_columns() {
    check(2020, "general-75", 20_000, 3);
}

#[test]
fn what_is_found_is_what_was_planted_in_the_years_between_with_75_columns() {
    for year in 2017..=2019 {
        check_on(Ground::Disk, year, "general-75", 8_000, u32::from(year) + 75);
    }
}

#[test]
fn what_is_found_is_what_was_planted_in_each_later_year() {
    for year in 2017..=2025 {
        check_on(Ground::Disk, year, "general-91", 8_000, u32::from(year));
    }
}
