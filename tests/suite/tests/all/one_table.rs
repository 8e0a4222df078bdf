//! All files of a kind form one table: the same columns, types and field ids, whatever the layout.

use std::fs;

use assay_suite::{Lake, Library, checkout, generated, part_rows, part_schemas, quarantine};

/// A second layout of loans: other names, order and case, one column fewer, and one constant column.
const LAYOUT: &str = r#"
[kinds.loans]
last_id = 13
retired = 5
columns = [
  { id = 4, name = "loan_id" },
  { id = 13, name = "currency" },
  { id = 6, name = "member_id" },
  { id = 7, name = "branch" },
  { id = 8, name = "title" },
  { id = 9, name = "isbn" },
  { id = 10, name = "loaned_on", type = "date", format = "%Y-%m-%d" },
  { id = 11, name = "returned_on", type = "date", format = "%Y-%m-%d" },
  { id = 12, name = "fine_eur", type = "decimal", precision = 9, scale = 2 },
]

[[layout]]
name = "loans-6"
kind = "loans"
columns = ["fine", "BRANCH", "loan_id", "member_id", "book", "loaned_on"]
[layout.aliases]
title = "book"
fine_eur = "fine"
[layout.constants]
currency = "EUR"
returned_on = "2024-12-31"
"#;

fn library() -> Library {
    let library = Library::new();
    let dataset = library.rule_file("dataset.toml");
    let text = fs::read_to_string(&dataset).expect("a dataset");
    fs::write(&dataset, text + LAYOUT).expect("space");
    let shared = library.rule_file("loans/shared.toml");
    let text = fs::read_to_string(&shared).expect("a pack");
    let text = text
        .replace("[\"loans-8\"]", "[\"loans-8\", \"loans-6\"]")
        .replace("as = \"date\"", "as = \"date\"\nabsent = \"skip\"");
    fs::write(&shared, text).expect("space");
    library
}

#[test]
fn two_layouts_of_a_kind_give_one_table() {
    let (library, lake) = (library(), Lake::new());
    let arguments = library.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let old = library.loans(2023, 1, "");
    let new = old.with_file_name("loans-2024.csv");
    fs::write(
        &new,
        "fine,BRANCH,loan_id,member_id,book,loaned_on\n1.50,Nord,L7,M7,Mud,2024-02-03\n",
    )
    .unwrap();
    for file in [&old, &new] {
        let outcome = lake.run(file, &arguments);
        assert_eq!(outcome.code, Some(0), "{}{:#}", outcome.stderr, outcome.summary);
        assert_eq!(outcome.text("outcome"), "accepted");
    }
    let schemas = part_schemas(lake.path());
    assert_eq!(schemas.len(), 1, "{schemas:#?}");
    insta::assert_snapshot!("one_schema_of_two_layouts", schemas.first().unwrap());
    insta::assert_snapshot!("one_table_of_two_layouts", part_rows(lake.path()).join("\n"));
}

#[test]
fn both_layouts_of_general_payments_give_one_table() {
    let (lake, folder) = (Lake::new(), tempfile::tempdir().unwrap());
    for (year, layout) in [(2016, "general-75"), (2023, "general-91")] {
        let file = generated(folder.path(), year, layout, 50, 1, "0%");
        let outcome = lake.run(&file, &[]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let schemas = part_schemas(lake.path());
    assert_eq!(schemas.len(), 1, "{schemas:#?}");
    let declared = fs::read_to_string(checkout().join("rules/open-payments/general/schema.toml"));
    let columns = declared.unwrap().matches("{ id = ").count();
    assert_eq!(schemas.first().unwrap().matches("OPTIONAL").count(), columns);
}

/// Names that readers cannot tell apart are a mistake in the layout: nothing is read, let alone written.
#[test]
fn columns_that_differ_by_case_only_are_refused_before_anything_is_written() {
    let check = |columns: &str, header: &str, expected: &str| {
        let (library, lake) = (Library::new(), Lake::new());
        let dataset = library.rule_file("dataset.toml");
        let layout = format!("\n[[layout]]\nname = \"m-3\"\nkind = \"m\"\ncolumns = {columns}\n");
        fs::write(&dataset, fs::read_to_string(&dataset).unwrap() + &layout).unwrap();
        let pack = "format = 1\ndataset = \"library\"\nkind = \"m\"\nlayouts = [\"m-3\"]\n[partition]\nyear = \"2024\"\n";
        fs::create_dir(library.rule_file("m")).unwrap();
        fs::write(library.rule_file("m/2024.toml"), pack).unwrap();
        let file = dataset.with_file_name("m-2024.csv");
        fs::write(&file, header).unwrap();
        let pack = library.rule_file("m/2024.toml");
        let mut arguments = library.arguments();
        arguments.extend(["--pack".to_owned(), pack.to_string_lossy().into_owned()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let outcome = lake.run(&file, &arguments);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains(expected) || outcome.summary.to_string().contains(expected),
            "{}\n{}",
            outcome.stderr,
            outcome.summary
        );
        assert!(part_schemas(lake.path()).is_empty());
    };
    check(
        "[\"ID\", \"id\", \"name\"]",
        "ID,id,name\n1,2,x\n",
        "the columns `ID` and `id` differ by case only",
    );
    check(
        "[\"Year\", \"id\"]",
        "Year,id\n2024,2\n",
        "the column `Year` has the same name as the partition folder `year=…`",
    );
    check("[\"id\", \"_record\"]", "id,_record\n1,2\n", "the column `_record` has a reserved name");
    check(
        "[\"id\", \"Run\"]",
        "id,Run\n1,2\n",
        "the column `Run` has the same name as the partition folder `run=…`",
    );
}

/// Many readers have no year 0; one such date makes a file unreadable for pandas and Polars.
#[test]
fn year_zero_is_no_date() {
    let (library, lake) = (Library::new(), Lake::new());
    let more = "L90001,M1,Nord,T,,2023-05-01,0000-01-01,0.10\nL90002,M1,Nord,T,,2023-05-01,9999-12-31,0.10\n";
    let file = library.loans(2023, 40, more);
    let arguments = library.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = lake.run(&file, &arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(
        (outcome.number("records.validated"), outcome.number("records.quarantined")),
        (41, 1)
    );
    let held = quarantine(lake.path());
    assert!(held[0].rules.contains("type.date"), "{held:?}");
}
