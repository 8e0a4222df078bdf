//! Published data stays correct: damaged files are detected and rewritten, nothing is replaced unnoticed, and no live files are cleaned
//! away.

use std::path::{Path, PathBuf};

use assay_pipeline::{Input, Replacing, Report};
use assay_store::LocalStore;
use assay_suite::{BAD_LOAN, Lake, Library, Outcome, Setting, assay, finish};
use serde_json::Value;

fn run(setting: &Setting, file: &Path, lake: &Lake, replacing: Replacing) -> Report {
    let input = Input::from_path(file, None).expect("the file");
    let store = LocalStore::open(lake.path()).expect("a root");
    setting.run_replacing(&input, &store, replacing)
}

fn publish(setting: &Setting, file: &Path, lake: &Lake) -> Report {
    run(setting, file, lake, Replacing::Anything)
}

fn find(lake: &Lake, what: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let files = lake.files().into_keys();
    files.filter(|path| what(&path.to_string_lossy())).collect()
}

#[test]
fn a_published_run_can_be_repeated_without_its_audit() {
    let setting = Setting::new();
    let file = setting.library.loans(2023, 300, BAD_LOAN);
    let lake = Lake::new();
    let first = publish(&setting, &file, &lake);
    let audits = find(&lake, |path| path.contains("ingestion_audit"));
    let [audit] = &audits[..] else { panic!("{audits:?}") };
    let own = find(&lake, |path| path.ends_with("_report.json"));
    let [own] = &own[..] else { panic!("{own:?}") };
    let before = std::fs::read(lake.path().join(audit)).expect("the audit");

    std::fs::remove_file(lake.path().join(audit)).expect("pruned");
    let again = publish(&setting, &file, &lake);
    assert!(again.already_published);
    assert_eq!((&again.rules, &again.records), (&first.rules, &first.records));
    assert_eq!(std::fs::read(lake.path().join(audit)).expect("it is back"), before);

    std::fs::remove_file(lake.path().join(audit)).expect("pruned");
    std::fs::remove_file(lake.path().join(own)).expect("gone");
    let again = publish(&setting, &file, &lake);
    assert!(again.already_published, "{again:#?}");
    assert_eq!((&again.outcome, again.records.read), (&first.outcome, first.records.read));
    assert!(!first.amounts.is_empty() && first.quarantine.is_some());
    assert_eq!((&again.amounts, &again.quarantine), (&first.amounts, &first.quarantine));
    assert_eq!(again.manifest, first.manifest);
    assert!(again.notices[0].contains("is gone, so this tells what the manifest knows"));
}

#[test]
fn a_part_that_is_gone_or_changed_is_written_anew() {
    let setting = Setting::new();
    let file = setting.library.loans(2023, 300, "");
    let check = |harm: fn(&Path), told: &str| {
        let lake = Lake::new();
        publish(&setting, &file, &lake);
        let whole = lake.staged();
        let part = find(&lake, |path| path.contains("/part-"));
        harm(&lake.path().join(&part[0]));
        let again = publish(&setting, &file, &lake);
        assert!(!again.already_published && again.outcome == "accepted", "{again:#?}");
        assert!(again.notices.iter().any(|it| it.contains(told)), "{:?}", again.notices);
        assert_eq!((again.replaces, again.replaced), (None, None), "it replaces itself");
        let store = LocalStore::open(lake.path()).expect("a root");
        let cleaned = assay_pipeline::gc::clean(&store, NOTHING).expect("it can be cleaned");
        assert_eq!(cleaned.attempts.iter().filter(|it| it.goes).count(), 1, "{cleaned:#?}");
        assert_eq!(lake.staged(), whole);
        assert!(publish(&setting, &file, &lake).already_published);
    };
    check(|part| std::fs::remove_file(part).expect("gone"), "is missing");
    check(|part| std::fs::write(part, "").expect("cut"), "has 0 bytes, expected");
}

const NOTHING: assay_pipeline::gc::Retention = assay_pipeline::gc::Retention {
    runs: 0,
    keep: std::time::Duration::ZERO,
    grace: std::time::Duration::ZERO,
};

#[test]
fn what_a_run_replaces_is_said_and_can_be_forbidden() {
    let setting = Setting::new();
    let lake = Lake::new();
    let (none, run_of) = (Replacing::Nothing, |run: &str| Replacing::Run(run.to_owned()));
    let file = setting.library.loans(2023, 300, "");
    let early = run(&setting, &file, &lake, run_of("0123"));
    let refusal = early.refusal.expect("nothing is there to replace");
    assert_eq!(
        (refusal.code.as_str(), refusal.message.as_str()),
        (
            "replaces",
            "expected to replace run `0123`, and nothing is published for this partition; check what has \
             been published since, then name that run or leave out --expect-run"
        )
    );
    let first = run(&setting, &file, &lake, none.clone());
    assert_eq!((first.outcome.as_str(), &first.replaced), ("accepted", &None));
    let first_run = first.run_id.expect("a run");

    let file = setting.library.loans(2023, 310, "");
    let refused = run(&setting, &file, &lake, none);
    let refusal = refused.refusal.expect("it would replace");
    let start = format!("run `{first_run}` of `loans-2023.csv` is published for this partition");
    assert!(refusal.message.starts_with(&start), "{}", refusal.message);
    let before = lake.staged();
    assert_eq!(run(&setting, &file, &lake, run_of("0123")).outcome, "refused");
    assert_eq!(lake.staged(), before, "a refused run leaves no parts");
    let second = run(&setting, &file, &lake, run_of(&first_run));
    // Retrying a published run succeeds, whatever it was told to expect.
    for expected in [Replacing::Nothing, run_of(&first_run), run_of("0123")] {
        let again = run(&setting, &file, &lake, expected.clone());
        assert!(again.already_published, "{expected:?}: {again:#?}");
    }
    let replaced = second.replaced.expect("it replaces the first");
    assert_eq!((second.outcome.as_str(), &replaced.run_id), ("accepted", &first_run));
    assert_eq!((replaced.source.as_str(), replaced.validated), ("loans-2023.csv", 300));
}

