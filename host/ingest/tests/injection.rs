//! A clean file with one damaged record: exactly that record is faulty, with its exact bytes, and all others are unchanged.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use assay_ingest::{FaultKind, Limits};
use proptest::prelude::*;
use support::{QUOTINGS, Quoting, read};

const WIDTH: usize = 7;

/// The damage done to a record. Each kind is given the record's cells and a position.
#[derive(Debug, Clone, Copy)]
enum Damage {
    FieldMissing,
    FieldTooMany,
    BareQuote,
    TextAfterQuote,
    UnclosedQuote,
    Nul,
    Undecodable,
    RepeatedHeader,
    CutShort,
}

const DAMAGES: [Damage; 9] = [
    Damage::FieldMissing,
    Damage::FieldTooMany,
    Damage::BareQuote,
    Damage::TextAfterQuote,
    Damage::UnclosedQuote,
    Damage::Nul,
    Damage::Undecodable,
    Damage::RepeatedHeader,
    Damage::CutShort,
];

impl Damage {
    fn fault(self) -> FaultKind {
        match self {
            Self::FieldMissing | Self::FieldTooMany | Self::CutShort => FaultKind::Ragged,
            Self::BareQuote | Self::TextAfterQuote | Self::UnclosedQuote => FaultKind::Quote,
            Self::Nul => FaultKind::Nul,
            Self::Undecodable => FaultKind::Undecodable,
            Self::RepeatedHeader => FaultKind::RepeatedHeader,
        }
    }

    fn write(self, quoting: Quoting, cells: &[String], at: usize) -> Vec<u8> {
        let fields: Vec<String> =
            cells.iter().map(|cell| quoting.write(std::slice::from_ref(cell))).collect();
        let mut fields: Vec<Vec<u8>> = fields.into_iter().map(String::into_bytes).collect();
        match self {
            Self::FieldMissing => drop(fields.remove(at)),
            Self::FieldTooMany => fields.insert(at, b"\"one, more\"".to_vec()),
            Self::BareQuote => fields[at] = b"5\" pipe".to_vec(),
            Self::TextAfterQuote => fields[at] = b"\"the \"best\" one\"".to_vec(),
            Self::UnclosedQuote => fields[at] = b"\"open".to_vec(),
            Self::Nul => fields[at] = b"\"a\0b\"".to_vec(),
            Self::Undecodable => fields[at] = b"a\x81b".to_vec(),
            Self::RepeatedHeader => {
                fields = support::names(WIDTH).into_iter().map(String::into_bytes).collect();
            }
            Self::CutShort => fields.truncate(at.max(1)),
        }
        [fields.join(&b','), b"\n".to_vec()].concat()
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9 .]{0,12}",
        1 => "[a-z]{1,5}, [a-z]{1,5}",
        1 => "[a-z]{1,4} \"[a-z]{1,4}\"",
        1 => "[a-z]{1,5}\n[a-z]{1,5}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_bad_record_never_costs_its_neighbours(
        rows in prop::collection::vec(prop::collection::vec(cell(), WIDTH), 3..12),
        victim: prop::sample::Index,
        at in 0..WIDTH,
    ) {
        for quoting in QUOTINGS {
            for damage in DAMAGES {
                // A damaged record of several lines, one of which looks like a whole record, could not be distinguished from two.
                let mut rows = rows.clone();
                let victim = victim.index(rows.len());
                for cell in &mut rows[victim] {
                    *cell = cell.replace('\n', " ");
                }
                // With blank cells only, a truncated record would be a blank line.
                rows[victim][0] = "key".to_owned();
                let lines: Vec<Vec<u8>> = rows.iter().enumerate().map(|(number, row)| {
                    if number == victim { damage.write(quoting, row, at) } else { format!("{}\n", quoting.write(row)).into_bytes() }
                }).collect();
                let bytes = [format!("{}\n", support::names(WIDTH).join(",")).into_bytes(), lines.concat()].concat();
                let (seen, _) = read(&bytes, Limits::default());
                prop_assert_eq!(seen.len(), rows.len(), "{:?} {:?}: {}", damage, quoting, String::from_utf8_lossy(&bytes));
                for (number, record) in seen.iter().enumerate() {
                    prop_assert_eq!(&record.raw, &lines[number]);
                    if number == victim {
                        prop_assert_eq!(&record.faults, &vec![damage.fault()]);
                    } else {
                        prop_assert_eq!(&record.faults, &vec![]);
                        prop_assert_eq!(&record.cells, &rows[number]);
                    }
                }
            }
        }
    }
}

/// All records are damaged in the same way: each is still a record of its own.
#[test]
fn a_file_of_nothing_but_bad_records_keeps_them_apart() {
    for quoting in QUOTINGS {
        for damage in DAMAGES {
            let line = |number: usize| {
                let cells: Vec<String> =
                    (0..WIDTH).map(|column| format!("{number} of, {column}")).collect();
                damage.write(quoting, &cells, 3)
            };
            let lines: Vec<Vec<u8>> = (0..200).map(line).collect();
            let bytes =
                [format!("{}\n", support::names(WIDTH).join(",")).into_bytes(), lines.concat()]
                    .concat();
            let (seen, _) = read(&bytes, Limits::default());
            assert_eq!(seen.len(), lines.len(), "{quoting:?} {damage:?}");
            for (record, raw) in seen.iter().zip(&lines) {
                assert_eq!(&record.raw, raw);
                assert_eq!(record.faults, [damage.fault()], "{quoting:?} {damage:?}");
            }
        }
    }
}
