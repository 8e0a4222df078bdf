//! Tests the identification of files: from name, header and first records to a pack or a refusal.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;

use assay_packs::{Catalogue, Identified, LayoutMatch, Pack, Refusal, fingerprint};
use common::{header, library, open_payments, open_payments_rules, write};

const LOANS: &str = "loan_id,member_id,branch,book_title,isbn,loaned_on,returned_on,fine_eur";

/// Describes the result for a file in one line.
fn outcome(result: Result<Identified, Refusal>) -> String {
    match result {
        Ok(found) => {
            let partition: Vec<String> =
                found.partition.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let pack = found.pack.path().file_stem().unwrap().to_str().unwrap().to_owned();
            let name = if found.name_matched { "name known" } else { "name strange" };
            format!(
                "{}/{}/{} {} {} {name}",
                found.dataset,
                found.kind,
                pack,
                found.layout.name(),
                partition.join("/")
            )
        }
        Err(refusal) => format!("{}: {refusal}", refusal.code()),
    }
}

fn check(name: Option<&str>, header_line: &str, loaned_on: Option<&str>, expected: &str) {
    let catalogue = Catalogue::open(&library()).unwrap();
    // The cells of several records are separated by line feeds.
    let first = |column: &str| {
        let cells = loaned_on.filter(|_| column == "loaned_on").map(|cells| cells.split('\n'));
        cells.into_iter().flatten().map(str::to_owned).collect()
    };
    assert_eq!(
        outcome(catalogue.identify(name, &header(header_line), &first)),
        expected,
        "{name:?} {header_line}"
    );
}

#[test]
fn a_file_is_found_by_name_or_by_its_first_record() {
    check(Some("loans-2023.csv"), LOANS, None, "library/loans/2023 loans-8 year=2023 name known");
    check(
        Some("/in/loans-2024 (1).csv.gz"),
        LOANS,
        None,
        "library/loans/2024 loans-8 year=2024 name known",
    );
    check(
        Some("C:\\in\\loans-2024.zip"),
        LOANS,
        None,
        "library/loans/2024 loans-8 year=2024 name known",
    );
    check(None, LOANS, Some("2024-05-01"), "library/loans/2024 loans-8 year=2024 name strange");
    check(
        Some("export.csv"),
        LOANS,
        Some("2023-12-31"),
        "library/loans/2023 loans-8 year=2023 name strange",
    );
    // The name takes precedence over the record, which may be a bad one.
    check(
        Some("loans-2023.csv"),
        LOANS,
        Some("2024-01-01"),
        "library/loans/2023 loans-8 year=2023 name known",
    );
}

#[test]
fn a_record_that_does_not_tell_leaves_it_to_the_next() {
    let found = "library/loans/2024 loans-8 year=2024 name strange";
    check(None, LOANS, Some("\n2024-05-01"), found);
    check(None, LOANS, Some("soon\n2024-05-01\n2023-05-01"), found);
    let not_found = |said: &str| {
        format!(
            "file.partition-not-found: the file's `year` is unknown: the file's name does not contain it; \
             `loaned_on` of the first 3 intact records is {said}\nhelp: give the file the name it was published \
             under, or use `--pack` to name a pack that fixes the value"
        )
    };
    check(None, LOANS, Some("\n \n"), &not_found("blank"));
    check(None, LOANS, Some("\nsoon\nlater"), &not_found("`soon`, which cannot be used"));
}

