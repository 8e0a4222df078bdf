//! A pack with a mistake stops the files for which it may be meant, and no others.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use assay_packs::Catalogue;
use common::{header, write};

const DATASET: &str = r#"
format = 1
name = "library"
partition = ["year"]
[partition_keys.year]
[kinds.loans]
last_id = 6
columns = [{ id = 4, name = "loan_id", type = "text" }, { id = 5, name = "branch", type = "text" }, { id = 6, name = "fine", type = "text" }]
[[file_name]]
pattern = '^[a-z]+-(?<year>\d{4})'
[[layout]]
name = "loans-2"
kind = "loans"
columns = ["loan_id", "branch"]
[[layout]]
name = "loans-3"
kind = "loans"
columns = ["loan_id", "branch", "fine"]
[[layout]]
name = "members-1"
kind = "members"
columns = ["member_id"]
"#;
const SHARED: &str = "format = 1\nbase = true\ndataset = \"library\"\nkind = \"loans\"\nlayouts = [\"loans-2\", \"loans-3\"]\n";
const LOANS: &str = "format = 1\nextends = \"shared.toml\"\n[partition]\nyear = \"2023\"\n";
const OTHER_LOANS: &str = "format = 1\nextends = \"shared.toml\"\n[partition]\nyear = \"2024\"\n";
const MEMBERS: &str =
    "format = 1\ndataset = \"library\"\nkind = \"members\"\nlayouts = [\"members-1\"]\n";

/// The files to identify: name and header.
const FILES: [(&str, &str); 5] = [
    ("loans-2023", "loan_id,branch"),
    ("loans-2024", "loan_id,branch"),
    ("loans-2024", "loan_id,branch,fine"),
    ("loans-2025", "loan_id,branch"),
    ("members-2023", "member_id"),
];

/// Checks the result for each file when one of the rules is replaced: the pack, `refused` or `stopped`.
fn check(path: &str, text: &str, expected: [&str; 5]) {
    let mut files = vec![
        ("library/dataset.toml", DATASET),
        ("library/loans/shared.toml", SHARED),
        ("library/loans/2023.toml", LOANS),
        ("library/loans/2024.toml", OTHER_LOANS),
        ("library/members/all.toml", MEMBERS),
    ];
    files.retain(|(known, _)| *known != path);
    files.push((path, text));
    let folder = write(&files);
    let broken = Catalogue::open(folder.path()).is_err();
    assert_eq!(broken, text != LOANS, "all rules are checked where that is asked for: {text}");
    let found = FILES.map(|(name, columns)| {
        let catalogue = Catalogue::open_sound(folder.path()).unwrap();
        let found = catalogue.identify(Some(name), &header(columns), &|_| Vec::new());
        match (catalogue.check_meant(&found), found) {
            (Err(_), _) => "stopped".to_owned(),
            (Ok(()), Err(_)) => "refused".to_owned(),
            (Ok(()), Ok(found)) => {
                found.pack.path().file_stem().unwrap().to_str().unwrap().to_owned()
            }
        }
    });
    assert_eq!(found, expected, "{path}\n{text}");
}

const USUAL: [&str; 5] = ["2023", "2024", "2024", "refused", "all"];

#[test]
fn a_broken_pack_stops_only_the_files_it_may_be_meant_for() {
    check("library/loans/2023.toml", LOANS, USUAL);
    let loans = "library/loans/2023.toml";
    let of_2023 = ["stopped", "2024", "2024", "refused", "all"];
    check(loans, &format!("{LOANS}[limits]\nmemory = \"much\"\n"), of_2023);
    check(loans, &format!("{LOANS}[columns.pages]\ntype = \"integer\"\n"), of_2023);
    // What precedes the mistake is valid; anything may follow it.
    check(
        loans,
        &format!("{LOANS}[limits\nmemory = \"1MiB\"\n"),
        ["stopped", "2024", "2024", "refused", "stopped"],
    );
    let own = "format = 1\ndataset = \"library\"\nkind = \"loans\"\nlayouts = [\"loans-2\"]\n[partition]\nyear = \"2023\"\n";
    check(loans, &format!("{own}[limits\n"), of_2023);
    check(loans, &format!("{own}title = \"\"\"\n\n"), of_2023);
}

#[test]
fn what_is_not_certain_stops_more() {
    let loans = "library/loans/2024.toml";
    let pack = |kind: &str, layouts: &str, partition: &str| {
        format!(
            "format = 1\ndataset = \"library\"\nkind = \"{kind}\"\nlayouts = [{layouts}]\n{partition}\n"
        )
    };
    let year = "[partition]\nyear = \"2024\"";
    // A misspelt layout, kind or key must be meant to be another.
    check(
        loans,
        &pack("loans", "\"loans-2\", \"loans-33\"", year),
        ["2023", "stopped", "stopped", "refused", "all"],
    );
    check(
        loans,
        &pack("loan", "\"loans-2\"", year),
        ["2023", "stopped", "refused", "refused", "all"],
    );
    check(
        loans,
        &pack("loans", "\"loans-3\"", "[partition]\nyeer = \"2024\""),
        ["2023", "refused", "stopped", "refused", "all"],
    );
    check(
        loans,
        "format = 1\nkind = \"loans\nlayouts = []\n",
        ["stopped", "stopped", "stopped", "stopped", "stopped"],
    );
    // A pack without pins cannot take a file that a pack with a pin takes.
    check(
        loans,
        &pack("loans", "\"loans-2\"", "limits = 3"),
        ["2023", "stopped", "refused", "stopped", "all"],
    );
}

#[test]
fn what_packs_extend_stops_their_files() {
    let shared = "library/loans/shared.toml";
    check(
        shared,
        &format!("{SHARED}[limits]\nmemory = 1\n"),
        ["stopped", "stopped", "stopped", "refused", "all"],
    );
    check(
        shared,
        &format!("{SHARED}[limits\n"),
        ["stopped", "stopped", "stopped", "refused", "all"],
    );
}

#[test]
fn two_packs_for_the_same_files_stop_these() {
    let twice = format!("{LOANS}# again\n");
    check("library/loans/again.toml", &twice, ["stopped", "2024", "2024", "refused", "all"]);
}

#[test]
fn a_broken_dataset_stops_what_no_other_knows() {
    check("other/dataset.toml", "format = 1\nname = \"other\"\n", USUAL);
    let strange = |files: &[(&str, &str)]| {
        let folder = write(files);
        let catalogue = Catalogue::open_sound(folder.path()).unwrap();
        let found = catalogue.identify(None, &header("a,b"), &|_| Vec::new());
        catalogue.check_meant(&found).is_err()
    };
    assert!(!strange(&[("library/dataset.toml", DATASET)]));
    assert!(strange(&[("library/dataset.toml", DATASET), ("other/dataset.toml", "name = ")]));
}
