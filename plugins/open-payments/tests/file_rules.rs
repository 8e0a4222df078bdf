//! Rules about the file: what is summed, and how the sums are judged.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assay_plugin_open_payments::OpenPayments;
use assay_sdk::FileOutcome::{self, Failed, Passed, Skipped};
use assay_sdk::testing::Table;
use assay_sdk::{Measure, Merge};

const COLUMNS: [&str; 3] = [
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID",
    "Nature_of_Payment_or_Transfer_of_Value",
    "Covered_Recipient_Type",
];

fn table(year: &str, publication: &str) -> Table {
    Table::new(&COLUMNS).partition("program_year", year).partition("publication", publication)
}

#[track_caller]
fn check(table: &Table, rule: &str, outcome: FileOutcome, observed: &str, expected: &str) {
    let found = &table.finish::<OpenPayments>()[rule];
    assert_eq!((found.0, found.1.as_str(), found.2.as_str()), (outcome, observed, expected));
}

#[test]
fn ids_of_companies() {
    let ids = |ids: &[&str]| {
        ids.iter().fold(table("2016", "2017-06-30"), |table, id| table.record(&[id, "", ""]))
    };
    let rule = "company-ids-damaged";
    check(
        &ids(&["1E+11", "1.00001E+11", "5"]),
        rule,
        Failed,
        "2 of 3 ids look like `1E+11`",
        "at most 50 %",
    );
    check(
        &ids(&["1E+11", "100000000123", "", "E+11"]),
        rule,
        Passed,
        "1 of 3 ids look like `1E+11`",
        "at most 50 %",
    );
    check(&ids(&["", ""]), rule, Skipped, "no record has a company id", "");
    check(&ids(&[]), rule, Skipped, "no record has a company id", "");
    let many = vec!["1E+11"; 40];
    check(&ids(&many), rule, Failed, "40 of 40 ids look like `1E+11`", "at most 50 %");
}

#[test]
fn the_share_of_food_and_beverage() {
    let rule = "food-and-beverage-share";
    let natures = |food: usize, other: usize| {
        let mut table = table("2016", "2017-06-30").settings(r#"{"share_from_records": 10}"#);
        for nature in
            std::iter::repeat_n("Food and Beverage", food).chain(std::iter::repeat_n("Gift", other))
        {
            table.push(vec![String::new(), nature.to_owned(), String::new()]);
        }
        table
    };
    check(&natures(18, 2), rule, Passed, "90.0 % of 20 records", "80 to 97 %");
    check(&natures(16, 4), rule, Passed, "80.0 % of 20 records", "80 to 97 %");
    check(&natures(15, 5), rule, Failed, "75.0 % of 20 records", "80 to 97 %");
    check(&natures(20, 0), rule, Failed, "100.0 % of 20 records", "80 to 97 %");
    check(&natures(0, 9), rule, Skipped, "9 records; judged from 10 on", "");
}

#[test]
fn control_totals() {
    let check = |year, publication, records, outcome| {
        let table = table(year, publication);
        let plan = table.stage_plan::<OpenPayments>(assay_sdk::Stage::Validate);
        let rule = plan.rules.iter().find(|rule| rule.name == "control-total").unwrap();
        let total = Measure {
            code: rule.code,
            key: "records".to_owned(),
            merge: Merge::Sum,
            value: records,
        };
        let found = &table.finish_with::<OpenPayments>(&[total])["control-total"];
        assert_eq!(found.0, outcome, "{year} {publication} {records}");
    };
    check("2016", "2022-06-30", 11_709_790, Passed);
    check("2016", "2022-06-30", 11_709_790 * 102 / 100, Passed);
    check("2016", "2022-06-30", 11_709_790 * 103 / 100, Failed);
    check("2016", "2022-06-30", 250, Failed);
    check("2016", "2017-06-30", 250, Skipped);
    check("2025", "2026-06-30", 16_131_856, Passed);
}
