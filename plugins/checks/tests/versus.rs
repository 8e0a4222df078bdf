//! The thirteen rules of `rules/versus`, on the defects that their generator makes and on those for which the exact
//! semantics of the other engines matter.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::path::Path;

use assay_plugin_checks::Checks;
use assay_sdk::testing::Table;
use assay_sdk::{Run, Stage};

const COLUMNS: [&str; 14] = [
    "Record_ID",
    "Change_Type",
    "Covered_Recipient_Type",
    "Teaching_Hospital_ID",
    "Covered_Recipient_Profile_ID",
    "Covered_Recipient_NPI",
    "Recipient_Zip_Code",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID",
    "Total_Amount_of_Payment_USDollars",
    "Date_of_Payment",
    "Number_of_Payments_Included_in_Total_Amount",
    "Nature_of_Payment_or_Transfer_of_Value",
    "Program_Year",
    "Form_of_Payment_or_Transfer_of_Value",
];

const GOOD: [&str; 14] = [
    "1010000001",
    "NEW",
    "Covered Recipient Physician",
    "",
    "12345",
    "1003000126",
    "77001-0123",
    "100000000123",
    "12.50",
    "02/28/2023",
    "1",
    "Food and Beverage",
    "2023",
    "Cash or cash equivalent",
];

fn settings() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/versus/pack.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let pack: toml::Table = text.parse().unwrap();
    let mut rules = pack["plugins"]["checks"]["settings"].clone();
    for (_, rule) in rules["rules"].as_table_mut().unwrap() {
        rule.as_table_mut().unwrap().remove("why");
    }
    serde_json::to_string(&rules).unwrap()
}

fn table() -> Table {
    let columns = COLUMNS.iter().map(ToString::to_string).collect();
    Table::of_run(Run { columns, ..Run::default() }).settings(&settings())
}

fn check(changes: &[(&str, &str)], expected: &[&str]) {
    let mut record = GOOD;
    for (column, cell) in changes {
        let at = COLUMNS.iter().position(|name| name.contains(column)).unwrap();
        record[at] = cell;
    }
    let found = table().record(&record).validate::<Checks>();
    let mut rules: Vec<&str> = found.hits.iter().map(|(_, rule, _)| rule.as_str()).collect();
    rules.sort_unstable();
    assert_eq!(rules, expected, "{changes:?}");
}

#[test]
fn defects_trip_exactly_their_rules() {
    check(&[], &[]);
    check(&[("Nature", "")], &["R01"]);
    check(&[("Total_Amount", "")], &["R01"]);
    check(&[("Making_Payment_ID", ""), ("Nature", "")], &["R01"]);
    check(&[("Record_ID", "101000000X")], &["R02"]);
    check(&[("Record_ID", "12345678901234567890")], &["R02"]);
    check(&[("Making_Payment_ID", "100000000123.0")], &["R03"]);
    for amount in [
        "$12.50",
        "-12.50",
        "1,212.50",
        "0.00",
        "999999999999.00",
        "12.505",
        "1E+11",
        ".5",
        "100000000.01",
    ] {
        check(&[("Total_Amount", amount)], &["R04"]);
    }
    for amount in ["0.01", "100000000", "100000000.00", "7.5"] {
        check(&[("Total_Amount", amount)], &[]);
    }
    for date in ["2023-02-28", "02/30/2023", "02/28/2022", "13/01/2023", "2/28/2023", "02/28/2024"]
    {
        check(&[("Date_of_Payment", date)], &["R05"]);
    }
    check(&[("Date_of_Payment", "")], &["R01"]);
    check(&[("Program_Year", "")], &["R01"]);
    check(&[("Program_Year", "x")], &[]);
    check(&[("Change_Type", "New")], &["R06"]);
    check(&[("Covered_Recipient_Type", "Covered Recipient Nurse")], &["R07"]);
    check(&[("Nature", "Food and Beverage ")], &["R08"]);
    for zip in ["7700", "K1A 0B1", "77001-", "770010123"] {
        check(&[("Zip", zip)], &["R09"]);
    }
    check(&[("Zip", "")], &[]);
    for npi in ["1003000127", "123456789", "0000000001", "10030001260"] {
        check(&[("NPI", npi)], &["R10"]);
    }
    check(&[("NPI", "0000000006")], &[]);
    check(&[("Profile_ID", "")], &["R11"]);
    check(&[("Covered_Recipient_Type", "")], &["R01"]);
    check(&[("Covered_Recipient_Type", ""), ("Profile_ID", "")], &["R01", "R11"]);
    check(&[("Covered_Recipient_Type", "Covered Recipient Teaching Hospital")], &["R11"]);
    check(
        &[("Covered_Recipient_Type", "Covered Recipient Teaching Hospital"), ("Hospital_ID", "77")],
        &[],
    );
    for count in ["0", "1000", "one", "1.0"] {
        check(&[("Number_of_Payments", count)], &["R12"]);
    }
    check(&[("Date_of_Payment", "13/01/2023"), ("NPI", "0000000001")], &["R05", "R10"]);
}

#[test]
fn thirteen_rules_ask_for_thirteen_columns_once() {
    let plan = table().stage_plan::<Checks>(Stage::Validate);
    let names: Vec<&str> = plan.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names.len(), 13);
    assert_eq!((names[0], names[12]), ("R01", "R13"));
    assert_eq!(plan.columns.len(), 13, "{:?}", plan.columns);
    assert_eq!(plan.rules[12].unique, Some(assay_sdk::Unique::KeepNone));
}

/// A slab's worth of records, some of them bad, as text (one cell per record) and as dictionaries (each distinct cell once).
#[test]
fn text_and_dictionaries_are_judged_alike() {
    let mut table = table();
    for number in 0..4096_usize {
        let mut record = GOOD.map(str::to_owned);
        record[0] = (1_010_000_000 + number * 3).to_string();
        record[4] = (number * 2_917 % 12_000_000).to_string();
        record[6] = format!("{:05}", number * 17 % 99_950);
        record[8] = format!("{}.{:02}", number % 90, number % 100);
        record[9] = format!("{:02}/{:02}/2023", number % 13, number % 31);
        if number % 100 == 7 {
            // One column after the other is blank, or holds what no rule accepts.
            let column = number / 200 % record.len();
            record[column] = if number % 200 == 7 { String::new() } else { "?".to_owned() };
        }
        table.push(record.to_vec());
    }
    let session = table.session::<Checks>(Stage::Validate);
    let judge = |dictionaries| {
        session.process(table.batch_of::<Checks>(Stage::Validate, dictionaries)).unwrap()
    };
    let (text, keyed) = (judge(false), judge(true));
    let hit: std::collections::BTreeSet<u16> = text.hits.iter().map(|hit| hit.rule).collect();
    assert!(hit.len() > 8, "only rules {hit:?} hit anything");
    assert_eq!(text, keyed);
}