#[test]
fn an_older_version_is_published_beside_the_newest() {
    let setting = Setting::new();
    let dataset = setting.library.rule_file("dataset.toml");
    let text = std::fs::read_to_string(&dataset).expect("the dataset");
    let text =
        text.replace("partition = [\"year\"]", "partition = [\"year\"]\nnewest_by = \"year\"");
    std::fs::write(&dataset, text).expect("space");
    let lake = Lake::new();
    let newest = || -> Value {
        let path = "staging/validated/dataset=library/kind=loans/_commit/newest.json";
        serde_json::from_slice(&std::fs::read(lake.path().join(path)).expect("it is there"))
            .expect("whole")
    };
    let new = publish(&setting, &setting.library.loans(2024, 300, ""), &lake);
    assert_eq!((new.outcome.as_str(), &new.superseded_by), ("accepted", &None));
    assert_eq!(newest()["value"], "2024");
    let old = publish(&setting, &setting.library.loans(2023, 300, ""), &lake);
    assert_eq!((old.outcome.as_str(), old.superseded_by.as_deref()), ("accepted", Some("2024")));
    assert_eq!(newest()["value"], "2024", "readers of the newest do not see it");
    let manifest = find(&lake, |path| path.ends_with("year=2023/_commit/manifest.json"));
    let bytes = std::fs::read(lake.path().join(&manifest[0])).expect("it is published beside");
    let manifest: Value = serde_json::from_slice(&bytes).expect("whole");
    assert_eq!(manifest["assay"]["superseded_by"], "2024");

    // Reported again on each retry, also for a run that was the newest when it was published.
    let other = Lake::new();
    for (year, already, expected) in
        [(2023, false, None), (2024, false, None), (2024, true, None), (2023, true, Some("2024"))]
    {
        let report = publish(&setting, &setting.library.loans(year, 300, ""), &other);
        assert_eq!(report.already_published, already, "{year}: {:?}", report.failure);
        assert_eq!(report.superseded_by.as_deref(), expected, "{year}");
    }
}

fn typed(library: &Library, lake: &Lake, file: &Path, more: &[&str]) -> Outcome {
    let mut command = assay();
    command.arg("run").arg(file).arg("--root").arg(lake.path()).args(library.arguments());
    let output = command.args(more).output().expect("assay runs");
    Outcome {
        code: output.status.code(),
        summary: Value::String(String::from_utf8_lossy(&output.stdout).into_owned()),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_replacement_stands_in_the_text() {
    let library = Library::new();
    let lake = Lake::new();
    typed(&library, &lake, &library.loans(2023, 300, ""), &[]);
    let file = library.loans(2023, 310, "");
    let refused = typed(&library, &lake, &file, &["--no-replace"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let text = refused.summary.as_str().expect("text");
    assert!(
        text.contains("REFUSED: nothing was published") && text.contains("[replaces]"),
        "{text}"
    );
    let replaced = typed(&library, &lake, &file, &[]);
    assert_eq!(replaced.code, Some(0), "{}", replaced.stderr);
    let text = replaced.summary.as_str().expect("text");
    assert!(text.contains("of loans-2023.csv (300 records, +10)"), "{text}");
    let both = typed(&library, &lake, &file, &["--no-replace", "--expect-run", "x"]);
    assert_eq!(both.code, Some(2), "{}", both.stderr);
}

#[test]
fn gc_shows_first_and_keeps_what_is_named_or_young() {
    let library = Library::new();
    let lake = Lake::new();
    for records in [300, 310, 320] {
        typed(&library, &lake, &library.loans(2023, records, ""), &[]);
    }
    let gc = |more: &[&str]| {
        let mut command = assay();
        command.arg("gc").arg("--root").arg(lake.path()).args(["--format", "json"]).args(more);
        let outcome = finish(&mut command);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let goes = |it: &&Value| it["goes"] == true;
        outcome.summary["attempts"].as_array().expect("attempts").iter().filter(goes).count()
    };
    let before = lake.files();
    assert_eq!(gc(&[]), 0, "all are young");
    assert_eq!(gc(&["--keep-days", "0"]), 1, "one replaced run is kept to go back to");
    assert_eq!(gc(&["--keep-days", "0", "--keep-runs", "0"]), 2);
    assert_eq!(lake.files(), before, "it only looked");
    assert_eq!(gc(&["--keep-days", "0", "--keep-runs", "0", "--delete"]), 2);
    assert_eq!(gc(&["--keep-days", "0", "--keep-runs", "0"]), 0);
    let parts = find(&lake, |path| path.contains("/part-"));
    assert_eq!(parts.len(), 1, "{parts:?}");
    let again = typed(&library, &lake, &library.loans(2023, 320, ""), &[]);
    assert!(again.summary.as_str().expect("text").contains("already published"));
    let runs = lake.path().join("staging/validated/dataset=library/kind=loans/year=2023");
    let folders = std::fs::read_dir(runs).expect("the partition").count();
    assert_eq!(folders, 2, "empty folders go too: the commit and one run");

    let mut nowhere = assay();
    let outcome = finish(nowhere.args(["gc", "--root", "nowhere/at/all"]));
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("the folder `nowhere/at/all` does not exist"),
        "{}",
        outcome.stderr
    );
}
