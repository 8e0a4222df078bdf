//! Each comparison fails if the values it compares disagree, and for no other reason.

use assay_ingest::{Limits, SlabReader};
use assay_model::{Cells, Form, RecordOutcome};
use assay_sinks::documents::PartEntry;

use super::*;
use crate::books::Destinations;
use crate::host_rules;
use crate::judge::{Unwitnessed, judge_some};
use crate::judged::JudgedSlab;
use crate::memory::MemoryLimit;
use crate::plan::{Amount, Slot, Typed};
use crate::request::Purpose;
use crate::retry::Retry;
use crate::route::Written;
use crate::totals::Totals;
use crate::worker::Worker;

/// Six records: two with an amount, one with a blank amount, one with a malformed amount, one with a structural fault, and one that is
/// quarantined with its amount.
const FILE: &str = "id,fine\n1,1.00\n2,2.50\n3,\n4,ten\n5\n\nx,4.00\n";

/// Slot of the amounts.
const FINES: usize = 3;

fn plan(purpose: Purpose) -> Plan {
    let (rules, host) = host_rules::table(|_, usual| usual);
    let slot = |column, form| Slot { column: Some(column), form };
    Plan {
        purpose,
        names: vec!["id".to_owned(), "fine".to_owned()],
        slots: vec![
            slot(0, Form::Text),
            slot(1, Form::Text),
            slot(0, Form::Integer),
            slot(1, Form::Decimal { scale: 2 }),
        ],
        text_slots: vec![Some(0), Some(1)],
        stages: Vec::new(),
        unique: Vec::new(),
        typed: vec![
            Typed { column: 0, slot: 2, rule: host.integer, limit: None },
            Typed { column: 1, slot: FINES, rule: host.decimal, limit: None },
        ],
        told: Vec::new(),
        amounts: vec![Amount { column: 1, slot: FINES, scale: 2 }],
        outputs: Vec::new(),
        rules,
        host,
    }
}

/// Judges and counts the file. `fault` changes the slab after it has been judged and before its records are written.
fn file(plan: &Plan, fault: impl Fn(&mut JudgedSlab)) -> JudgedFile {
    let mut reader = SlabReader::new(FILE.as_bytes(), Limits::default());
    reader.header().unwrap();
    let slab = reader.next_slab(None).unwrap().unwrap();
    assert!(reader.next_slab(None).unwrap().is_none());
    let rows = slab.judged().to_vec();
    let mut worker = Worker::default();
    let mut judged = judge_some(slab, &rows, plan, &mut worker, &mut Unwitnessed).unwrap();
    let mut totals = Totals::new(plan, MemoryLimit::DEFAULT);
    totals.add(&judged, plan).unwrap();
    fault(&mut judged);
    let mut arrived = Destinations::nothing(plan);
    arrived.count(&judged, plan);
    let entry =
        |rows| vec![PartEntry { key: String::new(), rows, bytes: 0, digest: String::new() }];
    let written = Written {
        parts: entry(arrived.passed.records),
        quarantine: entry(arrived.held.records),
        arrived,
        ..Written::default()
    };
    let summary = reader.summary();
    let (file_results, keys) = (Vec::new(), Vec::new());
    JudgedFile { totals, written, summary, file_results, keys, milliseconds: 0, leased: 0 }
}

/// Returns the invariants that do not hold, and the error of the run.
fn broken(plan: &Plan, judged: &JudgedFile) -> (Vec<String>, String) {
    let mut report = Report::not_begun("file.csv", None, String::new(), Retry::WillNot);
    let checked = check(&mut report, plan, judged);
    assert_eq!(report.invariants.len(), 3);
    let broken = report.invariants.into_iter().filter(|(_, holds)| !holds);
    let what = match checked {
        Ok(()) => String::new(),
        Err(RunError::DoesNotAddUp { what }) => what,
        Err(other) => panic!("{other}"),
    };
    (broken.map(|(name, _)| name).collect(), what)
}

#[test]
fn what_adds_up_holds() {
    for purpose in [Purpose::Publish, Purpose::Check] {
        let plan = plan(purpose);
        let judged = file(&plan, |_| {});
        assert_eq!(broken(&plan, &judged), (Vec::new(), String::new()));
        let read = judged.totals.amounts[0];
        assert_eq!(
            (read.sum.unscaled, read.sum.records, read.blank, read.malformed),
            (750, 3, 1, 1)
        );
        let Destinations { passed, held } = &judged.written.arrived;
        assert_eq!((passed.records, passed.amounts[0].unscaled), (3, 350));
        assert_eq!((held.records, held.broken, held.amounts[0].unscaled), (3, 1, 400));
    }
}

const RECORDS: &[&str] = &["records_are_conserved"];
const BYTES: &[&str] = &["bytes_tile_the_input"];
const AMOUNTS: &[&str] = &["amounts_are_conserved"];

/// Checks which invariants a wrong count breaks.
fn tampered(purpose: Purpose, tamper: fn(&mut JudgedFile), names: &[&str], expected: &str) {
    let plan = plan(purpose);
    let mut judged = file(&plan, |_| {});
    tamper(&mut judged);
    let (broken, what) = broken(&plan, &judged);
    assert_eq!(what, expected);
    assert_eq!(broken, names, "{expected}");
}

