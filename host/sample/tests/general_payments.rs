//! The profile of general payments: the shape of its files, and the correctness of their truth files.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use assay_sample::{Profile, Request, Share};
use support::{Made, Record, digest, make, read, root};

const LAYOUTS: [(&str, &str); 4] = [
    ("general-75", "2016"),
    ("general-75", "2020"),
    ("general-91", "2016"),
    ("general-91", "2023"),
];

fn profile() -> Profile {
    Profile::load(&root().join("rules/open-payments/general/sample.toml")).unwrap()
}

/// A request for a layout as the catalogue describes it.
fn request(layout: &str, year: &str, rows: u64, seed: u64, defects: &str) -> Request {
    let folder = root().join("rules/open-payments");
    let catalogue: toml::Table =
        toml::from_str(&fs::read_to_string(folder.join("dataset.toml")).unwrap()).unwrap();
    let entry = catalogue["layout"]
        .as_array()
        .and_then(|layouts| layouts.iter().find(|entry| entry["name"].as_str() == Some(layout)))
        .expect("the catalogue has the layout");
    let columns = folder.join(entry["columns"].as_str().unwrap());
    let aliases = entry.get("aliases").and_then(toml::Value::as_table).into_iter().flatten();
    Request {
        partition: vec![("year".to_owned(), year.to_owned())],
        layout: layout.to_owned(),
        header: fs::read_to_string(columns).unwrap().lines().map(str::to_owned).collect(),
        aliases: aliases
            .map(|(name, spelling)| (name.clone(), spelling.as_str().unwrap().to_owned()))
            .collect(),
        rows,
        seed,
        defects: defects.parse::<Share>().unwrap(),
    }
}

/// A file of each layout and year with 2 % defects, large enough for every kind of defect to find a record. Made once.
fn damaged() -> &'static [(&'static str, &'static str, Made)] {
    static FILES: OnceLock<Vec<(&str, &str, Made)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let profile = profile();
        let file =
            |(layout, year)| (layout, year, make(&profile, request(layout, year, 12_000, 7, "2%")));
        LAYOUTS.into_iter().map(file).collect()
    })
}

fn clean(layout: &str, year: &str, rows: u64) -> Made {
    make(&profile(), request(layout, year, rows, 7, "0%"))
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let profile = profile();
    let of = |layout: &str, year: &str, seed: u64| {
        digest(&make(&profile, request(layout, year, 1_000, seed, "2%")).file)
    };
    // If these change, every sample that anyone has generated changes.
    let expected = [
        11_309_680_380_779_994_988,
        2_508_586_256_817_335_650,
        18_050_312_330_669_793_876,
        17_906_955_823_531_947_891,
        937_319_162_225_162_992,
    ];
    let found = [
        of("general-75", "2016", 7),
        of("general-75", "2020", 7),
        of("general-91", "2016", 7),
        of("general-91", "2023", 7),
        of("general-91", "2023", 8),
    ];
    assert_eq!(found, expected);
}

#[test]
fn clean_files_are_strict_csv_quoted_as_cms_quotes() {
    for (layout, year) in LAYOUTS {
        let made = clean(layout, year, 2_000);
        let records =
            read(&made.file).unwrap_or_else(|at| panic!("{layout} {year}: not strict at {at}"));
        let width = request(layout, year, 1, 7, "0%").header.len();
        assert_eq!(records.len(), 2_001);
        assert!(!records[0].bytes.contains(&b'"'), "the header is bare");
        let amount = column(&records[0], "Total_Amount_of_Payment_USDollars");
        for record in &records[1..] {
            assert_eq!(record.cells.len(), width, "{layout} {year}");
            for (at, cell) in record.cells.iter().enumerate() {
                let quoted = cell.first() == Some(&b'"') && cell.len() > 2;
                assert!(cell.is_empty() || quoted != (at == amount), "column {at} of {layout}");
            }
        }
        assert_eq!(made.summary.validated, 2_000);
        assert!(made.truth.is_empty());
    }
}

fn column(header: &Record<'_>, name: &str) -> usize {
    header
        .cells
        .iter()
        .position(|cell| *cell == name.as_bytes())
        .expect("the layout has the column")
}

