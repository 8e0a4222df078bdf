//! Tests what readers see while runs write, fail, die and race.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use assay_model::{Cells, Column, ColumnKind, FieldId, Position, Text};
use assay_sinks::documents::{
    Assay, Manifest, PackRef, PartEntry, RecordCounts, SchemaVersion, SourceRef, VERSION,
};
use assay_sinks::{
    ColumnSpec, Committed, OwnFiles, PartWriter, Partition, Publication, QuarantineWriter,
    QuarantinedRecord, Rejected, Selection, SinkError, SlabColumns, Standing, Versions,
    report_bytes, schema_version, write_audit, write_schema_version,
};
use assay_store::{Cleaning, Fault, FaultyStore, Key, LocalStore, Store, StoreError};
use indexmap::IndexMap;

fn partition() -> Partition {
    Partition {
        dataset: "open-payments".to_owned(),
        kind: "general".to_owned(),
        keys: vec![("year".to_owned(), "2016".to_owned())],
    }
}

fn manifest(run: &str, attempt: &str, parts: Vec<PartEntry>, store: &dyn Store) -> Manifest {
    let assay = Assay {
        version: VERSION,
        run_id: run.to_owned(),
        attempt: attempt.to_owned(),
        replaces: None,
        mends: None,
        superseded_by: None,
        outcome: "accepted".to_owned(),
        dataset: "open-payments".to_owned(),
        kind: "general".to_owned(),
        partition: IndexMap::from([("year".to_owned(), "2016".to_owned())]),
        layout: "general-75".to_owned(),
        pack: PackRef { name: "open-payments/general/2016".to_owned(), digest: "00".to_owned() },
        plugins: BTreeMap::new(),
        source: SourceRef { name: "a.csv".to_owned(), bytes: 10, digest: "11".to_owned() },
        records: RecordCounts { read: 2, validated: 1, quarantined: 1 },
        amounts: BTreeMap::new(),
        parts,
        rejected: BTreeMap::new(),
        report: "staging/x.json".to_owned(),
        audit: "metadata/x.json".to_owned(),
        committed_at: "2026-01-02T03:04:05Z".to_owned(),
    };
    Manifest::new(assay, |key| store.url(&Key::new(key).unwrap()))
}

