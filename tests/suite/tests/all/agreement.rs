//! A run, a check, `explain` and `pack diff` judge a record alike, and all refuse the same plugins.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assay_suite::{
    Lake, Library, Outcome, assay, findings, finish, generated, plugins, quarantine, repairs, truth,
};
use serde_json::Value;

fn judge(command: &str, arguments: &[&str], more: &[String]) -> Outcome {
    finish(assay().arg(command).args(arguments).args(["--format", "json"]).args(more))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What `explain` reports about a record, and whether it quarantines the record.
struct Explained {
    /// Rules that hit it.
    fired: BTreeSet<String>,
    /// Rules that rewrote it.
    rewrote: BTreeSet<String>,
    /// Rules that cannot be judged from one record.
    of_the_file: BTreeSet<String>,
    held_back: bool,
    whole: Value,
}

fn explain(file: &Path, record: u64, more: &[String]) -> Explained {
    let explained = judge("explain", &[&text(file), "--record", &record.to_string()], more);
    assert_eq!(explained.code, Some(0), "{}", explained.stderr);
    let list = |key: &str| explained.summary[key].as_array().expect("a list").clone();
    let of = |state: &str| {
        let rules = list("rules").into_iter().filter(|rule| rule["state"] == state);
        rules.map(|rule| rule["code"].as_str().expect("a code").to_owned()).collect()
    };
    let mut fired: BTreeSet<String> = of("fired");
    fired.extend(list("faults").iter().map(|it| it["code"].as_str().expect("a code").to_owned()));
    let of_the_file = list("rules").into_iter().filter(|rule| {
        rule["detail"].as_str().is_some_and(|why| why.contains("over the whole file"))
    });
    Explained {
        fired,
        rewrote: of("rewrote"),
        of_the_file: of_the_file
            .map(|rule| rule["code"].as_str().expect("a code").to_owned())
            .collect(),
        held_back: explained.summary["outcome"] == 3,
        whole: explained.summary.clone(),
    }
}

#[test]
fn a_run_a_check_and_explain_say_the_same_of_generated_records() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = generated(folder.path(), 2016, "general-75", 2_000, 7, "5%");
    let truth = truth(&file);
    let lake = Lake::new();
    let run = lake.run(&file, &[]);
    assert_eq!(run.code, Some(0), "{:#}\n{}", run.summary, run.stderr);
    let checked = judge("check", &[&text(&file)], &[]);
    for part in ["records", "findings", "rules", "amounts", "outcome"] {
        assert_eq!(checked.summary[part], run.summary[part], "{part}");
    }
    let held: BTreeSet<u64> = quarantine(lake.path()).iter().map(|found| found.record).collect();
    assert_eq!(held, truth.quarantined);
    let mut found: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for finding in findings(lake.path()) {
        found.entry(finding.record).or_default().insert(finding.rule);
    }
    let mut repaired: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for repair in repairs(lake.path()) {
        repaired.entry(repair.record).or_default().insert(repair.rule);
    }
    // One record for each planted rule, and some without any.
    let mut records: BTreeMap<&str, u64> = BTreeMap::new();
    for (record, rule, _) in truth.findings.iter().chain(&truth.repairs) {
        records.entry(rule).or_insert(*record);
    }
    let planted: BTreeSet<u64> = records.into_values().collect();
    let clean: Vec<u64> = (1..).filter(|record| !found.contains_key(record)).take(2).collect();
    for record in planted.into_iter().chain(clean) {
        let explained = explain(&file, record, &[]);
        let mut expected = found.remove(&record).unwrap_or_default();
        let before = expected.len();
        expected.retain(|rule| !explained.of_the_file.contains(rule));
        assert_eq!(explained.fired, expected, "record {record}: {:#}", explained.whole);
        // A record with a broken structure is not judged, so nothing in it is repaired.
        let expected = repaired.remove(&record).unwrap_or_default();
        assert_eq!(explained.rewrote, expected, "record {record}: {:#}", explained.whole);
        if expected.len() == before {
            assert_eq!(explained.held_back, held.contains(&record), "record {record}");
        }
    }
}

/// Loans, some of which break rules; one has a number that does not fit its column.
fn loans(library: &Library) -> PathBuf {
    library.loans(
        2023,
        40,
        "L90001,M1,Central,T,,2023-02-30,,1.00\n\
         L90002,M1,Central,T,,2023-02-20,,12345678.00\n\
         L90003,M1,Atlantis,T,,2023-02-20,,1.00\n\
         L90004,M1,Central,T,,2023-02-20,,-1.00\n\
         L90005,M1,Central,T,,2023-02-20,2023-01-01,-2.00\n\
         L90006,M1,Cen\"tral,T,,2023-02-20,,1.00\n",
    )
}

#[test]
fn explain_takes_no_more_digits_than_a_run() {
    let library = Library::new();
    let file = loans(&library);
    let more = library.arguments();
    let checked = judge("check", &[&text(&file)], &more);
    assert_eq!(checked.summary["findings"]["type.decimal"]["error"], 1, "{:#}", checked.summary);
    let explained = explain(&file, 42, &more);
    assert_eq!(explained.fired, BTreeSet::from(["type.decimal".to_owned()]));
    assert!(explained.held_back);
    let example = &checked.summary["rules"]["type.decimal"]["examples"][0]["message"];
    let rules = explained.whole["rules"].as_array().expect("a list");
    let said = rules.iter().find(|rule| rule["code"] == "type.decimal").expect("the rule");
    assert_eq!(&said["detail"], example);
}

