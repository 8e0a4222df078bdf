//! The host is general: a second dataset with its own header, money, dates and years, of which the host knows nothing.

use std::path::Path;

use assay_suite::{Lake, Library, Outcome, findings, quarantine};
use serde_json::{Value, json};

fn run(library: &Library, lake: &Lake, file: &Path) -> Outcome {
    let arguments = library.arguments();
    lake.run(file, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn loans_are_judged_by_their_year() {
    let library = Library::new();
    let more = "\
        L00001,M1,Central,Twice,,2023-05-01,,0.10\n\
        L90001,M1,South,Nowhere,,2023-05-01,,0.10\n\
        L90002,M1,Nord,Back before,,2023-05-02,2023-05-01,0.10\n\
        L90003,M1,Nord,No money,,2023-05-02,,ten\n\
        L90004,M1,Nord,Refund,,2023-05-02,,-1.00\n";
    let lake = Lake::new();
    let outcome = run(&library, &lake, &library.loans(2023, 400, more));
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    assert_eq!(outcome.text("dataset"), "library");
    assert_eq!(outcome.summary["partition"]["year"], "2023");
    assert_eq!(outcome.number("records.read"), 405);
    assert_eq!(outcome.number("records.quarantined"), 5);
    let held: Vec<_> = quarantine(lake.path()).into_iter().map(|r| (r.record, r.rules)).collect();
    let rules = [
        "loan-id-unique",
        "branch-known",
        "returned-after-loaned",
        "type.decimal",
        "fine-not-negative",
    ];
    for ((record, hit), (at, rule)) in held.iter().zip((401..).zip(rules)) {
        assert_eq!(*record, at);
        assert_eq!(hit.iter().collect::<Vec<_>>(), [rule], "record {record}");
    }
    let sums = &outcome.summary["amounts"]["fine_eur"];
    assert_eq!(sums["quarantined"], "-0.70");
    let counts = ["summed", "blank", "unread", "malformed", "broken"];
    assert_eq!(counts.map(|count| sums[count].as_u64()), [404, 0, 1, 1, 0].map(Some));
}

/// Which record is the first of a key does not depend on other rules; `plugins/checks/rules/unique.md` explains why.
#[test]
fn the_first_of_a_key_counts_though_it_is_held_back() {
    let library = Library::new();
    let more = "\
        L90001,M1,South,Nowhere,,2023-05-01,,0.10\n\
        L90001,M1,Nord,Again,,2023-05-01,,0.10\n\
        L90002,M1,No\"rd,Broken,,2023-05-01,,0.10\n\
        L90002,M1,Nord,Whole,,2023-05-01,,0.10\n";
    let lake = Lake::new();
    let outcome = run(&library, &lake, &library.loans(2023, 10, more));
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    let held: Vec<_> = quarantine(lake.path())
        .into_iter()
        .map(|held| (held.record, held.rules.into_iter().collect::<Vec<_>>().join(" ")))
        .collect();
    let expected = [(11, "branch-known"), (12, "loan-id-unique"), (13, "csv.quote")];
    assert_eq!(held, expected.map(|(record, rule)| (record, rule.to_owned())));
}

#[test]
fn the_pack_of_the_year_decides_what_follows() {
    let library = Library::new();
    let lake = Lake::new();
    let refund = "L90004,M1,Nord,Refund,,2024-05-02,,-1.00\n";
    let outcome = run(&library, &lake, &library.loans(2024, 100, refund));
    assert_eq!(outcome.text("outcome"), "accepted_with_warnings", "{:#}", outcome.summary);
    let found = findings(lake.path());
    assert_eq!(
        found.iter().map(|f| (f.record, f.rule.as_str())).collect::<Vec<_>>(),
        [(101, "fine-not-negative")]
    );
}

#[test]
fn a_year_without_a_pack_is_refused_and_the_others_are_named() {
    let library = Library::new();
    let outcome = run(&library, &Lake::new(), &library.loans(2025, 10, ""));
    assert_eq!(outcome.code, Some(1));
    let reason = outcome.summary["refusal"]["message"].as_str().expect("a reason");
    assert!(
        reason.contains("2025") && reason.contains("2023") && reason.contains("2024"),
        "{reason}"
    );
}

#[test]
fn more_bad_records_than_the_threshold_refuse_the_file_and_keep_the_quarantine() {
    let library = Library::new();
    let lake = Lake::new();
    let bad: Vec<_> = (0..30).map(|n| format!("B{n},M1,South,T,,2023-01-01,,0.00\n")).collect();
    let outcome = run(&library, &lake, &library.loans(2023, 100, &bad.concat()));
    assert_eq!(outcome.code, Some(1), "{:#}", outcome.summary);
    assert_eq!(outcome.summary["refusal"]["code"], "threshold");
    assert_eq!(quarantine(lake.path()).len(), 30);
    let published = lake.files().into_keys().any(|path| {
        let name = path.to_string_lossy().into_owned();
        name.ends_with("manifest.json") || name.contains("part-")
    });
    assert!(!published, "a refused file publishes no rows");
}

#[test]
fn a_plugin_that_is_not_the_pinned_one_does_not_run() {
    let library = Library::new();
    let lock = library.rules().join("assay.lock");
    let text = std::fs::read_to_string(&lock).expect("a lock");
    let at = text.find("sha256:").expect("a digest") + 7;
    let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
    std::fs::write(&lock, format!("{}{other}{}", &text[..at], &text[at + 1..])).expect("space");
    let outcome = run(&library, &Lake::new(), &library.loans(2023, 10, ""));
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.summary["failure"]["code"], "lock", "{:#}", outcome.summary);
}

#[test]
fn a_header_alone_and_an_empty_file() {
    let library = Library::new();
    let lake = Lake::new();
    let header = run(&library, &lake, &library.loans(2023, 0, ""));
    assert_eq!(header.code, Some(0), "{:#}\n{}", header.summary, header.stderr);
    assert_eq!(header.number("records.read"), 0);
    assert_eq!(header.text("outcome"), "accepted_with_warnings");
    let rules = &header.summary["rules"];
    assert_eq!(
        (&rules["file.no-records"]["failed"], &rules["file.name"]["passed"]),
        (&json!(1), &json!(1))
    );
    let empty = library.rules().join("loans-2023.csv");
    std::fs::write(&empty, "").expect("space");
    let outcome = run(&library, &Lake::new(), &empty);
    assert_eq!(outcome.code, Some(1), "{:#}", outcome.summary);
    assert!(outcome.summary["refusal"]["message"].as_str().expect("a reason").contains("empty"));
}

#[test]
fn what_a_carriage_return_is_read_as_is_said() {
    let library = Library::new();
    let lone = "L90001,M1,Nord,\"one\rtwo\",,2023-05-01,,0.10\n";
    let outcome = run(&library, &Lake::new(), &library.loans(2023, 100, lone));
    assert_eq!(outcome.text("outcome"), "accepted_with_warnings", "{:#}", outcome.summary);
    assert_eq!(outcome.summary["findings"], json!({ "file.lone-carriage-return": { "warn": 1 } }));
}

/// An unknown header belongs to no dataset, but is recorded as seen.
#[test]
fn a_strange_header_is_kept_where_layouts_are() {
    let library = Library::new();
    let lake = Lake::new();
    let strange = library.rules().join("loans-2023.csv");
    std::fs::write(&strange, "loan_id,member\n1,2\n").expect("space");
    let outcome = run(&library, &lake, &strange);
    assert_eq!(outcome.summary["refusal"]["code"], "file.layout-unknown", "{:#}", outcome.summary);
    let seen: Vec<_> = lake
        .files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("metadata/schema_versions"))
        .map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).expect("an object"))
        .collect();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (&seen[0]["name"], &seen[0]["columns"], &seen[0]["source"]),
        (&Value::Null, &json!(["loan_id", "member"]), &json!("loans-2023.csv"))
    );
}