fn audit(attempt: &str, run: &str) -> BTreeMap<String, String> {
    [("attempt", attempt), ("run_id", run)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// A complete run in miniature, in the order in which a run writes: quarantine, part, report, manifest, audit.
fn run(store: &dyn Store, run: &str, attempt: &str) -> Result<(), SinkError> {
    let partition = partition();
    let publication = Publication::begin(store, &partition)?;
    if publication.standing(run)? == Standing::Published {
        return Ok(());
    }
    let own = OwnFiles::new(store, partition.attempt(run, attempt)?);
    let entry = write(&own, run)?;
    let at = partition.audit(attempt)?;
    let report = report_bytes(&audit(attempt, run), &at)?;
    own.report(&report)?;
    if publication.commit(manifest(run, attempt, vec![entry], store))? == Committed::ByTwin {
        return Ok(own.withdraw_all()?);
    }
    store.ensure(&at, &report)?;
    Ok(())
}

fn write(own: &OwnFiles<'_>, run: &str) -> Result<PartEntry, SinkError> {
    let position = Position { record: 1, line: 2, offset: 0, length: 2 };

    let (_, upload) = own.rejected(Rejected::Quarantine, 0)?;
    let mut quarantine = QuarantineWriter::new(&[], upload)?;
    let record = QuarantinedRecord {
        position,
        line_last: 2,
        raw: b"x\n",
        raw_complete: true,
        outcome: "quarantined",
        disposition: None,
        findings: &[],
        repairs: &[],
    };
    quarantine.push(&record)?;
    quarantine.finish()?.1.finish()?;

    let (key, upload) = own.part(0)?;
    let specs =
        vec![ColumnSpec { id: FieldId::FIRST, name: "a".to_owned(), kind: ColumnKind::Text }];
    let metadata = [("assay.run".to_owned(), run.to_owned())];
    let mut part = PartWriter::new(specs, &metadata, upload)?;
    let mut text = Text::default();
    text.push(run.as_bytes());
    let column = Column { cells: Cells::Text(text), valid: None, malformed: None };
    let slab =
        SlabColumns { columns: vec![&column], positions: &[position], selection: Selection::All };
    part.append(&[slab])?;
    let (summary, upload) = part.finish()?;
    upload.finish()?;
    Ok(PartEntry {
        key: key.to_string(),
        rows: summary.rows,
        bytes: summary.bytes,
        digest: summary.digest.to_string(),
    })
}

const NOW: Committed = Committed::Now { unconfirmed: None };

/// What a reader sees: the published run, after verifying that all files it names exist and are undamaged.
fn seen(store: &dyn Store) -> Option<String> {
    let publication = Publication::begin(store, &partition()).unwrap();
    let manifest = publication.current()?;
    for part in &manifest.assay.parts {
        let object = store.get(&Key::new(part.key.as_str()).unwrap()).unwrap().unwrap();
        assert_eq!(blake3::hash(&object.bytes).to_hex().as_str(), part.digest);
        assert_eq!(object.bytes.len() as u64, part.bytes);
    }
    Some(manifest.assay.run_id.clone())
}

#[test]
fn a_run_that_fails_anywhere_changes_all_or_nothing() {
    let kinds: [fn(ErrorKind) -> Fault; 3] = [Fault::Once, Fault::Lasting, Fault::LostReply];
    for before in [None, Some("old")] {
        for fault in kinds {
            let (mut at, mut failed) = (0, 0);
            loop {
                let folder = tempfile::tempdir().unwrap();
                let store = LocalStore::open(folder.path()).unwrap();
                if let Some(before) = before {
                    run(&store, before, "attempt-0").unwrap();
                }
                let failing = FaultyStore::new(store.clone(), at, fault(ErrorKind::StorageFull));
                let outcome = run(&failing, "new", "attempt-1");
                let after = seen(&store);
                match &outcome {
                    Ok(()) => assert_eq!(after.as_deref(), Some("new"), "at {at}"),
                    Err(error) => {
                        failed += 1;
                        let cause = match error {
                            SinkError::Undecided { source, .. } | SinkError::Store(source) => {
                                source
                            }
                            other => panic!("at {at}: {other:?}"),
                        };
                        assert!(matches!(cause, StoreError::Full { .. }), "at {at}: {cause:?}");
                        let either = [before, Some("new")].contains(&after.as_deref());
                        assert!(either, "at {at}: {after:?}");
                        // After the commit only the audit remains to be written. Before it, or if the reply to the commit was lost, both
                        // may remain.
                        let unfinished = matches!(&outcome, Err(SinkError::Store(_)));
                        let lost = matches!(fault(ErrorKind::Other), Fault::LostReply(_));
                        assert!(
                            lost || unfinished || after.as_deref() == before,
                            "at {at}: {after:?}"
                        );
                    }
                }
                // In every case the next attempt succeeds, and no half-written file stays.
                run(&store, "new", "attempt-2").unwrap();
                assert_eq!(seen(&store).as_deref(), Some("new"));
                assert_eq!(store.sweep(&Key::new("staging").unwrap(), Duration::ZERO).unwrap(), 0);
                if at >= failing.operations() {
                    assert!(outcome.is_ok());
                    break;
                }
                at += 1;
            }
            assert!(failed >= 8, "{failed} failures are too few to mean something");
        }
    }
}

/// A client that lost a reply and retries meets its own objects and recognises them.
#[test]
fn a_run_whose_writes_are_repeated_goes_through() {
    for before in [None, Some("old")] {
        let mut at = 0;
        loop {
            let folder = tempfile::tempdir().unwrap();
            let store = LocalStore::open(folder.path()).unwrap();
            if let Some(before) = before {
                run(&store, before, "attempt-0").unwrap();
            }
            let repeating = FaultyStore::new(store.clone(), at, Fault::Repeated);
            run(&repeating, "new", "attempt-1").unwrap();
            assert_eq!(seen(&store).as_deref(), Some("new"), "at {at}");
            if at >= repeating.operations() {
                break;
            }
            at += 1;
        }
    }
}

#[test]
fn the_same_run_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    run(&store, "r1", "a1").unwrap();
    let key = partition().manifest().unwrap();
    let before = store.get(&key).unwrap();
    let all = store.list(&Key::new("staging").unwrap()).unwrap();
    run(&store, "r1", "a2").unwrap();
    assert_eq!(store.get(&key).unwrap(), before);
    assert_eq!(store.list(&Key::new("staging").unwrap()).unwrap(), all);
}

#[test]
fn of_runs_that_race_one_is_published_and_the_others_know_by_whom() {
    for before in [None, Some("old")] {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::open(folder.path()).unwrap();
        if let Some(before) = before {
            run(&store, before, "attempt-0").unwrap();
        }
        let start = Barrier::new(6);
        let results: Vec<(String, Result<_, SinkError>)> = thread::scope(|scope| {
            let runs: Vec<_> = (0..6)
                .map(|n| {
                    let (store, start) = (&store, &start);
                    scope.spawn(move || {
                        let own = format!("run-{n}");
                        let publication = Publication::begin(store, &partition()).unwrap();
                        start.wait();
                        let committed = publication.commit(manifest(&own, &own, Vec::new(), store));
                        (own, committed)
                    })
                })
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        let winner = seen(&store).unwrap();
        for (own, result) in results {
            match result {
                Ok(committed) => {
                    assert_eq!((own, committed), (winner.clone(), NOW));
                }
                Err(SinkError::LostRace { own: named, other, .. }) => {
                    assert_eq!((named, other), (own, Some(winner.clone())));
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}

/// The outcome of the write is unknown, but another run is published now, which a retry would replace.
#[test]
fn in_doubt_it_is_said_who_else_published() {
    let check = |before: Option<&str>, meanwhile: Option<&str>, expected: Option<&str>| {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::open(folder.path()).unwrap();
        if let Some(run_id) = before {
            run(&store, run_id, "a1").unwrap();
        }
        // The first operation reads the manifest, the second writes it.
        let failing = FaultyStore::new(store.clone(), 1, Fault::Once(ErrorKind::TimedOut));
        let publication = Publication::begin(&failing, &partition()).unwrap();
        if let Some(run_id) = meanwhile {
            run(&store, run_id, "a2").unwrap();
        }
        let error = publication.commit(manifest("own", "a3", Vec::new(), &store)).unwrap_err();
        assert!(matches!(&error, SinkError::Undecided { .. }), "{error:?}");
        assert_eq!(error.winner(), expected, "{before:?}, {meanwhile:?}");
        let told = expected.unwrap_or("run again to find out");
        assert!(error.to_string().contains(told), "{error}");
    };
    check(None, None, None);
    check(None, Some("other"), Some("other"));
    check(Some("old"), None, None);
    check(Some("old"), Some("other"), Some("other"));
    check(Some("old"), Some("own"), None);
}

#[test]
fn a_manifest_says_what_it_replaces_and_reads_as_copy_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    run(&store, "r1", "a1").unwrap();
    run(&store, "r2", "a2").unwrap();
    let object = store.get(&partition().manifest().unwrap()).unwrap().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&object.bytes).unwrap();
    assert_eq!(json["assay"]["replaces"], "r1");
    assert_eq!(json["entries"][0]["mandatory"], true);
    assert_eq!(json["entries"][0]["meta"]["content_length"], json["assay"]["parts"][0]["bytes"]);
    let url = json["entries"][0]["url"].as_str().unwrap();
    assert!(
        url.starts_with("file:///") && url.ends_with("/run=r2/attempt=a2/part-00000.parquet"),
        "{url}"
    );
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["entries", "assay"]);
}

#[test]
fn a_manifest_that_cannot_be_read_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let check = |change: fn(&mut serde_json::Value), expected: &str| {
        let key = partition().manifest().unwrap();
        let mut json = serde_json::to_value(manifest("r", "a", Vec::new(), &store)).unwrap();
        change(&mut json);
        store.delete(&key).unwrap();
        store.create(&key, json.to_string().as_bytes()).unwrap();
        let error = Publication::begin(&store, &partition()).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(expected), "{source}");
    };
    check(|json| json["assay"]["version"] = 2.into(), "found version 2, expected 1 or older");
    check(|json| json["assay"]["run_id"] = serde_json::Value::Null, "expected a string");
    check(|json| *json = "junk".into(), "expected struct Manifest");
}

#[test]
fn audit_records_are_one_line_with_zeros_and_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let key = partition().audit("a1").unwrap();
    write_audit(&store, &key, &audit("a1", "r1")).unwrap();
    // What a writer does if its first reply was lost.
    write_audit(&store, &key, &audit("a1", "r1")).unwrap();
    let other = write_audit(&store, &key, &audit("a1", "r2"));
    assert!(matches!(other, Err(SinkError::Store(StoreError::Differs { .. }))));
    let bytes = store.get(&key).unwrap().unwrap().bytes;
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.matches('\n').count(), 1);
    assert_eq!(
        assay_sinks::read_report::<BTreeMap<String, String>>(&store, &key).unwrap(),
        Some(audit("a1", "r1"))
    );
}

