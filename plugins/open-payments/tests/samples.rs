//! Real published records: none is held back, and every finding about them is true.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod support;

use std::collections::BTreeMap;

use assay_plugin_checks::Checks;
use assay_plugin_open_payments::OpenPayments;
use assay_sdk::Level;
use assay_sdk::testing::{Found, Table};
use support::{Pack, sample};

fn check(file: &str, year: &str, layout: &str, publication: &str, warnings: &[(&str, usize)]) {
    let Some(records) = sample(file) else { return };
    let pack = Pack::of(year, layout, publication);
    let table_of = |plugin: &str, records: &[Vec<String>]| -> Table {
        let mut table = pack.table(plugin);
        for record in records {
            table.push(record.clone());
        }
        table
    };
    let (records, repairs) = table_of("open-payments", &records).normalise::<OpenPayments>();
    assert_eq!(repairs, [], "{file}: CMS's own spelling is normal");

    let (checks, own) = (table_of("checks", &records), table_of("open-payments", &records));
    let held = own.quarantine::<OpenPayments>();
    assert!(held.hits.is_empty(), "{:?}", held.hits);
    let mut levels: BTreeMap<String, Level> = BTreeMap::new();
    for plan in checks.plan::<Checks>().unwrap().iter().chain(&own.plan::<OpenPayments>().unwrap())
    {
        levels.extend(plan.rules.iter().map(|rule| (rule.name.clone(), rule.level)));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let found: [Found; 2] = [checks.validate::<Checks>(), own.validate::<OpenPayments>()];
    for (record, rule, column) in found.iter().flat_map(|found| &found.hits) {
        assert_eq!(levels[rule], Level::Warn, "record {record}: {rule} of {column:?}");
        *counts.entry(rule).or_default() += 1;
    }
    let counts: Vec<(&str, usize)> = counts.into_iter().collect();
    assert_eq!(counts, warnings, "{file}");
}

#[test]
fn records_of_2016() {
    check("OP_DTL_GNRL_PGYR2016_P06302017.csv", "2016", "general-75", "2017-06-30", &[]);
}

#[test]
fn a_record_of_2018() {
    check(
        "OP_DTL_GNRL_PGYR2018_P06282019.quoted-1row.csv",
        "2018",
        "general-75",
        "2019-06-28",
        &[],
    );
}

#[test]
fn records_of_2022() {
    check(
        "OP_DTL_GNRL_PGYR2022_P01182024.DERIVED-from-api-4rows.csv",
        "2022",
        "general-91",
        "2024-01-18",
        &[],
    );
}