/// A count that is off by one, wherever it is made, is detected by the comparison made for it.
#[test]
fn every_count_is_compared_with_another() {
    for purpose in [Purpose::Publish, Purpose::Check] {
        tampered(
            purpose,
            |it| {
                it.summary.records += 1;
                it.totals.amounts[0].blank += 1;
            },
            RECORDS,
            "7 records surveyed, 6 judged",
        );
        tampered(
            purpose,
            |it| {
                it.totals.read += 1;
                it.summary.records += 1;
                it.totals.amounts[0].blank += 1;
            },
            RECORDS,
            "7 records judged, 3 passed on, 3 held back",
        );
        tampered(
            purpose,
            |it| it.totals.outcomes[RecordOutcome::Warned as usize] += 1,
            RECORDS,
            "4 records fit to pass, 3 passed on",
        );
        tampered(
            purpose,
            |it| it.totals.outcomes[RecordOutcome::Quarantined as usize] -= 1,
            RECORDS,
            "2 records to be held back, 3 held back",
        );
        tampered(
            purpose,
            |it| it.written.arrived.held.broken -= 1,
            RECORDS,
            "1 broken records surveyed, 0 held back, 0 passed on",
        );
        tampered(
            purpose,
            |it| it.written.arrived.passed.broken += 1,
            RECORDS,
            "1 broken records surveyed, 1 held back, 1 passed on",
        );
        tampered(
            purpose,
            |it| it.summary.blank_bytes += 1,
            BYTES,
            "41 bytes of input, 0 of byte order mark, 8 of header, 32 of records, 2 of blank lines",
        );
        tampered(
            purpose,
            |it| it.written.arrived.passed.bytes -= 1,
            BYTES,
            "32 bytes of records surveyed, 16 passed on, 15 held back",
        );
        tampered(
            purpose,
            |it| it.written.arrived.held.bytes += 1,
            BYTES,
            "32 bytes of records surveyed, 17 passed on, 16 held back",
        );
    }
    tampered(
        Purpose::Publish,
        |it| it.written.parts[0].rows -= 1,
        RECORDS,
        "3 records passed on, 2 rows in part files",
    );
    tampered(
        Purpose::Publish,
        |it| it.written.quarantine[0].rows += 1,
        RECORDS,
        "3 records held back, 4 rows in the quarantine",
    );
}

/// The same holds for amounts.
#[test]
fn every_sum_is_compared_with_others() {
    for purpose in [Purpose::Publish, Purpose::Check] {
        tampered(
            purpose,
            |it| it.totals.amounts[0].sum.unscaled += 1,
            AMOUNTS,
            "`fine`: 7.51 read, 3.50 passed on, 4.00 held back",
        );
        tampered(
            purpose,
            |it| it.written.arrived.passed.amounts[0].unscaled += 1,
            AMOUNTS,
            "`fine`: 7.50 read, 3.51 passed on, 4.00 held back",
        );
        tampered(
            purpose,
            |it| it.written.arrived.held.amounts[0].unscaled -= 1,
            AMOUNTS,
            "`fine`: 7.50 read, 3.50 passed on, 3.99 held back",
        );
        tampered(
            purpose,
            |it| it.written.arrived.passed.amounts[0].records -= 1,
            AMOUNTS,
            "`fine`: 3 amounts read, 1 passed on, 1 held back",
        );
        tampered(
            purpose,
            |it| it.written.arrived.held.amounts[0].records -= 1,
            AMOUNTS,
            "`fine`: 3 amounts read, 2 passed on, 0 held back",
        );
        tampered(
            purpose,
            |it| it.totals.amounts[0].blank -= 1,
            AMOUNTS,
            "`fine`: 3 amounts, 0 blanks and 1 that are malformed, in 6 records of which 1 are broken",
        );
        tampered(
            purpose,
            |it| it.totals.amounts[0].malformed += 1,
            AMOUNTS,
            "`fine`: 3 amounts, 1 blanks and 2 that are malformed, in 6 records of which 1 are broken",
        );
    }
}

/// A slab that changes between the rules and the output files is detected, in a run and in a check.
#[test]
fn a_slab_that_changes_on_its_way_is_found_out() {
    let check = |fault: fn(&mut JudgedSlab), expected: &str| {
        for purpose in [Purpose::Publish, Purpose::Check] {
            let plan = plan(purpose);
            let (_, what) = broken(&plan, &file(&plan, fault));
            assert_eq!(what, expected);
        }
    };
    // A record is dropped.
    check(
        |slab| slab.outcomes.truncate(5),
        "6 records judged, 3 passed on, 2 held back; 3 records to be held back, 2 held back; \
         32 bytes of records surveyed, 17 passed on, 8 held back; \
         `fine`: 7.50 read, 3.50 passed on, 0.00 held back; `fine`: 3 amounts read, 2 passed on, 0 held back",
    );
    // A quarantined record passes.
    check(
        |slab| slab.outcomes[3] = RecordOutcome::Passed,
        "3 records fit to pass, 4 passed on; 3 records to be held back, 2 held back",
    );
    // A record with a structural fault passes.
    check(
        |slab| slab.outcomes[4] = RecordOutcome::Warned,
        "3 records fit to pass, 4 passed on; 3 records to be held back, 2 held back; \
         1 broken records surveyed, 0 held back, 1 passed on",
    );
    // An amount changes, or is lost.
    check(
        |slab| {
            let Some(Cells::Decimal { unscaled, .. }) =
                slab.columns[FINES].as_mut().map(|column| &mut column.cells)
            else {
                panic!("amounts are decimals")
            };
            unscaled[0] += 1;
        },
        "`fine`: 7.50 read, 3.51 passed on, 4.00 held back",
    );
    check(
        |slab| {
            let fines = slab.columns[FINES].as_mut().expect("amounts are built");
            fines.valid.as_mut().expect("some are not valid").unset(1);
        },
        "`fine`: 7.50 read, 1.00 passed on, 4.00 held back; `fine`: 3 amounts read, 1 passed on, 1 held back",
    );
}