#[test]
fn a_refusal_says_what_was_found_and_what_there_is() {
    check(
        Some("loans-2022.csv"),
        LOANS,
        None,
        "file.partition-not-taken: no pack takes `loans-8` (loans of books; years: 2023 onward; publications: yearly) with `year=2022`\n\
         help: packs for it take `year=2023`, `year=2024`",
    );
    check(
        None,
        LOANS,
        Some("05/01/2024"),
        "file.partition-not-found: the file's `year` is unknown: the file's name does not contain it; `loaned_on` of the first intact record is \
         `05/01/2024`, which cannot be used\n\
         help: give the file the name it was published under, or use `--pack` to name a pack that fixes the value",
    );
    check(
        None,
        LOANS,
        Some(" "),
        "file.partition-not-found: the file's `year` is unknown: the file's name does not contain it; `loaned_on` of the first intact record is \
         blank\n\
         help: give the file the name it was published under, or use `--pack` to name a pack that fixes the value",
    );
    check(
        None,
        LOANS,
        None,
        "file.partition-not-found: the file's `year` is unknown: the file's name does not contain it; no record is intact\n\
         help: give the file the name it was published under, or use `--pack` to name a pack that fixes the value",
    );
    check(
        Some("members.csv"),
        "member_id,joined_on,branch",
        None,
        "file.layout-not-taken: the layout is `members-3` (members of the library), but no pack accepts it\n\
         help: there is no pack for the kind `members`",
    );
    check(
        Some("loans-2023.csv"),
        "member_id,joined_on,branch",
        None,
        "file.kind-differs: the name `loans-2023.csv` says that the file is of the kind `loans`, but its layout is `members-3` (members of \
         the library) of the kind `members`\n\
         help: rename the file if its name is wrong",
    );
}

#[test]
fn a_strange_header_is_compared_with_the_nearest_layout() {
    let near = |found: &str, columns: usize, differences: &str| {
        let expected = format!(
            "file.layout-unknown: the header of {columns} columns matches none of the 2 known layouts; the nearest is `loans-8` (loans of books; \
             years: 2023 onward; publications: yearly) of 8 columns\nhelp: {differences}"
        );
        check(Some("loans-2023.csv"), found, None, &expected);
    };
    near(
        "loan_id,member_id,book_title,isbn,loaned_on,returned_on",
        6,
        "missing: `branch`, `fine_eur`",
    );
    near(&format!("{LOANS},note"), 9, "unexpected: `note`");
    near(
        "loan_id,fine_eur,member_id,branch,book_title,isbn,loaned_on,returned_on",
        8,
        "out of order: `fine_eur`",
    );
    near(
        "LOAN_ID,member_id,branch,book_title,isbn,loaned_on,returned_on, fine_eur",
        8,
        "spelled differently: `LOAN_ID` for `loan_id`, `\\u{20}fine_eur` for `fine_eur`",
    );
    near(&format!("{LOANS},loan_id"), 9, "more than once: `loan_id`");
    near(
        "loan_id,member_id,branch,book_title,a,b,c,d,e\u{7}",
        9,
        "missing: `isbn`, `loaned_on`, `returned_on`, `fine_eur`; unexpected: `a`, `b`, `c`, `d` and 1 more",
    );
    check(
        None,
        "<!DOCTYPE html>",
        None,
        "file.layout-unknown: the header of 1 column resembles none of the 2 known layouts",
    );
}

#[test]
fn cut_off_names_are_recognised() {
    let folder = write(&[(
        "d/dataset.toml",
        "format = 1\nname = \"d\"\npartition = []\n[[layout]]\nname = \"l\"\nkind = \"k\"\n\
         columns = [\"id\", \"Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value\"]\n",
    )]);
    let catalogue = Catalogue::open(folder.path()).unwrap();
    let found = header("id,name_of_third_party_entity_receiving_payment_or_transfer_of_val");
    let LayoutMatch::Near(nearest) = catalogue.layout_of(&found) else {
        panic!("the layout is near")
    };
    assert_eq!(
        nearest.differences.to_string(),
        "cut off: `name_of_third_party_entity_receiving_payment_or_transfer_of_val` for \
         `Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value`"
    );
}

#[test]
fn a_named_pack_fixes_what_the_file_does_not_tell() {
    let pack = Pack::open(&library().join("library/loans/2023.toml")).unwrap();
    let check = |name: Option<&str>, header_line: &str, expected: &str| {
        let found = outcome(pack.identify(name, &header(header_line), &|_| Vec::new()));
        assert!(found.starts_with(expected), "{found}");
    };
    check(None, LOANS, "library/loans/2023 loans-8 year=2023 name strange");
    check(Some("loans-2024.csv"), LOANS, "file.partition-not-taken: ");
    check(None, "member_id,joined_on,branch", "file.layout-not-taken: ");
    check(None, "a,b,c", "file.layout-unknown: ");
}

