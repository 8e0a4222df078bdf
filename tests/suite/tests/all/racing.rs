//! Two concurrent processes, on a disk and on every server: there is one manifest, and each process reports the truth.

use std::process::{Child, Stdio};

use assay_suite::{Endpoint, Ground, Lake, Library, Outcome};
use serde_json::Value;

/// Races of each kind on each storage: enough to see both orders.
const RACES: u32 = 6;

fn start(lake: &Lake, library: &Library, file: &std::path::Path) -> Child {
    let mut command = lake.command(file);
    command.args(library.arguments()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("assay starts")
}

fn end(child: Child) -> Outcome {
    let output = child.wait_with_output().expect("assay ends");
    Outcome {
        code: output.status.code(),
        summary: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The outcome that a run reported.
fn word(outcome: &Outcome) -> &str {
    match outcome.summary["failure"]["code"].as_str() {
        Some(code) => code,
        None if outcome.summary["already_published"] == true => "already",
        None => outcome.text("outcome"),
    }
}

fn manifest(lake: &Lake) -> Value {
    let files = lake.files();
    let mut manifests = files.iter().filter(|(path, _)| path.ends_with("manifest.json"));
    let (_, bytes) = manifests.next().expect("something is published");
    assert!(manifests.next().is_none(), "one partition has one manifest");
    serde_json::from_slice::<Value>(bytes).expect("a whole manifest")["assay"].clone()
}

/// A disk, and every available server.
fn grounds() -> Vec<Ground> {
    let mut grounds = Ground::all();
    grounds.extend(Endpoint::moto().map(Ground::Bucket));
    grounds
}

/// Runs two files concurrently, and returns their outcomes and the published manifest.
fn race(ground: Ground, records: [u32; 2]) -> ([Outcome; 2], Value) {
    let (lake, libraries) = (Lake::on(ground), [Library::new(), Library::new()]);
    let files = [0, 1].map(|at| libraries[at].loans(2023, records[at], ""));
    let started = [0, 1].map(|at| start(&lake, &libraries[at], &files[at]));
    let outcomes = started.map(end);
    let published = manifest(&lake);
    (outcomes, published)
}

#[test]
fn twins_race_and_one_publishes() {
    for ground in grounds() {
        for number in 0..RACES {
            let (outcomes, published) = race(ground, [400, 400]);
            let mut words = outcomes.each_ref().map(word);
            words.sort_unstable();
            assert_eq!(words, ["accepted", "already"], "{ground} {number}: {outcomes:#?}");
            let winner = outcomes.iter().find(|it| word(it) == "accepted").expect("one did");
            assert_eq!(published["attempt"], winner.summary["attempt"], "{ground} {number}");
            assert!(outcomes.iter().all(|it| it.code == Some(0)), "{ground} {number}");
        }
    }
}

#[test]
fn different_files_race_and_the_slower_one_knows() {
    for ground in grounds() {
        for number in 0..RACES {
            let (outcomes, published) = race(ground, [400, 500]);
            let words = outcomes.each_ref().map(word);
            let at = format!("{ground} {number}: {words:?}");
            let last = outcomes.iter().find(|it| published["attempt"] == it.summary["attempt"]);
            let last = last.unwrap_or_else(|| panic!("{at}: nobody's run is published"));
            assert_eq!(word(last), "accepted", "{at}");
            let first = outcomes.iter().find(|it| published["attempt"] != it.summary["attempt"]);
            let first = first.expect("two ran");
            match word(first) {
                // The first was published, and the other, having seen it, replaced it.
                "accepted" => assert_eq!(published["replaces"], first.summary["run_id"], "{at}"),
                "lost_race" => assert_eq!(published["replaces"], Value::Null, "{at}"),
                _ => panic!("{at}: {}", first.stderr),
            }
        }
    }
}
