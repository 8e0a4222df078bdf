//! A reader of a partition gets only its records: every record is compared, whatever the name or the first record says.

use std::fs;
use std::path::{Path, PathBuf};

use assay_suite::{Lake, Library, Outcome, quarantine, validated_rows};

fn run(library: &Library, lake: &Lake, file: &Path) -> Outcome {
    let arguments = library.arguments();
    lake.run(file, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Loans with these numbers, all made on `date`.
fn loans(date: &str, numbers: std::ops::Range<u32>) -> String {
    let lines: Vec<_> = numbers.map(|n| format!("X{n},M1,Nord,T,,{date},,1.01\n")).collect();
    lines.concat()
}

/// A copy under a name that gives no partition.
fn nameless(file: &Path) -> PathBuf {
    let named = file.with_file_name("export.csv");
    fs::rename(file, &named).expect("the same folder");
    named
}

#[test]
fn a_record_of_another_partition_is_held_back_and_a_blank_says_nothing() {
    let library = Library::new();
    let lake = Lake::new();
    let more = loans("2024-05-01", 0..2)
        + &loans("", 2..3)
        + &loans("5 May", 3..4)
        + &loans("2023-12-31", 4..5);
    let outcome = run(&library, &lake, &library.loans(2023, 400, &more));
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    let held: Vec<_> =
        quarantine(lake.path()).into_iter().map(|it| (it.record, it.rules)).collect();
    let by = |rule: &str| std::iter::once(rule.to_owned()).collect();
    let expected = [(401, "record.partition"), (402, "record.partition"), (404, "type.date")];
    assert_eq!(held, expected.map(|(record, rule)| (record, by(rule))));
    let rule = &outcome.summary["rules"]["record.partition"];
    assert_eq!(
        (&rule["level"], &rule["evaluated"], &rule["failed"], &rule["skipped"]),
        (&"error".into(), &403.into(), &2.into(), &2.into())
    );
    assert_eq!(
        rule["examples"][0]["message"],
        "`loaned_on` is `2024-05-01`; the file is published as `year=2023`"
    );
}

/// Whether the partition comes from the name or the first record, records of another year are not published under it.
#[test]
fn a_file_most_of_whose_records_are_of_another_partition_is_refused() {
    let library = Library::new();
    let lake = Lake::new();
    for name in [false, true] {
        let mut file = library.loans(2024, 40, &loans("2023-05-01", 0..41));
        if !name {
            file = nameless(&file);
        }
        let outcome = run(&library, &lake, &file);
        assert_eq!(outcome.code, Some(1), "{:#}\n{}", outcome.summary, outcome.stderr);
        assert_eq!(outcome.summary["refusal"]["code"], "record.partition");
        let message = outcome.summary["refusal"]["message"].as_str().expect("a reason");
        assert_eq!(
            message,
            "41 of 81 records belong to another partition than `year=2024`: record 41 (line 42): `loaned_on` is `2023-05-01`; \
             the file is published as `year=2024`\n\
             help: rename the file if its name is wrong; split it if it covers several partitions"
        );
        assert!(validated_rows(lake.path()).is_empty());
    }
}

#[test]
fn a_pack_may_warn_of_records_of_another_partition_and_not_be_silent() {
    let library = Library::new();
    let pack = library.rule_file("loans/2023.toml");
    let text = fs::read_to_string(&pack).expect("a pack");
    let file = library.loans(2023, 10, &loans("2024-05-01", 0..30));
    let level = |level: &str| {
        fs::write(&pack, format!("{text}\n[levels]\n\"record.partition\" = \"{level}\"\n"))
            .expect("space");
        run(&library, &Lake::new(), &file)
    };
    let warned = level("warn");
    assert_eq!(warned.text("outcome"), "accepted_with_warnings", "{:#}", warned.summary);
    assert_eq!(warned.summary["findings"]["record.partition"]["warn"], 30);
    let refused = level("refuse");
    assert_eq!(refused.summary["refusal"]["code"], "record.partition", "{:#}", refused.summary);
    let silent = level("monitor");
    assert_eq!(
        (silent.code, &silent.summary["failure"]["code"]),
        (Some(2), &"level_too_mild".into())
    );
}

/// The first record can be broken or blank like any other.
#[test]
fn a_first_record_with_a_fault_does_not_refuse_the_file() {
    let library = Library::new();
    let broken = "\"a\"b,c\n".repeat(200);
    for first in ["X0,M1,Nord\n", "X0,M1,Nord,T,,,,1.01\n", "X0,M1,Nord,T,,soon,,1.01\n", &broken] {
        let file = library.loans(2023, 0, &(first.to_owned() + &loans("2023-05-01", 1..20_000)));
        let lake = Lake::new();
        let outcome = run(&library, &lake, &nameless(&file));
        assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
        assert_eq!(outcome.summary["partition"]["year"], "2023");
    }
    let file = library.loans(2023, 0, "X0,M1\nX1,M1\n");
    let outcome = run(&library, &Lake::new(), &nameless(&file));
    assert_eq!(outcome.summary["refusal"]["code"], "file.partition-not-found");
    let message = outcome.summary["refusal"]["message"].as_str().expect("a reason");
    assert!(message.contains("no record is intact"), "{message}");
}

/// The comparison is the same for a column that is constant, that repeats values or that does not, in slabs with and without records of
/// other partitions.
#[test]
fn records_are_compared_in_whatever_form_their_column_comes() {
    let library = Library::new();
    let pack = library.rule_file("loans/2023.toml");
    let text = fs::read_to_string(&pack).expect("a pack");
    fs::write(&pack, text.replace("5%", "60%")).expect("space");
    let dates = |n: u32| format!("2023-{:02}-{:02}", n % 12 + 1, n / 12 % 28 + 1);
    let records = |from: u32, to: u32, date: &dyn Fn(u32) -> String| -> String {
        (from..to).map(|n| loans(&date(n), n..n + 1)).collect()
    };
    // A slab has 4,096 records: one date, several dates, and a few records with a date each.
    let more = records(0, 4096, &|_| "2023-05-01".to_owned())
        + &records(4096, 8192, &|n| if n % 4 == 0 { "2022-12-31".to_owned() } else { dates(n) })
        + &records(8192, 8592, &|n| {
            if n % 4 == 0 { format!("2024-01-{:02}", n % 28 + 1) } else { dates(n) }
        });
    let lake = Lake::new();
    let outcome = run(&library, &lake, &library.loans(2023, 0, &more));
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    let held: Vec<u64> = quarantine(lake.path()).into_iter().map(|it| it.record).collect();
    let expected: Vec<u64> = (4096..8592).filter(|n| n % 4 == 0).map(|n| n + 1).collect();
    assert_eq!(held, expected);
}