/// A caller that requests an object gets one, so that a task need not guess from the exit code what went wrong.
#[test]
fn a_run_that_cannot_begin_says_so_in_the_asked_form() {
    let library = Library::new();
    let lake = Lake::new();
    let check = |outcome: &Outcome, what: &str| {
        assert_eq!(outcome.code, Some(2), "{:#}", outcome.summary);
        assert_eq!(outcome.text("outcome"), "failed");
        assert_eq!(outcome.summary["failure"]["code"], "not_begun");
        let message = outcome.summary["failure"]["message"].as_str().expect("a reason");
        assert!(message.contains(what) && outcome.stderr.contains(what), "{message}");
    };
    check(&run(&library, &lake, Path::new("nowhere.csv")), "cannot read `nowhere.csv`");
    let file = library.loans(2023, 10, "");
    check(&lake.run(&file, &["--rules", "nowhere"]), "`nowhere` holds no rules");
    let mut command = assay_suite::assay();
    command.arg("run").arg(&file).arg("--root").arg(&file).args(["--format", "json"]);
    check(&assay_suite::finish(command.args(library.arguments())), "as the root");
}

#[test]
fn what_killed_runs_left_is_swept_wherever_it_lies() {
    let library = Library::new();
    let lake = Lake::new();
    let file = library.loans(2023, 10, "");
    assert_eq!(run(&library, &lake, &file).code, Some(0));
    let partition = "dataset=library/kind=loans/year=2023";
    let left = [
        format!("metadata/ingestion_audit/{partition}"),
        format!("staging/validated/{partition}"),
        "metadata/schema_versions/dataset=library".to_owned(),
    ]
    .map(|folder| lake.path().join(folder).join(".assay-0123456789abcdef.tmp"));
    for path in &left {
        std::fs::write(path, "half").expect("space");
    }
    let again = run(&library, &lake, &file);
    assert_eq!(again.summary["already_published"], true);
    assert!(left.iter().all(|path| path.exists()), "a run does not look around");
    let mut clean = assay_suite::assay();
    clean.arg("gc").arg("--root").arg(lake.path()).args(["--delete", "--format", "json"]);
    let cleaned = assay_suite::finish(&mut clean);
    assert_eq!(cleaned.number("half_written"), 3, "{}", cleaned.stderr);
    assert!(left.iter().all(|path| !path.exists()), "{left:?}");
}