#[test]
fn the_pack_that_says_most_is_chosen() {
    let dataset = "format = 1\nname = \"d\"\npartition = [\"year\", \"branch\"]\n\
        [partition_keys.year]\ncolumn = \"about\"\n[partition_keys.branch]\ncolumn = \"house\"\n\
        [[layout]]\nname = \"l\"\nkind = \"k\"\ncolumns = [\"about\", \"house\"]\n";
    let pack = |partition: &str| {
        format!(
            "format = 1\ndataset = \"d\"\nkind = \"k\"\nlayouts = [\"l\"]\n[partition]\n{partition}"
        )
    };
    let (any, year, both) =
        (pack(""), pack("year = [\"1\", \"2\"]"), pack("year = \"1\"\nbranch = \"x\""));
    let folder = write(&[
        ("d/dataset.toml", dataset),
        ("d/k/any.toml", &any),
        ("d/k/year.toml", &year),
        ("d/k/both.toml", &both),
    ]);
    let catalogue = Catalogue::open(folder.path()).unwrap();
    let check = |year: &str, branch: &str, expected: &str| {
        let first = |column: &str| vec![if column == "about" { year } else { branch }.to_owned()];
        let found = catalogue.identify(None, &header("about,house"), &first).unwrap();
        assert_eq!(found.pack.path().file_stem().unwrap(), expected, "{year} {branch}");
    };
    check("1", "x", "both");
    check("1", "y", "year");
    check("2", "x", "year");
    check("3", "x", "any");

    fs::write(folder.path().join("d/k/again.toml"), pack("year = \"2\"")).unwrap();
    let error = Catalogue::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("again.toml` takes the same files"), "{error}");
}

#[test]
fn datasets_must_not_claim_the_same() {
    let dataset = |name: &str, columns: &str| {
        format!(
            "format = 1\nname = \"{name}\"\npartition = []\n[[layout]]\nname = \"l\"\nkind = \"k\"\ncolumns = {columns}\n"
        )
    };
    let check = |two: &str, expected: &str| {
        let folder =
            write(&[("one/dataset.toml", &dataset("one", "[\"a\"]")), ("two/dataset.toml", two)]);
        let error = Catalogue::open(folder.path()).unwrap_err().to_string();
        let first =
            error.lines().next().unwrap().replace(&folder.path().display().to_string(), "$DIR");
        assert_eq!(first, expected);
    };
    check(&dataset("two", "[\"a\"]"), "error: a header can belong to one dataset only");
    check(
        &dataset("one", "[\"b\"]"),
        "error: `$DIR/one/dataset.toml` also declares a dataset `one`",
    );
}

/// Returns the names of a header line and the fields of the first record, without quotes. Sufficient for the samples, whose headers are
/// plain and whose first records contain no line breaks.
fn head(path: &std::path::Path) -> (Vec<String>, Vec<String>) {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let fields = |line: &str| {
        let mut fields = vec![String::new()];
        let mut quoted = false;
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                _ => fields.last_mut().unwrap().push(letter),
            }
        }
        fields
    };
    (fields(lines.next().unwrap()), fields(lines.next().unwrap_or_default()))
}

#[test]
fn every_sample_is_identified_or_refused_by_name() {
    let Some(folder) = open_payments() else { return };
    let root = open_payments_rules();
    let catalogue = Catalogue::open(root.path()).unwrap();
    let check = |name: &str, expected: &str| {
        let (header, record) = head(&folder.join("samples").join(name));
        for file_name in [Some(name), None] {
            let first = |column: &str| {
                let at = header.iter().position(|name| name == column);
                at.and_then(|at| record.get(at).cloned()).into_iter().collect()
            };
            let found = outcome(catalogue.identify(file_name, &header, &first));
            let found = found.trim_end_matches(" name known").trim_end_matches(" name strange");
            assert!(found.starts_with(expected), "{file_name:?}: {found}");
        }
    };
    let refused = |layout: &str| format!("file.layout-not-taken: the layout is `{layout}` (");
    let general = "open-payments/general/any";
    check(
        "OP_DTL_GNRL_PGYR2016_P06302017.csv",
        &format!("{general} general-75 year=2016/publication=2017-06-30"),
    );
    check(
        "OP_DTL_GNRL_PGYR2018_P06282019.quoted-1row.csv",
        &format!("{general} general-75 year=2018/publication=2019-06-28"),
    );
    check(
        "OP_DTL_GNRL_PGYR2022_P01182024.DERIVED-from-api-4rows.csv",
        &format!("{general} general-91 year=2022/publication=2024-01-18"),
    );
    check("OP_DTL_GNRL_PGYR2013_P01152016.excel-resaved.csv", &refused("general-63"));
    check("OP_DTL_OWNRSHP_PGYR2016_P06302017.csv", &refused("ownership-29"));
    check("OP_DTL_OWNRSHP_PGYR2019_P06302020.quoted-1row.csv", &refused("ownership-29"));
    check("OP_DTL_RSRCH_PGYR2014_P06302015.gazette-iowa.csv", &refused("research-164"));
    check("OP_DTL_RSRCH_PGYR2014_P06302016.gazette-iowa.csv", &refused("research-166"));
    check("OP_DTL_RSRCH_PGYR2016_P06302017.csv", &refused("research-176"));
    check("OP_PH_PRFL_SPLMTL_P01152016.excel-resaved.csv", &refused("profile-27"));
    check("OP_PGYR2016_README_P06302017.txt", "file.layout-unknown: ");
}