#[test]
fn a_layout_may_be_seen_twice_by_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let key = schema_version("open-payments", "0123456789abcdef", "r1").unwrap();
    let record = SchemaVersion {
        version: VERSION,
        dataset: "open-payments".to_owned(),
        fingerprint: "0123456789abcdef".to_owned(),
        name: None,
        canonical: Vec::new(),
        columns: vec!["A".to_owned(), "B".to_owned()],
        left_out: 0,
        seen_at: "2026-01-02T03:04:05Z".to_owned(),
        source: "a.csv".to_owned(),
        attempt: "a1".to_owned(),
    };
    write_schema_version(&store, &key, &record).unwrap();
    let later = SchemaVersion { attempt: "a2".to_owned(), ..record.clone() };
    write_schema_version(&store, &key, &later).unwrap();
    let bytes = store.get(&key).unwrap().unwrap().bytes;
    assert_eq!(serde_json::from_slice::<SchemaVersion>(&bytes).unwrap(), record);
}

/// Two attempts at one run, however they interleave: one is published; the other finds out and deletes its own files and nothing else.
#[test]
fn twins_leave_one_published_and_whole() {
    for before in [None, Some("old")] {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::open(folder.path()).unwrap();
        if let Some(before) = before {
            run(&store, before, "attempt-0").unwrap();
        }
        let begin = || Publication::begin(&store, &partition()).unwrap();
        let own = |attempt| OwnFiles::new(&store, partition().attempt("r", attempt).unwrap());
        let (first, second) = (begin(), begin());
        let (own_first, own_second) = (own("a1"), own("a2"));
        let part_first = write(&own_first, "r").unwrap();
        let part_second = write(&own_second, "r").unwrap();
        assert_eq!(part_first.digest, part_second.digest);
        assert_ne!(part_first.key, part_second.key);
        let committed = second.commit(manifest("r", "a2", vec![part_second], &store)).unwrap();
        assert_eq!(committed, NOW);
        let committed = first.commit(manifest("r", "a1", vec![part_first], &store)).unwrap();
        assert_eq!(committed, Committed::ByTwin);
        own_first.withdraw_all().unwrap();
        assert_eq!(seen(&store).as_deref(), Some("r"));
        assert_eq!(begin().standing("r").unwrap(), Standing::Published);
        let current = begin();
        let assay = &current.current().unwrap().assay;
        assert_eq!((assay.attempt.as_str(), assay.replaces.as_deref()), ("a2", before));
    }
}

