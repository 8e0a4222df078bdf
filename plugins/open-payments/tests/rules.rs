//! Each rule of the packs, on a record that passes, one that it hits and one that it skips.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use assay_plugin_checks::Checks;
use assay_plugin_open_payments::OpenPayments;
use assay_sdk::testing::{Found, Table};
use support::Pack;

/// A record that passes every rule; columns that are not named are blank.
const GOOD: [(&str, &str); 30] = [
    ("Change_Type", "NEW"),
    ("Covered_Recipient_Type", PHYSICIAN),
    ("Covered_Recipient_Profile_ID", "12345"),
    ("Covered_Recipient_NPI", "1003000126"),
    ("Covered_Recipient_First_Name", "ADA"),
    ("Covered_Recipient_Last_Name", "O'NEIL"),
    ("Recipient_Primary_Business_Street_Address_Line1", "1 MAIN ST"),
    ("Recipient_City", "AUSTIN"),
    ("Recipient_State", "TX"),
    ("Recipient_Zip_Code", "77001-0123"),
    ("Recipient_Country", "United States"),
    ("Covered_Recipient_Primary_Type_1", "Medical Doctor"),
    ("Covered_Recipient_License_State_code1", "TX"),
    ("Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name", "Acme Inc."),
    (COMPANY_ID, "100000000123"),
    ("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name", "Acme Inc."),
    ("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_State", "NJ"),
    ("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Country", "United States"),
    (AMOUNT, "12.50"),
    ("Date_of_Payment", "02/29/2016"),
    (COUNT, "1"),
    (FORM, "In-kind items and services"),
    (NATURE, "Food and Beverage"),
    ("Third_Party_Payment_Recipient_Indicator", "No Third Party Payment"),
    ("Delay_in_Publication_Indicator", "No"),
    ("Record_ID", "345678901"),
    ("Dispute_Status_for_Publication", "No"),
    ("Related_Product_Indicator", "No"),
    ("Program_Year", "2016"),
    ("Payment_Publication_Date", "06/30/2022"),
];

const PHYSICIAN: &str = "Covered Recipient Physician";
const HOSPITAL: &str = "Covered Recipient Teaching Hospital";
const PRACTITIONER: &str = "Covered Recipient Non-Physician Practitioner";
const COMPANY_ID: &str = "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID";
const AMOUNT: &str = "Total_Amount_of_Payment_USDollars";
const COUNT: &str = "Number_of_Payments_Included_in_Total_Amount";
const FORM: &str = "Form_of_Payment_or_Transfer_of_Value";
const NATURE: &str = "Nature_of_Payment_or_Transfer_of_Value";
const THIRD: &str = "Third_Party_Payment_Recipient_Indicator";
const RENTAL: &str = "Space rental or facility fees (teaching hospital only)";

/// A teaching hospital with all the cells that it needs.
const AS_HOSPITAL: [(&str, &str); 9] = [
    ("Covered_Recipient_Type", HOSPITAL),
    ("Teaching_Hospital_CCN", "450001"),
    ("Teaching_Hospital_ID", "77"),
    ("Teaching_Hospital_Name", "General Hospital"),
    ("Covered_Recipient_Profile_ID", ""),
    ("Covered_Recipient_NPI", ""),
    ("Covered_Recipient_First_Name", ""),
    ("Covered_Recipient_Last_Name", ""),
    ("Covered_Recipient_Primary_Type_1", ""),
];

type Changes<'c> = &'c [(&'c str, &'c str)];