#[test]
fn a_record_broken_behind_the_last_column_costs_itself_only() {
    let library = Library::new();
    let lake = Lake::new();
    let more = "\
        L90001,M1,Nord,T,,2023-05-01,,0.10,\"more\"x\n\
        L90002,M1,Nord,T,,2023-05-01,,0.10\n\
        L90003,M1,Nord,T,,2023-05-01,,0.10,,\u{0}\n";
    let outcome = run(&library, &lake, &library.loans(2023, 100, more));
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    assert_eq!(quarantine(lake.path()).iter().map(|r| r.record).collect::<Vec<_>>(), [101, 103]);
    let found = findings(lake.path());
    assert!(found.iter().all(|finding| finding.column.is_empty()), "{found:?}");
}

#[test]
fn a_mistake_in_a_pack_is_shown_where_it_is() {
    let library = Library::new();
    let file = library.rule_file("loans/shared.toml");
    let text = std::fs::read_to_string(&file).expect("the pack");
    std::fs::write(&file, text.replace("check = \"one-of\"", "check = \"one-off\""))
        .expect("space");
    let outcome = run(&library, &Lake::new(), &library.loans(2023, 10, ""));
    assert_eq!(outcome.code, Some(2));
    let message = outcome.summary["failure"]["message"].as_str().expect("a reason");
    assert!(
        message.contains("shared.toml")
            && message.contains("one-off")
            && message.contains("one-of"),
        "{message}"
    );
}

#[test]
fn a_broken_pack_stops_only_the_files_it_may_be_meant_for() {
    let library = Library::new();
    let pack = library.rule_file("loans/2024.toml");
    let text = std::fs::read_to_string(&pack).expect("the pack");
    std::fs::write(&pack, format!("{text}\n[limits]\nmemory = \"much\"\n")).expect("space");
    let outcome = run(&library, &Lake::new(), &library.loans(2023, 10, ""));
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    insta::assert_snapshot!(outcome.summary["notices"][0].as_str().expect("a notice"), @"`library/loans/2024.toml` has mistakes and was ignored, since it does not apply to this file; `assay lint` shows them");
    let outcome = run(&library, &Lake::new(), &library.loans(2024, 10, ""));
    assert_eq!(outcome.code, Some(2), "{:#}", outcome.summary);
    assert_eq!(outcome.summary["failure"]["code"], "pack");
    let message = outcome.summary["failure"]["message"].as_str().expect("a reason");
    assert!(message.contains("memory = \"much\""), "{message}");
}

/// A file may be one long line of anything, but texts that quote it must stay short.
#[test]
fn texts_made_of_a_header_do_not_grow_with_it() {
    let library = Library::new();
    let file = library.loans(2023, 1, "");
    let names: Vec<String> = (0..100_000).map(|number| format!("n{number}")).collect();
    let twice = [names.join(","), names.join(",")].join(",") + "\n1\n";
    let carriage_returns = "L00001,M1,Central,\u{1b}[31mTitle,,2023-05-01,,0.10\r".repeat(60_000);
    for text in [twice, carriage_returns] {
        std::fs::write(&file, &text).expect("space");
        let lake = Lake::new();
        let outcome = run(&library, &lake, &file);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        let reason = outcome.summary["refusal"]["message"].as_str().expect("a reason");
        assert!(reason.len() < 2_000, "{} bytes", reason.len());
        assert!(outcome.stderr.len() < 4_000, "{} bytes", outcome.stderr.len());
        let longest = lake.files().into_values().map(|bytes| bytes.len()).max();
        assert!(longest.is_some_and(|longest| longest < 3 << 19), "{longest:?}");
    }
}
