//! A profile without a pack: files must match what the profile says.

mod support;

use std::path::Path;

use assay_sample::{Profile, Request};
use support::{Made, make, read};

fn parcels(layout: &str, year: &str, rows: u64, defects: &str) -> Made {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/parcels.toml");
    let profile = Profile::load(&path).expect("the fixture is sound");
    let mut header = vec!["number", "absender", "code", "price", "town", "other", "month", "sent"];
    if layout == "long" {
        header.push("note");
    }
    let request = Request {
        partition: vec![("year".to_owned(), year.to_owned())],
        layout: layout.to_owned(),
        header: header.into_iter().map(str::to_owned).collect(),
        aliases: vec![("sender".to_owned(), "absender".to_owned())],
        rows,
        seed: 3,
        defects: defects.parse().expect("a share"),
    };
    make(&profile, request)
}

#[test]
fn records_are_what_the_profile_says() {
    let made = parcels("long", "2020", 300, "0");
    let records = read(&made.file).expect("a sound file");
    let cells = |column: usize| records[1..].iter().map(move |record| record.cell(column));
    assert!(made.file.starts_with(b"number,absender,code,price,town,other,month,sent,note\n"));
    assert!(cells(0).zip(1..).all(|(cell, number)| cell == number.to_string()));
    assert!(cells(1).all(|cell| cell.contains(" of B") && !cell.contains("Rome")));
    assert!(cells(2).all(|cell| cell.len() == 4));
    assert!(cells(4).all(|cell| cell == "Basel"));
    // A draw of the same town is repeated a few times.
    assert!(cells(5).filter(|cell| cell == "BASEL").count() < 40);
    assert!(cells(6).all(|cell| cell == "06"));
    let mut days: Vec<String> = cells(7).collect();
    days.sort();
    days.dedup();
    assert_eq!(days, ["01.03.2020", "27.02.2020", "28.02.2020", "29.02.2020"]);
    let notes = cells(3).zip(cells(8)).filter(|(_, note)| !note.is_empty());
    assert!(notes.clone().all(|(price, note)| (price == "50.00") == (note == "dear")));
    assert!((100..200).contains(&notes.count()));
}

#[test]
fn file_rows_outside_the_years_are_not_drawn() {
    let towns = |year| {
        let made = parcels("short", year, 200, "0");
        ["of Basel", "of Bern", "of Rome"]
            .map(|town| String::from_utf8_lossy(&made.file).contains(town))
    };
    assert_eq!(towns("1998"), [true, false, true]);
    assert_eq!(towns("2020"), [true, true, false]);
}

#[test]
fn layouts_have_the_defects_of_their_columns() {
    let kinds =
        |layout| parcels(layout, "2020", 10, "0").summary.defects.into_keys().collect::<Vec<_>>();
    assert_eq!(kinds("short"), ["huge", "unclosed", "shouted"]);
    assert_eq!(kinds("long"), ["huge", "unclosed", "shouted", "of-long-layout"]);
}

#[test]
fn large_defects_keep_their_distance_and_damaged_records_a_sound_neighbour() {
    let made = parcels("short", "2020", 400, "100%");
    let of = |name: &str| -> Vec<usize> {
        made.truth.iter().filter(|truth| truth.defect == name).map(|truth| truth.record).collect()
    };
    let huge = of("huge");
    assert!(huge.len() >= 5, "{huge:?}");
    assert!(huge.windows(2).all(|pair| pair[1] - pair[0] >= 40), "{huge:?}");
    let mut damaged = [huge, of("unclosed")].concat();
    damaged.sort_unstable();
    assert!(damaged.windows(2).all(|pair| pair[1] - pair[0] >= 2), "{damaged:?}");
    assert!(!damaged.contains(&400), "the last record is sound");
    // A file too small for this kind has none.
    assert_eq!(parcels("short", "2020", 39, "100%").summary.defects["huge"], 0);
}

#[test]
fn the_truth_tells_findings_and_repairs_apart() {
    let made = parcels("short", "2020", 60, "20%");
    let shouted: Vec<_> = made.truth.iter().filter(|truth| truth.defect == "shouted").collect();
    let [finding, repair, ..] = shouted.as_slice() else { panic!("no record was shouted") };
    assert_eq!((finding.class.as_str(), finding.outcome.as_str()), ("finding", "warned"));
    assert_eq!((repair.class.as_str(), repair.outcome.as_str()), ("repair", "repaired"));
    assert_eq!((finding.rule.as_str(), finding.column.as_str()), ("known", "town"));
    assert!(repair.after.ends_with(&(repair.record + 1).to_string()), "{}", repair.after);
    let bytes = &made.file[finding.offset..finding.offset + finding.length];
    assert!(String::from_utf8_lossy(bytes).contains("\"BASEL!\",\"Basel\""));
}
