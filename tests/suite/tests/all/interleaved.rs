//! Two concurrent attempts, each held up at any of its operations while the other continues: neither ever removes what the other has
//! published.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use assay_pipeline::{Input, Report};
use assay_store::blob::MemoryBlob;
use assay_store::{Expected, Found, Key};
use assay_suite::{BAD_LOAN, Gate, Ground, Lake, PausedStore, Setting};
use serde_json::Value;

/// An attempt: the bytes of a file, and its name.
#[derive(Clone, Copy)]
struct Try<'a> {
    bytes: &'a [u8],
    name: &'a str,
}

impl Try<'_> {
    fn run(&self, setting: &Setting, lake: &Lake, gate: &Arc<Gate>) -> Report {
        let input =
            Input::new(Arc::new(MemoryBlob::new(self.bytes.to_vec())), Some(self.name.to_owned()));
        let inner = lake.store();
        let report = setting.run(&input, &PausedStore { inner, gate: Arc::clone(gate) });
        gate.open();
        report
    }
}

/// Rules that refuse a file with another name.
fn strict() -> Setting {
    let setting = Setting::new();
    let pack = setting.library.rule_file("loans/2023.toml");
    let text = std::fs::read_to_string(&pack).expect("the pack");
    assert!(!text.contains("[levels]"));
    std::fs::write(&pack, text + "\n[levels]\n\"file.name\" = { level = \"refuse\", why = \"names tell the branch\" }\n")
        .expect("space");
    setting
}

/// Runs `first` up to an operation, then `second` up to one of its own, then `first` to its end and `second` to its end.
fn interleave(
    setting: &Setting,
    lake: &Lake,
    tries: [Try<'_>; 2],
    stops: [u64; 2],
) -> [(Report, u64); 2] {
    let gates = stops.map(Gate::after);
    let [first, second] = &gates;
    let reports = thread::scope(|scope| {
        let one = scope.spawn(|| tries[0].run(setting, lake, first));
        first.wait();
        let other = scope.spawn(|| tries[1].run(setting, lake, second));
        second.wait();
        first.open();
        let one = one.join().expect("a run does not panic");
        second.open();
        [one, other.join().expect("a run does not panic")]
    });
    let [one, other] = reports;
    [(one, first.operations()), (other, second.operations())]
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {value:#}"))
}

/// What must always hold: the published data is complete, one audit record says so, and no other attempt's files are left.
fn sound(lake: &Lake, reports: &[&Report], at: &str) {
    let mut published = BTreeSet::new();
    for report in reports {
        if report.outcome.starts_with("accepted") && !report.already_published {
            published.insert(report.attempt.as_str());
        }
    }
    let files = lake.files();
    let json = |bytes: &[u8]| -> Value { serde_json::from_slice(bytes).expect("whole") };
    let manifest = files.iter().find(|(path, _)| path.ends_with("_commit/manifest.json"));
    let Some((_, manifest)) = manifest else {
        assert!(published.is_empty(), "{at}: something is said to be published");
        return;
    };
    let assay = &json(manifest)["assay"];
    assert!(published.contains(text(assay, "attempt")), "{at}: {assay:#}");
    let store = lake.store();
    for part in assay["parts"].as_array().expect("parts") {
        let expected = Expected {
            bytes: part["bytes"].as_u64().expect("a size"),
            digest: text(part, "digest").parse().expect("a digest"),
        };
        let key = Key::new(text(part, "key")).expect("a key");
        assert_eq!(store.verify(&key, &expected).expect("it can be read"), Found::Same, "{at}");
    }
    let audits = files.iter().filter(|(path, _)| path.starts_with("metadata/ingestion_audit"));
    let audits: Vec<_> = audits.map(|(_, bytes)| json(bytes)).collect();
    let accepted: Vec<_> =
        audits.iter().filter(|it| text(it, "outcome").starts_with("accepted")).collect();
    let told: BTreeSet<_> = accepted.iter().map(|it| text(it, "attempt")).collect();
    assert_eq!((told.len(), &told), (accepted.len(), &published), "{at}: one accepted audit each");
    for path in files.keys().filter(|path| path.starts_with("staging/validated")) {
        let path = path.to_string_lossy();
        let own = |attempt: &&str| path.contains(&format!("attempt={attempt}/"));
        let kept = published.iter().any(own) || path.contains("/_commit/");
        assert!(kept, "{at}: {path} is nobody's");
    }
}

/// Steps between two stops of the second: trying all would take minutes and show nothing more.
const STEP: usize = 4;

fn check(setting: &Setting, tries: [Try<'_>; 2], expected: &[[&str; 2]]) {
    for ground in Ground::all() {
        check_on(ground, setting, tries, expected);
    }
}

fn check_on(ground: Ground, setting: &Setting, tries: [Try<'_>; 2], expected: &[[&str; 2]]) {
    let count = |which: usize| {
        let gate = Gate::after(u64::MAX);
        gate.open();
        tries[which].run(setting, &Lake::on(ground), &gate);
        gate.operations()
    };
    let counts = [count(0), count(1)];
    assert!(counts.iter().all(|count| *count > 5), "{counts:?}");
    let mut seen = BTreeSet::new();
    for first in 0..=counts[0] {
        for second in (0..=counts[1]).rev().step_by(STEP) {
            let lake = Lake::on(ground);
            let at = format!("{ground}: first stopped at {first}, second at {second}");
            let [(one, _), (other, _)] = interleave(setting, &lake, tries, [first, second]);
            sound(&lake, &[&one, &other], &at);
            let word = |report: &Report| match &report.failure {
                Some(failure) => failure.code.clone(),
                None if report.already_published => "already".to_owned(),
                None => report.outcome.clone(),
            };
            let words = [word(&one), word(&other)];
            for (loser, winner) in [(&one, &other), (&other, &one)] {
                let Some(failure) = &loser.failure else { continue };
                assert!(!failure.retryable, "{at}: a retry would replace the winner unseen");
                assert_eq!(failure.winner, winner.run_id, "{at}");
            }
            assert!(expected.iter().any(|it| *it == words), "{at}: {words:?}");
            seen.insert(words);
        }
    }
    assert_eq!(seen.len(), expected.len(), "all that may happen did: {seen:?}");
}

#[test]
fn of_twins_one_is_published_and_the_other_says_so() {
    let setting = Setting::new();
    let bytes = std::fs::read(setting.library.loans(2023, 30, BAD_LOAN)).expect("the file");
    let one = Try { bytes: &bytes, name: "loans-2023.csv" };
    let done = "accepted_with_quarantine";
    check(&setting, [one, one], &[[done, "already"], ["already", done]]);
}

#[test]
fn a_refused_run_takes_nothing_from_one_of_the_same_content() {
    let setting = strict();
    let bytes = std::fs::read(setting.library.loans(2023, 30, "")).expect("the file");
    let good = Try { bytes: &bytes, name: "loans-2023.csv" };
    let bad = Try { bytes: &bytes, name: "copy.csv" };
    check(&setting, [bad, good], &[["refused", "accepted"]]);
}

#[test]
fn of_runs_of_different_files_the_slower_one_knows_what_it_replaces() {
    let setting = Setting::new();
    let few = std::fs::read(setting.library.loans(2023, 30, "")).expect("the file");
    let many = std::fs::read(setting.library.loans(2023, 60, "")).expect("the file");
    let name = "loans-2023.csv";
    let tries = [Try { bytes: &few, name }, Try { bytes: &many, name }];
    let expected = [["accepted", "accepted"], ["accepted", "lost_race"], ["lost_race", "accepted"]];
    check(&setting, tries, &expected);
}