#[test]
fn identifiers_are_valid_and_stay_with_their_owner() {
    let made = clean("general-91", "2023", 5_000);
    let records = read(&made.file).unwrap();
    let (npi, profile) = (
        column(&records[0], "Covered_Recipient_NPI"),
        column(&records[0], "Covered_Recipient_Profile_ID"),
    );
    let id = column(&records[0], "Record_ID");
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut last = 0;
    for record in &records[1..] {
        let number = record.cell(npi);
        if !number.is_empty() {
            assert!(luhn(&format!("80840{number}")), "{number}");
            assert!(number.starts_with('1') && number.len() == 10, "{number}");
        }
        let owner = owners.entry(record.cell(profile)).or_insert_with(|| number.clone());
        assert!(record.cell(profile).is_empty() || *owner == number, "one person, one identifier");
        let id = record.cell(id).parse::<u64>().unwrap();
        assert!(id > last, "record ids rise");
        last = id;
    }
    assert!(owners.len() < 1_000, "people come again: {} of them", owners.len());
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[test]
fn shares_are_those_of_published_files() {
    let made = clean("general-91", "2023", 20_000);
    let records = read(&made.file).unwrap();
    // Checks in how many records per thousand the column has this text (blank for "").
    let check = |name: &str, text: &str, least: usize, most: usize| {
        let at = column(&records[0], name);
        let share =
            records[1..].iter().filter(|record| record.cell(at) == text).count() * 1000 / 20_000;
        assert!(
            (least..=most).contains(&share),
            "{name} is `{text}` in {share} of 1,000, expected {least} to {most}"
        );
    };
    check("Nature_of_Payment_or_Transfer_of_Value", "Food and Beverage", 895, 930);
    check("City_of_Travel", "", 950, 964);
    check("Contextual_Information", "", 904, 924);
    check("Recipient_Primary_Business_Street_Address_Line2", "", 690, 740);
    check("Covered_Recipient_Middle_Name", "", 410, 465);
    check("Covered_or_Noncovered_Indicator_1", "", 225, 255);
    check("Covered_or_Noncovered_Indicator_5", "", 985, 995);
    check("Covered_Recipient_Type", "Covered Recipient Teaching Hospital", 3, 8);
    check("Covered_Recipient_Type", "Covered Recipient Non-Physician Practitioner", 320, 350);
    check("Third_Party_Payment_Recipient_Indicator", "No Third Party Payment", 975, 995);
    let at = column(&records[0], "Contextual_Information");
    let some = |character| records[1..].iter().any(|record| record.cell(at).contains(character));
    for oddity in ['\n', ',', '"', 'é'] {
        assert!(some(oddity), "no context with {oddity:?}");
    }
}

#[test]
fn every_kind_of_defect_appears_and_lies_where_the_truth_says() {
    let mut never: Option<BTreeSet<String>> = None;
    for (layout, year, made) in damaged() {
        let missing = made.summary.defects.iter().filter(|(_, count)| **count == 0);
        let missing: Vec<&str> = missing.map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            missing,
            ["field-huge"],
            "{layout} {year}: only what needs a larger file may be missing"
        );
        let absent: BTreeSet<String> =
            names().into_iter().filter(|name| !made.summary.defects.contains_key(name)).collect();
        never = Some(
            never.map_or(absent.clone(), |never| never.intersection(&absent).cloned().collect()),
        );

        let records: BTreeSet<usize> = made.truth.iter().map(|truth| truth.record).collect();
        assert_eq!(u64::try_from(records.len()).unwrap(), made.summary.defective);
        assert!(made.truth.is_sorted_by_key(|truth| truth.record));
        // After removing the ranges given by the truth file, a strict CSV file with the header's width remains.
        let mut rest = Vec::new();
        let (mut from, mut line) = (0, 1);
        for truth in &made.truth {
            if truth.offset < from {
                continue;
            }
            rest.extend_from_slice(&made.file[from..truth.offset]);
            line += lines(&made.file[from..truth.offset]);
            from = truth.offset + truth.length;
            let bytes = &made.file[truth.offset..from];
            assert!(bytes.ends_with(b"\n"), "{}", truth.defect);
            let found = String::from_utf8_lossy(bytes);
            assert!(found.contains(&truth.record_id), "{}", truth.defect);
            assert_eq!(line, truth.line, "{}", truth.defect);
            line += lines(bytes);
        }
        rest.extend_from_slice(&made.file[from..]);
        let sound = read(&rest).unwrap_or_else(|at| panic!("{layout} {year}: not strict at {at}"));
        assert_eq!(sound.len() - 1 + records.len(), 12_000);
        assert!(sound.iter().all(|record| record.cells.len() == sound[0].cells.len()));
    }
    assert_eq!(
        never.unwrap_or_default(),
        BTreeSet::new(),
        "kinds that no layout and year can have"
    );
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split(|&byte| byte == b'\n').count() - 1
}

fn names() -> Vec<String> {
    let text = fs::read_to_string(root().join("rules/open-payments/general/sample.toml")).unwrap();
    let profile: toml::Table = toml::from_str(&text).unwrap();
    let defects = profile["defect"].as_array().unwrap();
    defects.iter().map(|defect| defect["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn defects_cover_every_rule_that_one_record_can_break() {
    let text = fs::read_to_string(root().join("rules/open-payments/RULES.md")).unwrap();
    let (records, _) = text.split_once("## About the file").unwrap();
    let codes = records.lines().filter(|line| line.starts_with("| `")).flat_map(|line| {
        let cell = line.split('|').nth(1).unwrap_or_default();
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    });
    let mut seen = BTreeSet::new();
    for (_, _, made) in damaged() {
        seen.extend(made.summary.rules.keys().cloned());
    }
    let missing: Vec<String> = codes.filter(|code| !seen.contains(code)).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn sums_and_counts_add_up() {
    let made = make(&profile(), request("general-91", "2023", 5_000, 7, "5%"));
    let quarantined: BTreeSet<usize> = made
        .truth
        .iter()
        .filter(|truth| truth.outcome == "quarantined")
        .map(|truth| truth.record)
        .collect();
    let summary = &made.summary;
    assert_eq!(summary.quarantined, u64::try_from(quarantined.len()).unwrap());
    assert_eq!(summary.validated + summary.quarantined, summary.records);
    assert_eq!(summary.bytes, u64::try_from(made.file.len()).unwrap());
    assert_eq!(summary.rules.values().sum::<u64>(), u64::try_from(made.truth.len()).unwrap());
    let amounts = summary.amounts["Total_Amount_of_Payment_USDollars"];
    assert!(amounts.quarantined.unscaled != 0);
    assert_eq!(amounts.validated.unscaled + amounts.quarantined.unscaled, amounts.read.unscaled);
    for truth in &made.truth {
        assert_eq!(truth.class == "repair", truth.outcome == "repaired", "{truth:?}");
        assert!(truth.class == "repair" || truth.after.is_empty(), "{truth:?}");
        assert!(truth.class != "repair" || !truth.column.is_empty(), "{truth:?}");
    }
    let json = summary.to_json();
    assert_eq!(json["records"]["read"], 5_000);
    assert!(json["amounts"]["Total_Amount_of_Payment_USDollars"]["read"].is_string());
}