#[test]
fn every_published_layout_is_known_by_its_fingerprint() {
    let Some(folder) = open_payments() else { return };
    let root = open_payments_rules();
    let catalogue = Catalogue::open(root.path()).unwrap();
    let index = fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let mut published: Vec<&str> =
        index.lines().skip(1).map(|line| line.split('\t').nth(2).unwrap()).collect();
    let mut ours: Vec<String> = catalogue
        .datasets()
        .flat_map(|dataset| dataset.layouts())
        .map(|layout| {
            assert_eq!(layout.fingerprint(), fingerprint(layout.header()));
            layout.fingerprint().to_string()[..12].to_owned()
        })
        .collect();
    published.sort_unstable();
    ours.sort_unstable();
    assert_eq!(ours, published);
}

#[test]
fn published_file_names_are_known() {
    let root = open_payments_rules();
    let catalogue = Catalogue::open(root.path()).unwrap();
    let layout = catalogue
        .datasets()
        .flat_map(|d| d.layouts())
        .find(|l| l.name() == "general-91")
        .unwrap()
        .clone();
    let first = |column: &str| match column {
        "Program_Year" => vec!["2016".to_owned()],
        "Payment_Publication_Date" => vec!["06/30/2017".to_owned()],
        _ => Vec::new(),
    };
    let check = |name: &str, expected: &str| {
        let found = outcome(catalogue.identify(Some(name), layout.header(), &first));
        assert!(found.starts_with(expected), "{name}: {found}");
    };
    let general = "open-payments/general/any general-91 year=2024/publication=";
    check("OP_DTL_GNRL_PGYR2024_P06302025.csv", &format!("{general}2025-06-30 name known"));
    check(
        "OP_DTL_GNRL_PGYR2024_P06302025_06162025.csv",
        &format!("{general}2025-06-30 name known"),
    );
    check(
        "OP_DTL_GNRL_PGYR2024_P06302025_06162025 (1).csv",
        &format!("{general}2025-06-30 name known"),
    );
    check("OP_DTL_GNRL_PGYR2024_P06302025.csv.gz", &format!("{general}2025-06-30 name known"));
    check("PGYR2024_P06302025_06162025.zip", &format!("{general}2025-06-30 name known"));
    let records = "open-payments/general/any general-91 year=2016/publication=2017-06-30";
    check("PGYR16_P063017.ZIP", &format!("{records} name known"));
    check("download.csv", &format!("{records} name strange"));
    // An invalid date: the records give the value, as if the name had none, and the name does not count as known.
    check("OP_DTL_GNRL_PGYR2016_P13322017.csv", &format!("{records} name strange"));
    check("OP_DTL_RSRCH_PGYR2024_P06302025.csv", "file.kind-differs: ");
    check("OP_DTL_OWNRSHP_PGYR2024_P06302025.csv", "file.kind-differs: ");
    check("OP_REMOVED_DELETED_PGYR2024_P06302025.csv", "file.kind-differs: ");
    check("OP_CVRD_RCPNT_PRFL_SPLMTL_P06302025.csv", "file.kind-differs: ");
    check("PBLCTN_TH_PRFL_SRCH_P06302026.csv", "file.kind-differs: ");
}
