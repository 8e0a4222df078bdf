//! Each normalise rule: what it rewrites, and that it leaves normal cells as they are. The table runs each case twice, so
//! that every case also shows that a second run changes nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use assay_plugin_open_payments::OpenPayments;
use assay_sdk::testing::Table;

fn table(columns: &[&str]) -> Table {
    Table::new(columns).partition("year", "2016").partition("publication", "2017-06-30")
}

/// Checks cells of one column before and after, and which rules rewrote them.
#[track_caller]
fn check(column: &str, rules: &[&str], cells: &[(&str, &str)]) {
    let table = cells.iter().fold(table(&[column]), |table, (before, _)| table.record(&[before]));
    let (after, by) = table.normalise::<OpenPayments>();
    for ((before, expected), found) in cells.iter().zip(&after) {
        assert_eq!(&found[0], expected, "{before:?} in {column}");
    }
    for (record, _, rule) in by {
        assert!(rules.contains(&rule.as_str()), "{rule} rewrote {:?}", cells[record].0);
        assert_ne!(cells[record].0, cells[record].1);
    }
}

#[test]
fn texts() {
    check(
        "Recipient_City",
        &["whitespace"],
        &[
            ("AUSTIN", "AUSTIN"),
            ("", ""),
            ("SAN  ANTONIO", "SAN ANTONIO"),
            (" A", "A"),
            ("A ", "A"),
            ("\tA\nB", "A B"),
            ("   ", ""),
            ("A \u{7f} B", "A B"),
            ("Zürich  ", "Zürich"),
            (", ALBUQUERQUE", ", ALBUQUERQUE"),
        ],
    );
    check(
        "Recipient_Primary_Business_Street_Address_Line2",
        &["whitespace", "null-tokens"],
        &[
            ("SUITE 5", "SUITE 5"),
            ("NULL", ""),
            ("--", ""),
            (" n/a ", ""),
            ("NA", ""),
            ("NANCY", "NANCY"),
            ("-- SELECT --", ""),
        ],
    );
    check(
        "Covered_Recipient_Last_Name",
        &["stray-quotes", "whitespace"],
        &[
            ("NA", "NA"),
            ("O'NEIL", "O'NEIL"),
            ("'DAVID", "DAVID"),
            ("\"TRAVIS\"", "TRAVIS"),
            ("\"\"TRAVIS\"\"", "TRAVIS"),
            ("' \" X \"", "X"),
            ("\"", "\""),
            ("\"A\" B", "\"A\" B"),
        ],
    );
    check(
        "Associated_Device_or_Medical_Supply_PDI_1",
        &["stray-quotes"],
        &[("'00370858000041", "00370858000041"), ("00370858000041", "00370858000041")],
    );
    check("Product_Category_or_Therapeutic_Area_3", &["null-tokens"], &[("#N/A", ""), ("1", "1")]);
    check(
        "Covered_Recipient_Specialty_1",
        &["specialty-separator"],
        &[("A|B|C", "A|B|C"), ("A/ B/ C", "A|B|C"), ("A|B|", "A|B"), ("A/B", "A/B"), ("A/ ", "A")],
    );
}

#[test]
fn enumerations() {
    check(
        "Change_Type",
        &["change-type-spelling"],
        &[
            ("NEW", "NEW"),
            ("new", "NEW"),
            (" Add ", "ADD"),
            ("ADDED", "ADD"),
            ("DELETED", "DELETED"),
        ],
    );
    check(
        "Nature_of_Payment_or_Transfer_of_Value",
        &["nature-spelling"],
        &[
            ("Food and Beverage", "Food and Beverage"),
            ("food and beverage ", "Food and Beverage"),
            (
                "Space rental or facility fees(teaching hospital only)",
                "Space rental or facility fees (teaching hospital only)",
            ),
            ("Food", "Food"),
        ],
    );
    check(
        "Form_of_Payment_or_Transfer_of_Value",
        &["form-spelling"],
        &[("STOCK", "Stock"), ("Cash", "Cash")],
    );
    check(
        "Dispute_Status_for_Publication",
        &["yes-no-spelling"],
        &[
            ("Yes", "Yes"),
            ("true", "Yes"),
            ("FALSE", "No"),
            ("y", "Yes"),
            ("N", "No"),
            ("1", "Yes"),
            ("0", "No"),
            ("no", "No"),
            ("maybe", "maybe"),
        ],
    );
}

