//! The messages for settings that cannot be used.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assay_plugin_checks::Checks;
use assay_sdk::testing::Table;

fn check(settings: &str, expected: &[&str]) {
    let table = Table::new(&["Record_ID", "Amount", "Paid_On"]).settings(settings);
    let faults = table.plan::<Checks>().expect_err("the settings are faulty");
    assert_eq!(faults, expected, "{settings}");
}

/// The faults of one rule `R`, without the beginning of their pointers.
fn rule(rule: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|line| format!("/rules/R{line}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&format!(r#"{{"rules": {{"R": {rule}}}}}"#), &expected);
}

#[test]
fn faults_point_and_list_the_choices() {
    check(r#"{"rule": {}}"#, &["/rule: unknown key `rule` [rules]"]);
    check("[]", &[": expected a table, found a list"]);
    check(r#"{"rules": 5}"#, &["/rules: expected a table, found a number"]);
    rule("{}", &[": the key `check` is missing"]);
    rule(
        r#"{"check": "requird"}"#,
        &[
            "/check: unknown check `requird` [required, requires, forbids, one-of, matches, digits, length, luhn, integer, decimal, date, compare, unique]",
        ],
    );
    rule(r#"{"check": "required"}"#, &[": the key `columns` is missing"]);
    rule(
        r#"{"check": "required", "columns": ["Record_Id", "Amont", "Qqqqqqq"]}"#,
        &[
            "/columns/0: the layout `` has no column `Record_Id`; if other layouts have it, set `absent = \"skip\"` [Record_ID]",
            "/columns/1: the layout `` has no column `Amont`; if other layouts have it, set `absent = \"skip\"` [Amount]",
            "/columns/2: the layout `` has no column `Qqqqqqq`; if other layouts have it, set `absent = \"skip\"`",
        ],
    );
    rule(
        r#"{"check": "digits", "columns": ["Amount"], "mx": 3, "min": "1"}"#,
        &[
            "/min: expected a whole number from 0, found a text",
            "/mx: unknown key `mx` [absent, check, columns, level, max, message, min, title, when]",
        ],
    );
    rule(
        r#"{"check": "integer", "columns": ["Amount"], "min": 5, "max": 1}"#,
        &["/min: `min` is greater than `max`"],
    );
    rule(
        r#"{"check": "matches", "columns": ["Amount"], "pattern": "a(b"}"#,
        &["/pattern: at character 2: the group is not closed"],
    );
    rule(
        r#"{"check": "decimal", "columns": ["Amount"], "scale": 2, "min": 0.001}"#,
        &["/min: `0.001` is not a decimal with at most 2 digits after the point"],
    );
    rule(
        r#"{"check": "date", "columns": ["Paid_On"], "format": "%d.%m.%y", "max": "1.1.2020"}"#,
        &[
            "/format: expected `%Y`, `%m` and `%d` once each with plain characters between, such as `%m/%d/%Y`",
            "/max: `1.1.2020` is not a date; expected one such as `2023-05-01`",
        ],
    );
    rule(
        r#"{"check": "required", "columns": ["Amount"], "level": "fatal"}"#,
        &["/level: unknown choice `fatal` [error, warn, monitor, off, refuse]"],
    );
    rule(
        r#"{"check": "one-of", "columns": ["Amount"], "values": ["a", 1], "when": {"column": "Amount", "is": ["x"], "filled": true}}"#,
        &[
            "/values/1: expected a text, found a number",
            "/when/column: expected one test of the column, found 2 [is, is_not, filled]",
        ],
    );
    rule(
        r#"{"check": "forbids", "columns": ["Amount"], "when": [{"column": "Paid_On", "filed": true}]}"#,
        &[
            "/when/0/column: expected one test of the column, found 0 [is, is_not, filled]",
            "/when/0/filed: unknown key `filed` [column, filled, is, is_not]",
        ],
    );
    rule(r#"{"check": "requires", "columns": ["Amount"]}"#, &[": the key `when` is missing"]);
    rule(
        r#"{"check": "luhn", "columns": ["Amount"], "prefix": "8o"}"#,
        &["/prefix: expected digits only"],
    );
    check(
        r#"{"rules": {"csv.R": {"check": "required", "columns": ["Amount"]}, "R ": {"check": "unique"}}}"#,
        &[
            "/rules/csv.R: names that begin with `csv.` are reserved for the host",
            "/rules/R : `R ` is not a rule name; expected 1 to 64 letters, digits, `-` or `.`, beginning with a letter and ending with a letter or digit",
        ],
    );
}