fn difference(from: &Path, to: &Path, file: &Path, more: &[String]) -> Outcome {
    let arguments = ["diff", &text(from), &text(to), &text(file), "--rows", "0"];
    judge("pack", &arguments, more)
}

#[test]
fn a_pack_does_not_differ_from_itself_and_from_another_as_two_checks_do() {
    let library = Library::new();
    let file = loans(&library);
    let more = library.arguments();
    let pack = library.rule_file("loans/2023.toml");
    let same = difference(&pack, &pack, &file, &more);
    // One of the 46 has a quote where none is allowed.
    assert_eq!(same.number("file.records"), 45);
    assert_eq!(same.number("file.differ"), 0);

    let milder = library.rule_file("loans/milder.toml");
    let text_of = fs::read_to_string(&pack).expect("the pack");
    let levels = "\n[levels]\n\"branch-known\" = { level = \"warn\", why = \"a test\" }\n\
                  \"fine-not-negative\" = { level = \"monitor\", why = \"a test\" }\n\
                  \"returned-after-loaned\" = { level = \"off\", why = \"a test\" }\n\
                  \"type.decimal\" = { level = \"warn\", why = \"a test\" }\n";
    fs::write(&milder, text_of + levels).expect("space");
    let differs = difference(&pack, &milder, &file, &more);
    let check = |pack: &Path| judge("check", &[&text(&file), "--pack", &text(pack)], &more);
    let (one, other) = (check(&pack), check(&milder));
    let held = |outcome: &Outcome| outcome.number("records.quarantined");
    let outcomes = differs.summary["file"]["outcomes"].as_array().expect("a list");
    let freed: u64 = outcomes
        .iter()
        .filter(|change| change["from"] == "held back" && change["to"] != "held back")
        .map(|change| change["records"].as_u64().expect("a number"))
        .sum();
    assert!(held(&one) > held(&other));
    assert_eq!(freed, held(&one) - held(&other), "{:#}", differs.summary);
    let hits = |rule: &str| one.summary["rules"][rule]["failed"].as_u64().expect("a number");
    let rules = differs.summary["file"]["rules"].as_array().expect("a list");
    for (code, key) in [
        ("branch-known", "otherwise"),
        ("fine-not-negative", "otherwise"),
        ("type.decimal", "otherwise"),
        ("returned-after-loaned", "only_from"),
    ] {
        let rule = rules.iter().find(|rule| rule["code"] == code).expect("the rule");
        assert_eq!(rule[key], hits(code), "{code}: {rule:#}");
    }
    // For a rule that only counts, a run keeps only the count, but single records still show its findings.
    assert_eq!(other.summary["rules"]["fine-not-negative"]["failed"], hits("fine-not-negative"));
    assert_eq!(other.summary["rules"]["returned-after-loaned"]["failed"], 0);
    fs::remove_file(&milder).expect("it is there");
}

/// All commands that would use the plugin must refuse it in the same words.
fn all_refuse(library: &Library, more: &[String], with: &str) {
    let file = library.loans(2023, 5, "");
    let pack = library.rule_file("loans/2023.toml");
    let checked = judge("check", &[&text(&file)], more);
    assert_eq!(checked.code, Some(2), "{:#}", checked.summary);
    let said = checked.summary["failure"]["message"].as_str().expect("a message").to_owned();
    assert!(said.contains(with), "{said}");
    let refusals = [
        judge("explain", &[&text(&file), "--record", "1"], more),
        difference(&pack, &pack, &file, more),
        judge("pack", &["diff", &text(&pack), &text(&pack)], more),
    ];
    for refused in refusals {
        assert_eq!(refused.code, Some(2), "{:#}", refused.summary);
        assert!(refused.stderr.contains(&said), "{said}\n{}", refused.stderr);
    }
    // A component named by its file may be inspected: nobody vouches for it, and it publishes nothing.
    let component = plugins().join("checks.wasm");
    let tried = judge("try", &[&text(&component), &text(&file)], more);
    assert_eq!(tried.code, Some(0), "{}", tried.stderr);
}

#[test]
fn a_plugin_that_is_not_pinned_is_refused_by_all() {
    let library = Library::new();
    let lock = library.rules().join("assay.lock");
    let pinned = fs::read_to_string(&lock).expect("a lock");
    let at = pinned.find("sha256:").expect("a digest") + "sha256:".len();
    let other = if pinned.as_bytes()[at] == b'0' { "1" } else { "0" };
    let mut changed = pinned;
    changed.replace_range(at..=at, other);
    fs::write(&lock, changed).expect("space");
    all_refuse(&library, &library.arguments(), "is not the one that was locked");
}

#[test]
fn a_plugin_that_is_not_signed_is_refused_by_all() {
    let library = Library::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = assay().current_dir(folder.path()).args(["keygen", "one"]).output();
    assert!(made.expect("assay runs").status.success());
    let key = fs::read_to_string(folder.path().join("one.pub")).expect("a key");
    let line = key.lines().nth(1).expect("the key's line");
    let path = library.rule_file("loans/shared.toml");
    let pack = fs::read_to_string(&path).expect("the packs");
    fs::write(&path, format!("{pack}\n[trust]\nkeys = [\"{line}\"]\n")).expect("space");
    all_refuse(&library, &library.arguments(), "requires a signature");
}
