//! Real rows: nothing is lost, and a file that no pack takes is refused with the right code.

use std::path::Path;

use assay_suite::{Lake, generated, quarantine, samples};

/// Checks a general-payments file that a pack takes: records, dollars read, and number of quarantined records.
fn accepted(samples: &Path, file: &str, records: u64, dollars: &str, quarantined: u64) {
    let lake = Lake::new();
    let outcome = lake.run(&samples.join(file), &[]);
    assert_eq!(outcome.code, Some(0), "{file}: {:#}\n{}", outcome.summary, outcome.stderr);
    assert_eq!(outcome.number("records.read"), records, "{file}");
    assert_eq!(outcome.number("records.quarantined"), quarantined, "{file}: {:#}", outcome.summary);
    assert_eq!(outcome.number("records.validated"), records - quarantined, "{file}");
    let sums = &outcome.summary["amounts"]["Total_Amount_of_Payment_USDollars"];
    assert_eq!(sums["read"], dollars, "{file}");
    assert_eq!(sums["validated"], dollars, "{file}");
    assert_eq!(sums["quarantined"], "0.00", "{file}");
}

#[test]
fn raw_rows_lose_nothing() {
    let Some(samples) = samples() else { return };
    let dollars = |file: &str| sum_of_amounts(&samples.join(file));
    for (file, records) in [
        ("OP_DTL_GNRL_PGYR2016_P06302017.csv", 250),
        ("OP_DTL_GNRL_PGYR2018_P06282019.quoted-1row.csv", 1),
        ("OP_DTL_GNRL_PGYR2022_P01182024.DERIVED-from-api-4rows.csv", 4),
    ] {
        accepted(&samples, file, records, &dollars(file), 0);
    }
}

/// The sum of amounts in the text: bare or quoted digits before the payment's date.
fn sum_of_amounts(file: &Path) -> String {
    let text = std::fs::read_to_string(file).expect("a sample");
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().expect("a header").split(',').collect();
    let column = header.iter().position(|name| *name == "Total_Amount_of_Payment_USDollars");
    let column = column.expect("the amount's column");
    let cents: u64 = lines
        .map(|line| {
            let mut quoted = false;
            let mut fields = line.split(|c: char| {
                quoted ^= c == '"';
                c == ',' && !quoted
            });
            let amount = fields.nth(column).expect("the amount").trim_matches('"');
            let (dollars, cents) = amount.split_once('.').expect("two decimals");
            dollars.parse::<u64>().expect("digits") * 100 + cents.parse::<u64>().expect("digits")
        })
        .sum();
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[test]
fn what_no_pack_takes_is_refused_by_its_name() {
    let Some(samples) = samples() else { return };
    for (file, layout) in [
        ("OP_DTL_GNRL_PGYR2013_P01152016.excel-resaved.csv", "general-63"),
        ("OP_DTL_OWNRSHP_PGYR2016_P06302017.csv", "ownership-29"),
        ("OP_DTL_OWNRSHP_PGYR2019_P06302020.quoted-1row.csv", "ownership-29"),
        ("OP_DTL_RSRCH_PGYR2014_P06302015.gazette-iowa.csv", "research-164"),
        ("OP_DTL_RSRCH_PGYR2014_P06302016.gazette-iowa.csv", "research-166"),
        ("OP_DTL_RSRCH_PGYR2016_P06302017.csv", "research-176"),
        ("OP_PH_PRFL_SPLMTL_P01152016.excel-resaved.csv", "profile"),
    ] {
        let lake = Lake::new();
        let outcome = lake.run(&samples.join(file), &[]);
        assert_eq!(outcome.code, Some(1), "{file}: {:#}\n{}", outcome.summary, outcome.stderr);
        assert_eq!(outcome.text("outcome"), "refused", "{file}");
        assert!(outcome.text("layout").starts_with(layout), "{file}: {:#}", outcome.summary);
        let reason = outcome.summary["refusal"]["message"].as_str().expect("a reason");
        assert!(reason.contains(layout) && reason.contains("no pack"), "{file}: {reason}");
        assert_eq!(outcome.text("dataset"), "open-payments", "{file}");
        let published = outcome.summary["partition"]["publication"].as_str().expect("a date");
        let compact = format!("{}{}{}", &published[5..7], &published[8..], &published[..4]);
        assert!(file.contains(&compact), "{file}: {published}");
        let leaves = |folder: &str| lake.files().into_keys().any(|path| path.starts_with(folder));
        assert!(leaves("metadata/ingestion_audit"), "{file}: the refusal leaves an audit record");
        let seen = leaves("metadata/schema_versions/dataset=open-payments");
        assert!(seen, "{file}: its layout was seen");
    }
}

#[test]
fn a_text_file_is_not_a_table() {
    let Some(samples) = samples() else { return };
    let lake = Lake::new();
    let outcome = lake.run(&samples.join("OP_PGYR2016_README_P06302017.txt"), &[]);
    assert_eq!(outcome.code, Some(1), "{:#}\n{}", outcome.summary, outcome.stderr);
}

/// Too few records for the threshold, and all of another year: none may be published under the year in the name.
#[test]
fn a_file_under_the_name_of_another_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = generated(folder.path(), 2023, "general-91", 300, 8, "0");
    let renamed = folder.path().join("OP_DTL_GNRL_PGYR2022_P06302023.csv");
    std::fs::rename(file, &renamed).expect("the same folder");
    let lake = Lake::new();
    let outcome = lake.run(&renamed, &[]);
    assert_eq!(outcome.code, Some(1), "{:#}", outcome.summary);
    assert_eq!(outcome.summary["refusal"]["code"], "record.partition");
    assert_eq!(quarantine(lake.path()).len(), 300);
    assert!(lake.files().keys().all(|path| !path.ends_with("manifest.json")));
}

#[test]
fn a_year_without_a_record_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = generated(folder.path(), 2023, "general-91", 1, 8, "0");
    let header = std::fs::read_to_string(&file).expect("the generated file");
    std::fs::write(&file, header.lines().next().expect("a header").to_owned() + "\n")
        .expect("space");
    let outcome = Lake::new().run(&file, &[]);
    assert_eq!(outcome.summary["refusal"]["code"], "file.no-records", "{:#}", outcome.summary);
}
