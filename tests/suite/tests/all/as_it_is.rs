//! Faults are reported as what they are: files that resemble no layout, counts of what was not judged, cells that look alike.

use std::fs;
use std::path::Path;

use assay_suite::{Lake, Library, Outcome, assay, finish, quarantine};
use serde_json::Value;

fn check(library: &Library, file: &Path) -> Outcome {
    let mut command = assay();
    command.arg("check").arg(file).args(["--format", "json"]);
    finish(command.args(library.arguments()))
}

fn run(library: &Library, lake: &Lake, file: &Path) -> Outcome {
    let arguments = library.arguments();
    lake.run(file, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Writes the pack of 2023 with `more` appended.
fn pack(library: &Library, more: &str) {
    let path = library.rule_file("loans/2023.toml");
    let text = fs::read_to_string(&path).expect("a pack").replace("5%", "90%");
    fs::write(path, format!("{text}\n{more}\n")).expect("space");
}

const HEADER: &str = "loan_id,member_id,branch,book_title,isbn,loaned_on,returned_on,fine_eur";

#[test]
fn what_no_layout_resembles_is_looked_at() {
    let library = Library::new();
    let file = library.loans(2023, 20, "");
    let plain = fs::read_to_string(&file).expect("loans");
    let refuse = |bytes: &[u8], code: &str, said: &[&str]| {
        fs::write(&file, bytes).expect("space");
        let outcome = check(&library, &file);
        assert_eq!(outcome.code, Some(1), "{:#}", outcome.summary);
        let refusal = &outcome.summary["refusal"];
        let message = refusal["message"].as_str().expect("a message");
        assert_eq!(refusal["code"], code, "{message}");
        for said in said {
            assert!(message.contains(said), "{said}: {message}");
        }
        assert!(message.len() < 1_000, "{message}");
    };
    let unknown = "file.layout-unknown";
    let semicolons = plain.replace(',', ";");
    let first = format!("the first line is `{}`", HEADER.replace(',', ";"));
    refuse(semicolons.as_bytes(), unknown, &[&first, "separated by `;`, expected `,`"]);
    let quoted = HEADER.replace(',', "\";\"");
    let said = ["the header breaks the quoting rules", "separated by `;`, expected `,`"];
    refuse(format!("\"{quoted}\"\n").as_bytes(), "file.header", &said);
    refuse(plain.replace(',', "\t").as_bytes(), unknown, &["`loan_id\\tmember_id", "by tabs"]);
    refuse(plain.replace(',', "|").as_bytes(), unknown, &["separated by `|`"]);
    refuse(
        format!("sep=,\r\n{plain}").as_bytes(),
        unknown,
        &["the first line is `sep=,`", "remove it"],
    );
    refuse(format!("# made\n# by us\n{plain}").as_bytes(), unknown, &["`# made`", "on line 3"]);
    refuse(plain.replace('\n', "\r").as_bytes(), unknown, &["lines seem to end with CR"]);
    refuse(b"\x1b[31m,x\n1,2\n", unknown, &["the first line is `\\u{1b}[31m,x`"]);
    let units: Vec<u8> = plain.bytes().flat_map(|byte| [byte, 0]).collect();
    refuse(&units, "file.not-csv", &["UTF-16"]);
    refuse(b"BZh91AY&SY\x12\x03\0\0", "file.not-csv", &["bzip2"]);
    refuse(b"SQLite format 3\0\x10\0", "file.not-csv", &["SQLite"]);
}

/// A record that a rule did not judge has not passed it.
#[test]
fn counters_tell_what_was_done() {
    let library = Library::new();
    let more = "[plugins.checks.settings.rules.isbn-unique]\ncheck = \"unique\"\ncolumns = [\"isbn\"]\n\
        [plugins.checks.settings.rules.other-unique]\ncheck = \"unique\"\ncolumns = [\"other\"]\nabsent = \"skip\"\n\
        [levels]\n\"branch-known\" = \"off\"\n\"file.final-newline\" = \"off\"\n\"file.name\" = \"off\"";
    pack(&library, more);
    let blank = "L90001,M1,Nord,T,1,2023-05-01,,0.00\nL90002,M1,Nord,T,1,2023-05-01,,0.00\n";
    let file = library.loans(2023, 40, blank);
    for outcome in [check(&library, &file), run(&library, &Lake::new(), &file)] {
        let counts = |rule: &str| {
            let counts = &outcome.summary["rules"][rule];
            ["evaluated", "passed", "failed", "skipped"]
                .map(|key| counts[key].as_u64().expect(rule))
        };
        assert_eq!(counts("branch-known"), [0; 4]);
        assert_eq!(counts("file.name"), [0; 4]);
        assert_eq!(counts("isbn-unique"), [2, 1, 1, 40]);
        assert_eq!(counts("other-unique"), [0, 0, 0, 42]);
        assert_eq!(counts("loan-id-unique"), [42, 42, 0, 0]);
        assert_eq!(counts("type.integer"), [0; 4]);
        assert_eq!(counts("type.decimal"), [42, 42, 0, 0]);
    }
}

/// `check` and `run` give the same messages, whatever columns are read otherwise.
#[test]
fn a_message_shows_cells_that_no_rule_reads_in_check_too() {
    let library = Library::new();
    let more = "[plugins.checks.settings.rules.isbn-blank]\ncheck = \"length\"\ncolumns = [\"isbn\"]\nmax = 3\n\
        message = \"`{isbn}` of `{member_id}`\"";
    pack(&library, more);
    let file = library.loans(2023, 10, "L90001,M77,Nord,T,12345,2023-05-01,,0.00\n");
    let message =
        |outcome: Outcome| outcome.summary["rules"]["isbn-blank"]["examples"][0]["message"].clone();
    let checked = message(check(&library, &file));
    assert_eq!(checked, "`12345` of `M77`");
    assert_eq!(message(run(&library, &Lake::new(), &file)), checked);
}

#[test]
fn messages_of_checks_say_what_was_seen_and_what_was_wanted() {
    let library = Library::new();
    let more = "[plugins.checks.settings.rules.isbn-shape]\ncheck = \"matches\"\ncolumns = [\"isbn\"]\npattern = '\\d{13}'";
    pack(&library, more);
    let bad = "L90001,M1,No\u{308}rd ,T,12,2023-05-02,2023-05-01,0.00\n,M1,Nord,T,,2023-05-01,,-1.00\nL00001,M1,Nord,T,,2023-05-01,,0.00\n";
    let lake = Lake::new();
    let outcome = run(&library, &lake, &library.loans(2023, 10, bad));
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    let messages: Vec<String> =
        quarantine(lake.path()).into_iter().flat_map(|it| it.messages).collect();
    insta::assert_snapshot!(messages.join("\n"));
}

/// Records with the same cells are duplicates, however their cells are quoted.
#[test]
fn a_record_is_repeated_whatever_its_quotes() {
    let library = Library::new();
    pack(&library, "[plugins.checks.settings.rules.record-unique]\ncheck = \"unique\"");
    let more = "L90001,M1,Nord,T,,2023-05-01,,0.00\n\"L90001\",\"M1\",Nord,T,\"\",2023-05-01,,0.00\r\nL90001,M1,Nord,T ,,2023-05-01,,0.00\n";
    let outcome = check(&library, &library.loans(2023, 10, more));
    let rule: &Value = &outcome.summary["rules"]["record-unique"];
    assert_eq!(
        (&rule["failed"], &rule["examples"][0]["record"]),
        (&1.into(), &12.into()),
        "{rule:#}"
    );
}
