//! Each mistake in `tests/broken` is detected by a law or by the committed costs, without a handwritten test.

use std::fmt::Write;
use std::fs;

use assay_harness::{CostRequest, PluginFolder, Setup, Tried, bench, try_laws};

use crate::guests;

const SEED: u64 = 1;

fn laws_of(rule: &str) -> Vec<Tried> {
    let text = format!("[plugins.broken.settings]\nrule = \"{rule}\"\n");
    let setup = Setup::read(&text, "broken", &Setup::default()).unwrap();
    let tried = try_laws(&guests::broken(), &[], &setup, SEED).unwrap();
    tried.into_iter().filter(|tried| tried.broken.is_some()).collect()
}

/// Checks the laws that a rule breaks; they must include `expected`, which is shown with its table.
fn check(shown: &mut String, rule: &str, expected: &str) {
    let broken = laws_of(rule);
    let names: Vec<&str> = broken.iter().map(|tried| tried.law.name).collect();
    assert!(names.contains(&expected), "`{rule}` breaks {names:?}, expected {expected}");
    let tried = broken.iter().find(|tried| tried.law.name == expected).unwrap();
    let found = tried.broken.as_ref().unwrap();
    assert!(
        found.table.records.len() <= 7,
        "`{rule}`: {} records show it",
        found.table.records.len()
    );
    writeln!(shown, "── {rule} breaks {expected}: {}", steady(&found.difference.how)).unwrap();
    for line in &found.difference.lines {
        writeln!(shown, "   {}", steady(line)).unwrap();
    }
    shown.push_str(
        &found.table.to_csv().escape_debug().to_string().replace("\\n", "\n").replace("\\\"", "\""),
    );
}

/// Removes what changes with the compiler or the SDK: amounts of fuel, and the function that trapped.
fn steady(text: &str) -> String {
    let text = match text.split_once("panic in `") {
        Some((before, after)) => {
            let after = after.rsplit_once('`').map_or(after, |(_, rest)| rest);
            format!("{before}panic in `…`{after}")
        }
        None => text.to_owned(),
    };
    if !text.contains("fuel") {
        return text;
    }
    let amount = |word: &str| word.starts_with(|first: char| first.is_ascii_digit()) && word != "8";
    let words = text.split(' ').map(|word| match word.split_once(';') {
        Some((number, _)) if amount(number) => "…;",
        None if amount(word) => "…",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_mistake_breaks_its_law_with_a_small_table() {
    let mut shown = String::new();
    check(&mut shown, "border", "batch-size");
    check(&mut shown, "border", "batch-border");
    check(&mut shown, "order", "record-order");
    check(&mut shown, "order", "batch-size");
    check(&mut shown, "growing", "idempotence");
    check(&mut shown, "swinging", "idempotence");
    check(&mut shown, "counter", "repetition");
    check(&mut shown, "session", "sessions");
    check(&mut shown, "forms", "text-form");
    check(&mut shown, "char", "survives");
    check(&mut shown, "blank", "blank-columns");
    check(&mut shown, "absent", "absent-columns");
    check(&mut shown, "pairs", "linear-cost");
    check(&mut shown, "backtrack", "linear-cost");
    insta::assert_snapshot!(shown);
}

#[test]
fn a_sound_rule_breaks_none() {
    let broken: Vec<&str> = laws_of("sound").iter().map(|tried| tried.law.name).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn a_rule_that_became_dearer_fails_against_the_committed_cost() {
    let place = tempfile::tempdir().unwrap();
    let folder = PluginFolder::new(place.path());
    let page = |rule: &str| {
        let text = format!(
            "# sound: x\n\n## Fails\n\n```toml\n[plugins.broken.settings]\nrule = \"{rule}\"\n```\n\n```csv\nCode\n99999\n```\n"
        );
        fs::create_dir_all(folder.pages()).unwrap();
        fs::write(folder.pages().join("sound.md"), text).unwrap();
    };
    let subject = guests::broken();
    let run = |bless: bool| {
        let request = CostRequest {
            folder: &folder,
            subject: &subject,
            baseline: folder.costs(),
            baseline_needed: true,
            fail_above_permille: 50,
            bless,
        };
        let report = bench(&request).unwrap();
        report.faults.iter().map(|fault| fault.code).collect::<Vec<_>>()
    };
    page("sound");
    assert_eq!(run(false), ["baseline-missing"]);
    assert!(run(true).is_empty(), "it is accepted as it is");
    assert!(run(false).is_empty(), "fuel is the same each time");
    page("dearer");
    assert_eq!(run(false), ["rule-dearer"]);
    page("sound");
    assert!(run(false).is_empty());
}
