//! What a person reads after a run: which records the sums cover, what was only counted, and what to type next.

use std::fs;
use std::path::Path;

use assay_suite::{Lake, Library, Outcome, assay, finish, plugins};
use serde_json::{Value, json};

fn run(library: &Library, lake: &Lake, file: &Path) -> Outcome {
    let arguments = library.arguments();
    lake.run(file, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The output of `check`, without parts that differ each time.
fn text(library: &Library, file: &Path, more: &[&str]) -> String {
    let mut command = assay();
    command.arg("check").arg(file).args(more).args(library.arguments());
    let output = command.output().expect("assay runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let folder = library.rules().parent().expect("a folder").display().to_string();
    let lines = text.lines().filter(|line| !line.starts_with("  time"));
    let text: Vec<_> = lines.collect();
    let text = text.join("\n").replace(&plugins().display().to_string(), "PLUGINS");
    text.replace(&folder, "DIR")
}

/// Changes the pack of 2023.
fn pack(library: &Library, from: &str, to: &str) {
    let path = library.rule_file("loans/2023.toml");
    let text = fs::read_to_string(&path).expect("a pack");
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).expect("space");
}

/// A program that escapes quotes with backslashes breaks every record with a quote, and these amounts are in no sum.
#[test]
fn money_that_cannot_be_read_is_told() {
    let library = Library::new();
    pack(&library, "5%", "60%");
    let escaped: Vec<_> = (0..535)
        .map(|n| format!("E{n:05},M1,Nord,\"The \\\"{n}\\\" book\",,2023-05-01,,1.25\n"))
        .collect();
    let more = escaped.concat() + "B1,M1,Nord,T,,2023-05-01,,\nB2,M1,Nord,T,,2023-05-01,,ten\n";
    let file = library.loans(2023, 463, &more);
    let lake = Lake::new();
    let outcome = run(&library, &lake, &file);
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    assert_eq!(outcome.number("records.quarantined"), 536);
    let counts = json!({ "summed": 463, "blank": 1, "unread": 536 });
    let shows = |sums: &Value| {
        for (key, count) in counts.as_object().expect("counts") {
            assert_eq!(&sums[key], count, "{key} of {sums:#}");
        }
        assert_eq!(sums["read"], sums["validated"]);
        assert_eq!(sums["quarantined"], "0.00");
    };
    let sums = &outcome.summary["amounts"]["fine_eur"];
    shows(sums);
    assert_eq!((&sums["broken"], &sums["malformed"]), (&json!(535), &json!(1)));
    let mut documents = 0;
    for (path, bytes) in lake.files() {
        let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let amounts = [&document["amounts"], &document["assay"]["amounts"]];
        for sums in amounts.iter().map(|it| &it["fine_eur"]).filter(|it| it.is_object()) {
            shows(sums);
            documents += 1;
        }
        assert!(!path.ends_with("manifest.json") || amounts[1].is_object());
    }
    assert!(documents >= 2, "the audit record and the manifest say so");
    let said = text(&library, &file, &[]);
    let line = "conserved over 463 of 1,000 records: the amounts of 536 cannot be read (535 broken records, 1 malformed cells), 1 is blank";
    assert!(said.contains(line), "{said}");
    let all = text(&library, &library.loans(2023, 100, ""), &[]);
    assert!(!all.contains("conserved over"), "{all}");
}

#[test]
fn what_rules_at_monitor_count_is_listed() {
    let library = Library::new();
    pack(&library, "[thresholds]", "[levels]\n\"fine-not-negative\" = \"monitor\"\n\n[thresholds]");
    let refund = "L90004,M1,Nord,Refund,,2023-05-02,,-1.00\n";
    insta::assert_snapshot!(text(&library, &library.loans(2023, 50, refund), &[]));
}

/// Whatever went wrong, a next command is suggested, and this program accepts it.
#[test]
fn each_end_says_what_to_type_next() {
    let library = Library::new();
    let mut said = String::new();
    let mut look = |title: &str, file: &Path, more: &[&str]| {
        let shown = text(&library, file, more);
        let next: Vec<_> = shown.lines().filter(|line| line.starts_with("  next:")).collect();
        said.extend([title, "\n", &next.join("\n"), "\n"]);
        let mut command = assay();
        command.arg("check").arg(file).args(more).args(["--format", "json"]);
        let outcome = finish(command.args(library.arguments()));
        let listed = outcome.summary["next"].as_array().expect("a list").len();
        assert_eq!(listed, next.len(), "{title}: {:#}", outcome.summary);
    };
    let bad = "B1,M1,South,T,,2023-01-01,,0.00\n";
    look("records held back", &library.loans(2023, 100, bad), &[]);
    look("the threshold", &library.loans(2023, 10, bad), &[]);
    look("another year", &library.loans(2024, 0, "B1,M1,Nord,T,,2023-01-01,,0.00\n"), &[]);
    look(
        "a pack that was named",
        &library.loans(2023, 100, bad),
        &["--name", "loans-2023 (1).csv"],
    );
    look("a year without a pack", &library.loans(2025, 10, ""), &[]);
    look("a finding about the file", &library.loans(2023, 0, ""), &[]);
    let file = library.loans(2023, 10, "");
    look("nothing to do", &file, &[]);
    fs::write(&file, "a,b\n1,2\n").expect("space");
    look("a layout that nobody knows", &file, &[]);
    fs::write(&file, [0x1f, 0x8b, 8, 0, 0]).expect("space");
    look("a damaged file", &file, &[]);
    fs::write(&file, "%PDF-1.7\n").expect("space");
    look("a file that is not CSV", &file, &[]);
    let file = library.loans(2023, 10, "");
    pack(&library, "[thresholds]", "[levels]\n\"csv.ragged\" = \"warn\"\n\n[thresholds]");
    look("a pack that cannot be used", &file, &[]);
    insta::assert_snapshot!(said);
}

/// Mistakes are drawn in their files over several lines of their own; only text that is not the host's is escaped.
#[test]
fn mistakes_in_rules_are_drawn_over_lines_and_called_an_error_once() {
    let library = Library::new();
    let file = library.loans(2023, 10, "");
    let faulty = "[plugins.checks.settings.rules.digits]\ncheck = \"matches\"\ncolumns = [\"isbn\"]\npattern = '[[:digit:]]'\n\
        [plugins.checks.settings.rules.letters]\ncheck = \"matches\"\ncolumns = [\"branch\"]\npattern = '['\n\n[thresholds]";
    pack(&library, "[thresholds]", faulty);
    let said = text(&library, &file, &[]);
    assert!(!said.contains("\\n"), "{said}");
    for pattern in ["[[:digit:]]", "["] {
        let drawn = format!(" | pattern = '{pattern}'\n");
        assert!(said.contains(&drawn), "{drawn}: {said}");
    }
    pack(&library, "[thresholds]", "[threshold]");
    let output = assay().arg("lint").args(library.arguments()).output().expect("assay runs");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.starts_with("error: a pack has no key `threshold`"), "{said}");
}

/// Files next to the published ones are described by their actual content.
#[test]
fn warnings_alone_are_findings_and_nothing_is_held_back() {
    let library = Library::new();
    let places = |more: &str| {
        let lake = Lake::new();
        let file = library.loans(2024, 99, more);
        let mut command = assay();
        command.arg("run").arg(&file).arg("--root").arg(lake.path()).args(library.arguments());
        let output = command.output().expect("assay runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let label = |line: &str| {
            line.contains("/staging/rejected/")
                .then(|| line.trim_start()[..9].trim_end().to_owned())
        };
        text.lines().find_map(label)
    };
    let refund = "L90004,M1,Nord,Refund,,2024-05-02,,-1.00\n";
    assert_eq!(places(refund).as_deref(), Some("findings"));
    assert_eq!(places("L90005,M1,South,T,,2024-05-02,,1.00\n").as_deref(), Some("held back"));
    assert_eq!(places(""), None);
}