#[test]
fn numbers_and_dates() {
    check(
        "Total_Amount_of_Payment_USDollars",
        &["amount-separators"],
        &[
            ("1234.50", "1234.50"),
            ("$1,234.50", "1234.50"),
            ("1,234,567", "1234567"),
            ("$5", "5"),
            ("-$5.00", "-5.00"),
            (" 7.5 ", "7.5"),
            ("1,2.50", "1,2.50"),
            ("1234,567", "1234,567"),
            ("$", "$"),
            ("1E+11", "1E+11"),
            (",5", ",5"),
            ("5.", "5."),
        ],
    );
    check(
        "Date_of_Payment",
        &["date-spelling"],
        &[
            ("02/09/2016", "02/09/2016"),
            ("2016-02-09", "02/09/2016"),
            ("2016-02-09 00:00:00", "02/09/2016"),
            ("2016-02-09T00:00:00.000", "02/09/2016"),
            ("2016-02-09 12:00:00", "2016-02-09 12:00:00"),
            ("2/9/2016", "02/09/2016"),
            ("12/1/2016", "12/01/2016"),
            ("2/30/2016", "2/30/2016"),
            ("2016-02-30", "2016-02-30"),
            ("2/9/16", "2/9/16"),
            ("99/99/9999", "99/99/9999"),
            ("//2016", "//2016"),
        ],
    );
}

#[test]
fn places() {
    check(
        "Recipient_State",
        &["state-spelling"],
        &[("TX", "TX"), ("tx", "TX"), (" Tx", "TX"), ("0R", "0R"), ("Texas", "Texas")],
    );
    check(
        "Recipient_Country",
        &["country-spelling"],
        &[
            ("United States", "United States"),
            ("US", "United States"),
            ("u.s.", "United States"),
            ("UNITED STATES", "United States"),
            ("Great Britain (Uk)", "United Kingdom"),
            ("United States Minor Outlying Islands", "United States Minor Outlying Islands"),
        ],
    );
    let zips = table(&["Recipient_Zip_Code", "Recipient_Country"])
        .record(&["7001", "USA"])
        .record(&["501", "United States"])
        .record(&["770010123", "United States"])
        .record(&["7001", "Norway"])
        .record(&["7001", ""])
        .record(&["77001-0123", "United States"])
        .record(&["-", "United States"]);
    let (after, by) = zips.normalise::<OpenPayments>();
    let found: Vec<&str> = after.iter().map(|record| record[0].as_str()).collect();
    assert_eq!(found, ["07001", "00501", "77001-0123", "7001", "7001", "77001-0123", "-"]);
    assert_eq!(by.iter().filter(|(_, _, rule)| rule == "zip-spelling").count(), 3);
}

/// Cells made of what the rules look for, in every column: whatever the result is, a second run must not change it.
#[test]
fn any_cells_are_normal_after_one_run() {
    let pieces = [
        "",
        " ",
        "  ",
        "\t",
        "'",
        "\"",
        "NA",
        "null",
        "--",
        "|",
        "/ ",
        "a",
        "US",
        "0",
        "12",
        "$",
        ",",
        ".",
        "2016-01-02",
        "/",
    ];
    let columns = [
        "Change_Type",
        "Covered_Recipient_First_Name",
        "Covered_Recipient_Name_Suffix",
        "Recipient_State",
        "Recipient_Zip_Code",
        "Recipient_Country",
        "Country_of_Travel",
        "City_of_Travel",
        "Covered_Recipient_Specialty_1",
        "Date_of_Payment",
        "Total_Amount_of_Payment_USDollars",
        "Associated_Device_or_Medical_Supply_PDI_2",
        "Charity_Indicator",
    ];
    let mut table = table(&columns);
    for a in pieces {
        for b in pieces {
            for c in pieces {
                table.push(vec![[a, b, c].concat(); columns.len()]);
            }
        }
    }
    table.normalise::<OpenPayments>();
}
