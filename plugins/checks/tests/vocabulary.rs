//! Each check, on records that pass, fail and are skipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assay_plugin_checks::Checks;
use assay_sdk::Stage;
use assay_sdk::testing::Table;

/// Judges one column by a rule named `R`: which of the cells fail, and how many are skipped.
fn cells(rule: &str, cells: &[&str], hits: &[usize], skipped: u32) {
    let settings = format!(r#"{{"rules": {{"R": {{"columns": ["A"], {rule}}}}}}}"#);
    let table = Table::new(&["A"]).settings(&settings);
    let table = cells.iter().fold(table, |table, cell| table.record(&[cell]));
    let found = table.validate::<Checks>();
    assert_eq!(found.hits("R"), hits, "hits of {rule}");
    assert_eq!(found.skipped("R"), skipped, "skipped by {rule}");
}

/// Judges three columns `A`, `B` and `C` by a rule named `R`: which of the records fail.
fn records(rule: &str, records: &[[&str; 3]], hits: &[usize]) {
    let settings = format!(r#"{{"rules": {{"R": {{{rule}}}}}}}"#);
    let table = Table::new(&["A", "B", "C"]).settings(&settings);
    let table = records.iter().fold(table, |table, record| table.record(record));
    assert_eq!(table.validate::<Checks>().hits("R"), hits, "{rule}");
}

#[test]
fn cells_are_judged_one_by_one() {
    cells(r#""check": "required""#, &["x", "", " "], &[1], 0);
    cells(
        r#""check": "one-of", "values": ["a", "b"]"#,
        &["a", "b", "", "c", "A", "ab"],
        &[3, 4, 5],
        1,
    );
    cells(
        r#""check": "matches", "pattern": "\\d{5}(-\\d{4})?""#,
        &["12345", "12345-6789", "", "1234"],
        &[3],
        1,
    );
    cells(
        r#""check": "digits", "min": 1, "max": 19"#,
        &[
            "1",
            "1234567890123456789",
            "12345678901234567890",
            "",
            "12345678a",
            "1234567a",
            "-1",
            "1/345678",
            "1:345678",
        ],
        &[2, 4, 5, 6, 7, 8],
        1,
    );
    cells(r#""check": "length", "max": 3"#, &["abc", "äöü", "", "abcd", "äöüß"], &[3, 4], 1);
    cells(r#""check": "length", "min": 2"#, &["a", "ä", "ab", "abcdefgh"], &[0, 1], 0);
    cells(
        r#""check": "luhn", "prefix": "80840", "length": 10, "first": "12""#,
        &["1003000126", "1003000127", "", "100300012", "3003000126"],
        &[1, 3, 4],
        1,
    );
    cells(
        r#""check": "integer", "min": 1, "max": 999"#,
        &["1", "999", "", "0", "1000", "one", "1.0", "-5"],
        &[3, 4, 5, 6, 7],
        1,
    );
    cells(r#""check": "integer", "malformed": "skip", "min": 1"#, &["1", "", "0", "one"], &[2], 2);
    cells(
        r#""check": "decimal", "scale": 2, "min": 0.01, "max": "100000000""#,
        &["0.01", "100000000.00", "", "0.00", "100000000.01", "$5", "-1.00", "1.234", "7"],
        &[3, 4, 5, 6, 7],
        1,
    );
    cells(
        r#""check": "date", "format": "%m/%d/%Y", "min": "2013-01-01", "max": "2013-12-31""#,
        &["01/01/2013", "12/31/2013", "", "01/01/2014", "02/30/2013", "2013-05-01"],
        &[3, 4, 5],
        1,
    );
}

#[test]
fn records_are_judged_across_columns() {
    let year = r#""check": "date", "columns": ["A"], "format": "%m/%d/%Y", "year_of": "B""#;
    records(
        year,
        &[
            ["02/03/2023", "2023", ""],
            ["02/03/2022", "2023", ""],
            ["02/30/2023", "2023", ""],
            ["02/03/2022", "", ""],
            ["02/03/2022", "x", ""],
            ["", "2023", ""],
            ["01/01/2024", "2023", ""],
            ["12/31/2023", "2023", ""],
            ["12/31/2022", "2022", ""],
            ["02/03/2023", "99999999999", ""],
        ],
        &[1, 2, 6, 9],
    );
    records(
        r#""check": "date", "columns": ["A"], "format": "%Y-%m-%d", "not_after": "B""#,
        &[
            ["2023-05-01", "2023-05-01", ""],
            ["2023-05-02", "2023-05-01", ""],
            ["2023-05-02", "", ""],
        ],
        &[1],
    );
    records(
        r#""check": "required", "columns": ["B"], "when": {"column": "A", "is": ["h"]}, "otherwise": ["C"]"#,
        &[
            ["h", "1", ""],
            ["h", "", "1"],
            ["p", "", "1"],
            ["p", "1", ""],
            ["", "1", ""],
            ["", "", "1"],
        ],
        &[1, 3, 4],
    );
    records(
        r#""check": "requires", "columns": ["B", "C"], "when": {"column": "A", "filled": true}"#,
        &[["x", "1", "1"], ["x", "1", ""], ["", "", ""]],
        &[1],
    );
    records(
        r#""check": "forbids", "columns": ["B"], "when": [{"column": "A", "is_not": ["x"]}, {"column": "C", "filled": false}]"#,
        &[["y", "1", ""], ["x", "1", ""], ["y", "1", "1"], ["y", "", ""], ["", "1", ""]],
        &[0],
    );
    records(
        r#""check": "one-of", "columns": ["A"], "values": ["CA"], "when": {"column": "B", "is": ["US"]}"#,
        &[["CA", "US", ""], ["XX", "US", ""], ["XX", "FR", ""], ["XX", "", ""]],
        &[1],
    );
    records(
        r#""check": "compare", "left": "A", "is": "<=", "right": "B", "as": "decimal", "scale": 1"#,
        &[["1", "1.0", ""], ["10", "9", ""], ["9", "10", ""], ["x", "1", ""], ["", "1", ""]],
        &[1],
    );
    records(
        r#""check": "compare", "left": "A", "is": "!=", "right": "B""#,
        &[["a", "a", ""], ["a", "b", ""], ["", "", ""]],
        &[0],
    );
    records(
        r#""check": "compare", "left": "A", "is": ">", "right": "B", "as": "date", "format": "%Y-%m-%d""#,
        &[["2023-01-02", "2023-01-01", ""], ["2023-01-01", "2023-01-01", ""]],
        &[1],
    );
}

#[test]
fn a_record_counts_once_and_names_the_first_column() {
    let table = Table::new(&["A", "B"])
        .settings(r#"{"rules": {"R": {"check": "required", "columns": ["A", "B"]}}}"#)
        .record(&["", ""])
        .record(&["1", ""])
        .record(&["1", "1"]);
    let hit = |record, column: &str| (record, "R".to_owned(), Some(column.to_owned()));
    assert_eq!(table.validate::<Checks>().hits, [hit(0, "A"), hit(1, "B")]);
}

#[test]
fn columns_a_layout_lacks_are_skipped_where_the_pack_says_so() {
    let table = Table::new(&["A"])
        .settings(
            r#"{"rules": {
                "R": {"check": "digits", "columns": ["A", "PDI"], "absent": "skip"},
                "S": {"check": "required", "columns": ["PDI"], "absent": "skip"},
                "T": {"check": "forbids", "columns": ["A"], "when": {"column": "PDI", "filled": false}, "absent": "skip"}}}"#,
        )
        .record(&["x"])
        .record(&[""]);
    let found = table.validate::<Checks>();
    assert_eq!((found.hits("R"), found.skipped("R")), (vec![0], 1));
    assert_eq!((found.hits("S"), found.skipped("S")), (vec![], 2));
    assert!(found.hits("T").is_empty());
}

#[test]
fn unique_is_the_hosts() {
    let table = Table::new(&["A"]).settings(
        r#"{"rules": {"R": {"check": "unique", "columns": ["A"], "keep": "none"}, "S": {"check": "unique"}}}"#,
    );
    let plan = table.stage_plan::<Checks>(Stage::Validate);
    let rules: Vec<_> =
        plan.rules.iter().map(|r| (r.name.as_str(), r.columns.len(), r.unique)).collect();
    assert_eq!(
        rules,
        [("R", 1, Some(assay_sdk::Unique::KeepNone)), ("S", 0, Some(assay_sdk::Unique::KeepFirst))]
    );
}

#[test]
fn kinds_have_schemas_that_are_json() {
    for kind in assay_sdk::describe::<Checks>().kinds {
        let schema: serde_json::Value = serde_json::from_str(&kind.settings_schema).unwrap();
        assert_eq!(schema["properties"]["check"]["const"], kind.name.as_str());
    }
}