/// Files are verified before they are published, and when a run finds itself published.
#[test]
fn what_is_gone_or_changed_is_found_before_it_is_published_and_after() {
    let check = |harm: fn(&Path), expected: &str| {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::open(folder.path()).unwrap();
        let key = partition().attempt("r", "a").unwrap().part(0).unwrap();
        let begin = || Publication::begin(&store, &partition()).unwrap();
        let own = OwnFiles::new(&store, partition().attempt("r", "a").unwrap());
        let part = write(&own, "r").unwrap();
        let expected = expected.replace("BYTES", &part.bytes.to_string());
        harm(&store.path(&key));
        let failed = begin().commit(manifest("r", "a", vec![part], &store)).unwrap_err();
        let SinkError::Vanished { damage } = &failed else { panic!("{failed:?}") };
        assert_eq!(damage.to_string(), format!("`{key}` {expected}"));
        assert_eq!(begin().current(), None);

        run(&store, "r", "b").unwrap();
        let key = partition().attempt("r", "b").unwrap().part(0).unwrap();
        harm(&store.path(&key));
        let Standing::Damaged(damaged) = begin().standing("r").unwrap() else { panic!() };
        let told: Vec<_> = damaged.iter().map(ToString::to_string).collect();
        assert_eq!(told, [format!("`{key}` {expected}")]);
        run(&store, "r", "c").unwrap();
        assert_eq!(begin().standing("r").unwrap(), Standing::Published);
        let current = begin();
        let assay = &current.current().unwrap().assay;
        assert_eq!((assay.attempt.as_str(), assay.mends.as_deref()), ("c", Some("b")));
    };
    check(|path| fs::remove_file(path).unwrap(), "(BYTES bytes) is missing");
    check(|path| fs::write(path, "").unwrap(), "has 0 bytes, expected BYTES");
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        bytes[40] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    check(flip, "has other content than was written (BYTES bytes)");
}