fn fill(pack: &Pack, plugin: &str, changes: &[Changes<'_>]) -> Table {
    let mut table = pack.table(plugin);
    let mut record = vec![String::new(); pack.columns().len()];
    for (column, cell) in GOOD.iter().chain(changes.iter().copied().flatten()) {
        let at = pack.columns().iter().position(|name| name == column);
        let at = at.unwrap_or_else(|| panic!("`{column}` is not a column"));
        (*cell).clone_into(&mut record[at]);
    }
    table.push(record);
    table
}

fn found(year: &str, changes: &[Changes<'_>]) -> [Found; 3] {
    let pack = Pack::of(year, "general-91", "2022-06-30");
    let own = fill(&pack, "open-payments", changes);
    [
        fill(&pack, "checks", changes).validate::<Checks>(),
        own.validate::<OpenPayments>(),
        own.quarantine::<OpenPayments>(),
    ]
}

/// Checks which rules a changed record breaks in the pack of 2016, in all stages together.
#[track_caller]
fn check(changes: Changes<'_>, expected: &[&str]) {
    check_in("2016", &[changes], expected);
}

#[track_caller]
fn check_hospital(changes: Changes<'_>, expected: &[&str]) {
    check_in("2016", &[&AS_HOSPITAL, changes], expected);
}

#[track_caller]
fn check_in(year: &str, changes: &[Changes<'_>], expected: &[&str]) {
    let found = found(year, changes);
    let hits = found.iter().flat_map(|found| &found.hits);
    let mut rules: Vec<&str> = hits.map(|(_, rule, _)| rule.as_str()).collect();
    rules.sort_unstable();
    assert_eq!(rules, expected, "{changes:?}");
}

/// Checks that these rules skip a changed record.
#[track_caller]
fn check_skipped(changes: Changes<'_>, rules: &[&str]) {
    let found = found("2016", &[changes]);
    for rule in rules {
        assert_eq!(
            found.iter().map(|found| found.skipped(rule)).sum::<u32>(),
            1,
            "{rule} of {changes:?}"
        );
        assert!(found.iter().all(|found| found.hits(rule).is_empty()), "{rule} of {changes:?}");
    }
}

#[test]
fn good_records_keep_every_rule() {
    check(&[], &[]);
    check_hospital(&[], &[]);
}

#[test]
fn what_must_be_there() {
    check(&[("Record_ID", "")], &["required"]);
    check(&[(AMOUNT, ""), (NATURE, "")], &["required"]);
    check(&[("Record_ID", "1X")], &["record-id-digits"]);
    check(&[("Record_ID", "12345678901234567890")], &["record-id-digits"]);
    check(&[("Covered_Recipient_Profile_ID", "12-3")], &["profile-id-digits"]);
    check_hospital(&[("Teaching_Hospital_ID", "7A")], &["hospital-id-digits"]);
    check(&[(COMPANY_ID, "1E+11")], &["company-id-digits"]);
    check_hospital(&[("Teaching_Hospital_CCN", "")], &["hospital-identified"]);
    check_hospital(&[("Teaching_Hospital_Name", "")], &["hospital-identified"]);
    check(&[("Covered_Recipient_Profile_ID", "")], &["person-identified"]);
    check(&[("Covered_Recipient_First_Name", "")], &[]);
    check(
        &[("Covered_Recipient_First_Name", ""), ("Covered_Recipient_Last_Name", "")],
        &["person-identified"],
    );
    check_skipped(
        &[("Covered_Recipient_Type", "")],
        &["person-identified", "recipient-type-known"],
    );
    check_skipped(&[("Record_ID", "")], &["record-id-digits"]);
}

#[test]
fn enumerations() {
    check(&[("Change_Type", "ADDED")], &["change-type-known"]);
    check(&[("Covered_Recipient_Type", PRACTITIONER)], &["recipient-type-known"]);
    check_in(
        "2021",
        &[&[
            ("Covered_Recipient_Type", PRACTITIONER),
            ("Program_Year", "2021"),
            ("Date_of_Payment", "01/01/2021"),
        ]],
        &[],
    );
    check(&[(NATURE, "Food")], &["nature-known"]);
    check_skipped(&[(NATURE, "Food")], &["nature-of-year"]);
    check(&[(NATURE, "Debt forgiveness")], &["nature-of-year"]);
    let ownership = "Current or prospective ownership or investment interest";
    check(&[(NATURE, ownership)], &[]);
    check_in(
        "2021",
        &[&[(NATURE, ownership), ("Program_Year", "2021"), ("Date_of_Payment", "01/01/2021")]],
        &["nature-of-year"],
    );
    check(&[(FORM, "Cash")], &["form-known"]);
    check(&[(FORM, "Stock, stock option, or any other ownership interest")], &["form-of-year"]);
    check_skipped(&[(FORM, "Cash")], &["form-of-year"]);
    check_skipped(&[(FORM, "")], &["form-of-year", "form-known"]);
    check(&[("Covered_Recipient_Primary_Type_1", "Nurse Practitioner")], &["primary-type-known"]);
    check(&[("Charity_Indicator", "N")], &["third-party-flags", "yes-no-known"]);
    check(&[(THIRD, "Company")], &["third-party-known"]);
    check(&[("Recipient_State", "0R")], &["state-known"]);
    check(
        &[
            ("Recipient_State", ""),
            ("Recipient_Zip_Code", "SW1A"),
            ("Recipient_Country", "United Kingdom"),
        ],
        &[],
    );
    check_skipped(&[("Covered_Recipient_Primary_Type_1", "")], &["primary-type-known"]);
}

#[test]
fn amounts_and_counts() {
    check(&[(AMOUNT, "-0.01")], &["amount-not-negative"]);
    check(&[(AMOUNT, "0.00")], &["amount-zero"]);
    check(&[(AMOUNT, "100000000.00")], &[]);
    check(&[(AMOUNT, "100000000.01")], &["amount-plausible"]);
    check_skipped(&[(AMOUNT, "x")], &["amount-zero", "amount-plausible", "amount-not-negative"]);
    check(&[(COUNT, "0")], &["payment-count"]);
    check_skipped(&[(COUNT, "one")], &["payment-count"]);
}

#[test]
fn dates_lie_where_they_can() {
    check(&[("Date_of_Payment", "11/30/0002")], &["date-plausible"]);
    check(&[("Date_of_Payment", "12/31/2012")], &["date-plausible"]);
    check(&[("Date_of_Payment", "01/01/2018")], &["date-plausible"]);
    check(&[("Date_of_Payment", "12/31/2017")], &["date-in-program-year"]);
    check(&[("Date_of_Payment", "12/31/2015")], &["date-in-program-year"]);
    check_skipped(
        &[("Date_of_Payment", "11/30/0002")],
        &["date-in-program-year", "date-published"],
    );
    check_skipped(&[("Date_of_Payment", "2016-02-01")], &["date-plausible", "date-published"]);
    check(
        &[("Payment_Publication_Date", "01/01/2016")],
        &["date-published", "publication-of-file"],
    );
    check_skipped(&[("Payment_Publication_Date", "")], &["date-published", "publication-of-file"]);
}

#[test]
fn records_of_other_files() {
    check(&[("Program_Year", "2015")], &["date-in-program-year", "program-year-of-file"]);
    check(&[("Payment_Publication_Date", "01/20/2023")], &["publication-of-file"]);
    check_skipped(&[("Program_Year", "")], &["program-year-of-file"]);
}

#[test]
fn codes_and_lengths() {
    for npi in ["1003000127", "042697983", "3003000126"] {
        check(&[("Covered_Recipient_NPI", npi)], &["npi-check"]);
    }
    check(&[("Recipient_Zip_Code", "7700")], &["zip-shape"]);
    let product = |column, cell, expected: &[&str]| {
        let kind = if column == "Associated_Drug_or_Biological_NDC_1" { "Drug" } else { "Device" };
        check(
            &[
                ("Related_Product_Indicator", "Yes"),
                ("Covered_or_Noncovered_Indicator_1", "Covered"),
                ("Indicate_Drug_or_Biological_or_Device_or_Medical_Supply_1", kind),
                (column, cell),
            ],
            expected,
        );
    };
    for ndc in ["0078-0659-20", "12345-123-12", "12345-1234-1", "12345-1234-12"] {
        product("Associated_Drug_or_Biological_NDC_1", ndc, &[]);
    }
    for ndc in [
        "00000-000-00",
        "0078065920",
        "123-1234-12",
        "1234-1234-1",
        "1234-1234-1X",
        "12345-1234-12-1",
    ] {
        product("Associated_Drug_or_Biological_NDC_1", ndc, &["ndc-shape"]);
    }
    for pdi in ["00850012532620", "+B123/$%.*()=", "A-1234"] {
        product("Associated_Device_or_Medical_Supply_PDI_1", pdi, &[]);
    }
    let long = "1".repeat(51);
    for pdi in ["0", "00000000", "12345", "12 3456", long.as_str()] {
        product("Associated_Device_or_Medical_Supply_PDI_1", pdi, &["pdi-shape"]);
    }
    check_skipped(&[], &["ndc-shape", "pdi-shape"]);
    check(&[("Recipient_City", &"É".repeat(50))], &[]);
    check(&[("Recipient_City", &"É".repeat(51))], &["text-length"]);
    check(&[("Contextual_Information", &"x".repeat(2084))], &["text-length"]);
}

#[test]
fn recipients_fit_together() {
    check_hospital(&[("Covered_Recipient_Last_Name", "X")], &["person-fields-of-hospital"]);
    check_hospital(&[("Physician_Ownership_Indicator", "No")], &["ownership-of-person"]);
    check(&[("Teaching_Hospital_ID", "77")], &["hospital-fields-of-person"]);
    check(&[(NATURE, RENTAL)], &["rental-to-hospital"]);
    check_hospital(&[(NATURE, RENTAL)], &[]);
    check(&[("Recipient_State", "")], &["address-of-country"]);
    check(&[("Recipient_Zip_Code", "")], &["address-of-country"]);
    check(&[("Recipient_Country", "Canada")], &["address-of-country"]);
    check_skipped(&[("Recipient_Country", "")], &["address-of-country"]);
    check(
        &[("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_State", "")],
        &["company-state"],
    );
    check(&[("Covered_Recipient_License_State_code3", "TX")], &["licence-slots"]);
    check(&[("Covered_Recipient_License_State_code2", "TX")], &[]);
    check_skipped(&[("Covered_Recipient_License_State_code1", "")], &["licence-slots"]);
}

#[test]
fn travel_and_third_parties_fit_together() {
    let (city, country) = (("City_of_Travel", "Paris"), ("Country_of_Travel", "France"));
    let travel = (NATURE, "Travel and Lodging");
    check(&[travel, city, country], &[]);
    check(&[travel, city], &["travel-fields"]);
    check(&[travel], &["travel-fields"]);
    check(&[city, country], &["travel-fields"]);
    check(&[("State_of_Travel", "TX")], &["travel-fields"]);
    check_skipped(&[(NATURE, "")], &["travel-fields"]);
    let name = ("Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value", "X LLC");
    check(&[(THIRD, "Entity"), name], &[]);
    check(&[(THIRD, "Entity")], &["third-party-name"]);
    check(&[(THIRD, "Individual"), name], &["third-party-name"]);
    check(&[name], &["third-party-name"]);
    check_skipped(&[(THIRD, ""), name], &["third-party-name", "third-party-known"]);
    check(&[("Charity_Indicator", "Yes")], &["third-party-flags"]);
    check(&[("Charity_Indicator", "No")], &[]);
    check(&[(THIRD, "Individual"), ("Charity_Indicator", "Yes")], &[]);
}

#[test]
fn products_fit_together() {
    let yes = ("Related_Product_Indicator", "Yes");
    let covered = |slot: u8| (format!("Covered_or_Noncovered_Indicator_{slot}"), "Covered");
    let kind = "Indicate_Drug_or_Biological_or_Device_or_Medical_Supply_1";
    let (one, two, three) = (covered(1), covered(2), covered(3));
    let slot = |held: &(String, &'static str)| -> (&'static str, &'static str) {
        (held.0.clone().leak(), held.1)
    };
    check(&[yes, slot(&one)], &[]);
    check(&[yes, slot(&one), slot(&two)], &[]);
    check(&[yes], &["product-related"]);
    check(&[slot(&one)], &["product-related"]);
    check(&[yes, slot(&one), slot(&three)], &["product-slots"]);
    check_skipped(
        &[("Related_Product_Indicator", "")],
        &["product-related", "product-slots", "product-codes"],
    );
    let ndc = ("Associated_Drug_or_Biological_NDC_1", "0078-0659-20");
    let pdi = ("Associated_Device_or_Medical_Supply_PDI_1", "00850012532620");
    check(&[yes, slot(&one), (kind, "Biological"), ndc], &[]);
    check(&[yes, slot(&one), (kind, "Device"), ndc], &["product-codes"]);
    check(&[yes, slot(&one), (kind, "Drug"), pdi], &["product-codes"]);
    check(&[yes, slot(&one), pdi], &[]);
}
