//! Both plugins accept every pack's settings in every layout of the pack, and `RULES.md` lists exactly their rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::collections::BTreeMap;

use assay_plugin_checks::Checks;
use assay_plugin_open_payments::OpenPayments;
use assay_sdk::{Level, Stage, StagePlan};
use support::Pack;

fn plans(pack: &Pack) -> Vec<StagePlan> {
    let mut plans = pack.table("checks").plan::<Checks>().unwrap();
    plans.extend(pack.table("open-payments").plan::<OpenPayments>().unwrap());
    plans
}

#[test]
fn every_pack_is_taken_in_every_layout() {
    for year in 2016..=2025 {
        for layout in ["general-75", "general-91"] {
            if layout == "general-75" && year > 2020 {
                continue;
            }
            let plans = plans(&Pack::of(&year.to_string(), layout, "2026-01-23"));
            assert_eq!(plans.len(), 4, "two plugins validate, one normalises and quarantines");
        }
    }
}

#[test]
fn columns_that_are_asked_for_exist() {
    let pack = Pack::of("2023", "general-91", "2024-06-28");
    for request in plans(&pack).iter().flat_map(|plan| &plan.columns) {
        assert!(pack.columns().contains(&request.name), "`{}` is not a column", request.name);
    }
}

/// The codes in `RULES.md` with their stage and level, without the host's.
fn catalogue() -> BTreeMap<String, (Stage, Level)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/open-payments/RULES.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut rules = BTreeMap::new();
    let mut level = Level::Error;
    let mut stage = Stage::Validate;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            (stage, level) = match title.split(' ').next().unwrap() {
                "Held" => (Stage::Validate, Level::Error),
                "Reported" => (Stage::Validate, Level::Warn),
                "Repaired" => (Stage::Normalise, Level::Warn),
                _ => (Stage::Validate, Level::Off),
            };
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, codes, second, ..] = cells[..] else { continue };
        let level = match second {
            "refuse" => Level::Refuse,
            "warn" => Level::Warn,
            _ => level,
        };
        let stage = if second == "Q" { Stage::Quarantine } else { stage };
        for code in codes.split(", ").filter_map(|code| code.strip_prefix('`')?.strip_suffix('`')) {
            if !code.contains('.') {
                rules.insert(code.to_owned(), (stage, level));
            }
        }
    }
    rules
}

#[test]
fn the_catalogue_is_true() {
    let plans = plans(&Pack::of("2016", "general-91", "2022-06-30"));
    let declared: BTreeMap<String, (Stage, Level)> = plans
        .iter()
        .flat_map(|plan| &plan.rules)
        .map(|rule| (rule.name.clone(), (rule.stage, rule.level)))
        .collect();
    assert_eq!(declared, catalogue());
}

#[test]
fn a_run_without_a_year_is_refused() {
    let table = assay_sdk::testing::Table::new(&["Record_ID"]);
    let faults = table.plan::<OpenPayments>().unwrap_err();
    assert_eq!(faults, [": the pack has no partition key `year`, which the rules of a year need"]);
    let faults = table.clone().settings(r#"{"share_from": 5}"#).plan::<OpenPayments>().unwrap_err();
    assert!(
        faults[0].starts_with("/share_from: unknown key `share_from` [share_from_records, "),
        "{faults:?}"
    );
}
