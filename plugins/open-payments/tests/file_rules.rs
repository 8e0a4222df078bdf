//! Rules about the file: what is summed, and how the sums are judged.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assay_plugin_open_payments::OpenPayments;
use assay_sdk::FileOutcome::{self, Failed, Passed, Skipped};
use assay_sdk::testing::Table;
use assay_sdk::{Measure, Merge, Run};

const COLUMNS: [&str; 3] = [
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID",
    "Nature_of_Payment_or_Transfer_of_Value",
    "Covered_Recipient_Type",
];

/// A file with one more column, in which `most` records hold one text and `rest` records another.
fn column(name: &str, (most, text): (usize, &str), (rest, other): (usize, &str)) -> Table {
    let columns = [COLUMNS.as_slice(), &[name]].concat();
    let table = Table::new(&columns)
        .partition("year", "2016")
        .partition("publication", "2017-06-30")
        .settings(r#"{"share_from_records": 10}"#);
    let cells = std::iter::repeat_n(text, most).chain(std::iter::repeat_n(other, rest));
    cells.fold(table, |table, cell| table.record(&["", "", "", cell]))
}

#[test]
fn records_of_other_files() {
    let rule = "records-of-file";
    let years = |own, other| column("Program_Year", (own, "2016"), (other, "2017"));
    let said = "of another program year or publication";
    check(&years(5, 5), rule, Passed, &format!("5 of 10 records {said}"), "at most 50 %");
    check(&years(4, 5), rule, Failed, &format!("5 of 9 records {said}"), "at most 50 %");
    let days = column("Payment_Publication_Date", (1, "06/30/2017"), (2, "01/17/2018"));
    check(&days, rule, Failed, &format!("2 of 3 records {said}"), "at most 50 %");
    check(&years(0, 0), rule, Passed, &format!("0 of 0 records {said}"), "at most 50 %");
}

#[test]
fn layouts_of_publications() {
    let check = |layout: &str, publication: &str, outcome| {
        let table = Table::of_run(Run {
            layout: layout.to_owned(),
            columns: COLUMNS.map(str::to_owned).to_vec(),
            partition: vec![
                ("year".to_owned(), "2016".to_owned()),
                ("publication".to_owned(), publication.to_owned()),
            ],
            ..Run::default()
        });
        let found = &table.finish::<OpenPayments>()["layout-of-publication"];
        assert_eq!(found.0, outcome, "{layout} {publication}: {found:?}");
    };
    check("general-75", "2017-06-30", Passed);
    check("general-75", "2022-01-21", Passed);
    check("general-75", "2022-06-30", Failed);
    check("general-75", "2016-06-30", Failed);
    check("general-91", "2022-06-30", Passed);
    check("general-91", "2026-01-23", Passed);
    check("general-91", "2022-01-21", Failed);
    check("general-92", "2022-01-21", Skipped);
}

#[test]
fn shares_of_third_parties_and_disputes() {
    let third = |none, entity| {
        let name = "Third_Party_Payment_Recipient_Indicator";
        column(name, (none, "No Third Party Payment"), (entity, "Entity"))
    };
    let rule = "no-third-party-share";
    check(&third(19, 1), rule, Passed, "95.0 % of 20 records", "95 to 100 %");
    check(&third(18, 1), rule, Failed, "94.7 % of 19 records", "95 to 100 %");
    check(&third(0, 9), rule, Skipped, "9 records; judged from 10 records on", "");
    let disputes = |no, yes| column("Dispute_Status_for_Publication", (no, "No"), (yes, "Yes"));
    let rule = "dispute-share";
    check(&disputes(198, 2), rule, Passed, "1.0 % of 200 records", "0 to 1 %");
    check(&disputes(198, 3), rule, Failed, "1.4 % of 201 records", "0 to 1 %");
}

fn table(year: &str, publication: &str) -> Table {
    Table::new(&COLUMNS).partition("year", year).partition("publication", publication)
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
    check(&natures(0, 9), rule, Skipped, "9 records; judged from 10 records on", "");
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