#[test]
fn an_older_version_never_becomes_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    let versions = |value: &str, by: Option<&str>| {
        let mut of = partition();
        of.keys.push(("publication".to_owned(), value.to_owned()));
        Versions::of(&store, &of, by).unwrap()
    };
    let by = Some("publication");
    assert!(versions("2024-01-30", None).is_none());
    let check = |value: &str, newer: Option<&str>, newest: &str| {
        let own = versions(value, by).unwrap();
        assert_eq!(own.newer().unwrap().as_deref(), newer);
        own.advance().unwrap();
        own.advance().unwrap();
        let key =
            "staging/validated/dataset=open-payments/kind=general/year=2016/_commit/newest.json";
        let bytes = store.get(&Key::new(key).unwrap()).unwrap().unwrap().bytes;
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["value"], newest);
        let manifest = json["manifest"].as_str().unwrap();
        assert!(manifest.ends_with(&format!("publication={newest}/_commit/manifest.json")));
    };
    check("2024-01-30", None, "2024-01-30");
    check("2023-06-30", Some("2024-01-30"), "2024-01-30");
    check("2024-06-28", None, "2024-06-28");
    check("2024-01-30", Some("2024-06-28"), "2024-06-28");
}

/// A manifest that was written but not flushed is published, and the result says that it is unconfirmed.
#[test]
fn a_commit_that_the_disk_does_not_confirm_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    // The manifest is read first, then written.
    let store = FaultyStore::new(store, 1, Fault::Unconfirmed);
    let publication = Publication::begin(&store, &partition()).unwrap();
    let committed = publication.commit(manifest("r", "a", Vec::new(), &store)).unwrap();
    let Committed::Now { unconfirmed: Some(told) } = committed else { panic!("{committed:?}") };
    assert_eq!(
        told,
        format!(
            "`{}` is written, but the disk did not confirm its name: a power cut may lose it",
            partition().manifest().unwrap()
        )
    );
    assert_eq!(seen(&store).as_deref(), Some("r"));
}
