//! Structural defects in a file of 1,000 good records: exactly the faulty record is quarantined, with its exact bytes.

use std::collections::BTreeSet;
use std::path::Path;

use assay_suite::{FoundRecord, Lake, generated, quarantine, validated_rows};

/// A clean file as lines; with these seeds, the records to be damaged contain no line breaks.
fn clean(folder: &Path) -> (String, Vec<Vec<u8>>) {
    let file = generated(folder, 2023, "general-91", 1_000, 21, "0");
    let bytes = std::fs::read(&file).expect("the generated file");
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    let mut records: Vec<Vec<u8>> = Vec::new();
    let mut quoted = false;
    let mut record = Vec::new();
    for byte in bytes {
        quoted ^= byte == b'"';
        record.push(byte);
        if byte == b'\n' && !quoted {
            records.push(std::mem::take(&mut record));
        }
    }
    assert_eq!(records.len(), 1_001);
    (name, records)
}

/// Damages the 500th record; `rule` must quarantine it, or with `None` the file has no faulty record.
fn check(damage: impl Fn(&mut Vec<Vec<u8>>), rule: Option<&str>, validated: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (name, mut records) = clean(folder.path());
    damage(&mut records);
    let damaged = folder.path().join(name);
    std::fs::write(&damaged, records.concat()).expect("space");
    let lake = Lake::new();
    let outcome = lake.run(&damaged, &[]);
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    let held = quarantine(lake.path());
    match rule {
        None => assert!(held.is_empty(), "{held:?}"),
        Some(rule) => {
            assert_eq!(
                held.len(),
                1,
                "{:?}",
                held.iter().map(|r| (r.record, &r.rules)).collect::<Vec<_>>()
            );
            assert_eq!(held[0].record, 500);
            assert_eq!(held[0].offset, records[..500].concat().len() as u64);
            assert_eq!(held[0].length, records[500].len() as u64);
            assert!(held[0].raw == records[500][..held[0].raw.len()]);
            assert!(held[0].rules.contains(rule), "{:?}", held[0].rules);
        }
    }
    let rows = validated_rows(lake.path());
    assert_eq!(rows.len(), validated);
    assert_eq!(rows.contains(&500), rule.is_none());
}

/// Changes the 500th record, without its line ending.
fn edit(records: &mut [Vec<u8>], change: impl Fn(&mut Vec<u8>)) {
    let record = &mut records[500];
    assert_eq!(record.pop(), Some(b'\n'));
    change(record);
    record.push(b'\n');
}

#[test]
fn a_field_short() {
    check(
        |all| edit(all, |r| r.truncate(r.iter().rposition(|b| *b == b',').unwrap())),
        Some("csv.ragged"),
        999,
    );
}

#[test]
fn a_field_long() {
    check(|all| edit(all, |r| r.extend(b",\"more\"")), Some("csv.ragged"), 999);
}

#[test]
fn a_bare_quote_in_a_field() {
    check(
        |all| {
            edit(all, |r| {
                let at = r.windows(3).position(|w| w == b"\",\"").unwrap();
                r.splice(at..at, *b"x\"y");
            });
        },
        Some("csv.quote"),
        999,
    );
}

#[test]
fn bytes_that_are_no_text() {
    check(|all| edit(all, |r| r.splice(1..1, [0x81]).for_each(drop)), Some("csv.undecodable"), 999);
}

#[test]
fn windows_1252_is_read_and_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (name, records) = clean(folder.path());
    let damaged = folder.path().join(name);
    let mut bytes = records.concat();
    let at = bytes
        .windows(6)
        .position(|w| w == b"DRIVE\"")
        .or_else(|| bytes.windows(4).position(|w| w == b"ST\","))
        .unwrap();
    bytes[at] = 0xC9;
    std::fs::write(&damaged, bytes).expect("space");
    let lake = Lake::new();
    let outcome = lake.run(&damaged, &[]);
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    assert_eq!(outcome.summary["findings"]["csv.encoding"]["warn"], 1);
    assert_eq!(validated_rows(lake.path()).len(), 1_000);
}

#[test]
fn a_nul_byte() {
    check(|all| edit(all, |r| r.splice(1..1, [0]).for_each(drop)), Some("csv.nul"), 999);
}

#[test]
fn a_blank_line_is_no_record() {
    check(|all| all[499].push(b'\n'), None, 1_000);
}

#[test]
fn one_crlf_among_lf() {
    check(
        |all| {
            all[500].pop();
            all[500].extend(b"\r\n");
        },
        None,
        1_000,
    );
}

#[test]
fn a_field_of_three_megabytes() {
    check(
        |all| edit(all, |r| r.splice(1..1, std::iter::repeat_n(b'x', 3_000_000)).for_each(drop)),
        Some("csv.field-too-long"),
        999,
    );
}

#[test]
fn an_unclosed_quote() {
    check(
        |all| {
            edit(all, |r| {
                let at = r.windows(2).rposition(|w| w == b"\",").unwrap();
                r.remove(at);
            });
        },
        Some("csv.quote"),
        999,
    );
}

#[test]
fn a_header_within_the_file() {
    check(|all| all[500] = all[0].clone(), Some("csv.repeated-header"), 999);
}

#[test]
fn a_byte_order_mark() {
    check(|all| all[0].splice(0..0, *b"\xEF\xBB\xBF").for_each(drop), None, 1_000);
}

#[test]
fn a_line_break_within_quotes() {
    check(
        |all| {
            edit(all, |r| {
                let at = r.windows(7).rposition(|w| w == b",\"No\",\"").unwrap();
                // Contextual_Information precedes Delay_in_Publication_Indicator.
                if r[at - 1] == b',' {
                    r.splice(at..at, *b"\"one\ntwo\"");
                }
            });
        },
        None,
        1_000,
    );
}

/// Published files end with a line ending; one that ends within a record is an incomplete download.
#[test]
fn a_truncated_file_is_refused_and_says_where() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (name, records) = clean(folder.path());
    let mut bytes = records[..=500].concat();
    let cut = bytes.len() - 60;
    bytes.truncate(cut);
    let damaged = folder.path().join(name);
    std::fs::write(&damaged, &bytes).expect("space");
    let lake = Lake::new();
    let outcome = lake.run(&damaged, &[]);
    assert_eq!(outcome.code, Some(1), "{:#}\n{}", outcome.summary, outcome.stderr);
    let reason = outcome.summary["refusal"]["message"].as_str().expect("a reason");
    assert!(reason.contains("record 500"), "{reason}");
    let held = quarantine(lake.path());
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].raw, bytes[records[..500].concat().len()..]);
    assert!(lake.files().keys().all(|path| !path.ends_with("manifest.json")));
}

#[test]
fn a_column_name_twice_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (name, mut records) = clean(folder.path());
    let header = String::from_utf8(records[0].clone()).expect("ASCII");
    records[0] = header.replace("Recipient_Province", "Recipient_City").into_bytes();
    let damaged = folder.path().join(name);
    std::fs::write(&damaged, records.concat()).expect("space");
    let outcome = Lake::new().run(&damaged, &[]);
    assert_eq!(outcome.code, Some(1), "{:#}\n{}", outcome.summary, outcome.stderr);
    let reason = outcome.summary["refusal"]["message"].as_str().expect("a reason");
    assert!(reason.contains("Recipient_City"), "{reason}");
}

/// The quarantined records of a file, with their positions.
fn held(file: &Path) -> Vec<FoundRecord> {
    let lake = Lake::new();
    let outcome = lake.run(file, &[]);
    assert!(outcome.code.is_some_and(|code| code < 2), "{:#}", outcome.summary);
    quarantine(lake.path())
}

/// Quarantined records can be judged again: the header and the raw bytes give the same records, quarantined for the same reasons. Records
/// that keep the grammar determine their own end, so they can be in one file.
#[test]
fn records_that_keep_the_grammar_can_be_replayed_together() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (name, mut records) = clean(folder.path());
    records[200].truncate(5);
    records[200].push(b'\n');
    records[400].splice(1..1, [0x81]);
    records[500].splice(1..1, *b"\0");
    let file = folder.path().join(name);
    std::fs::write(&file, records.concat()).expect("space");
    let replayed =
        || -> Vec<_> { held(&file).into_iter().map(|record| (record.raw, record.rules)).collect() };
    let first = replayed();
    assert!(first.len() == 3, "{}", first.len());
    let raw: Vec<u8> = first.iter().flat_map(|(raw, _)| raw.clone()).collect();
    std::fs::write(&file, [records[0].clone(), raw].concat()).expect("space");
    assert_eq!(replayed(), first);
}

/// The structural faults that quarantine a record.
const HOLDING_BACK: [&str; 9] = [
    "csv.ragged",
    "csv.quote",
    "csv.nul",
    "csv.undecodable",
    "csv.repeated-header",
    "csv.byte-order-mark",
    "csv.truncated",
    "csv.field-too-long",
    "csv.record-too-long",
];

/// Every kind of structural damage, including neighbours with open quotes: each record, in a file of its own, comes back as the same single
/// record. In a file with others, the end of an open quote depends on what follows, which is no longer the same.
#[test]
fn each_record_can_be_replayed_by_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (name, mut records) = clean(folder.path());
    let header = records[0].clone();
    let open = |record: &mut Vec<u8>| {
        let at = record.windows(2).rposition(|w| w == b"\",").expect("a quoted cell");
        record.remove(at);
    };
    let within = |record: &mut Vec<u8>, bytes: &[u8]| {
        record.splice(1..1, bytes.iter().copied()).for_each(drop);
    };
    // Neighbours with open quotes, which would give fewer records if put into one file.
    records[100..105].iter_mut().for_each(open);
    // A record that spans lines before its quote is found to be open.
    open(&mut records[150]);
    within(&mut records[150], b"one\ntwo\n\nthree");
    // A wrong width over several lines.
    records[200].splice(0..0, *b"\"more\nlines\",").for_each(drop);
    records[250].truncate(5);
    records[250].push(b'\n');
    within(&mut records[300], b"x\"y");
    within(&mut records[350], b"\0");
    within(&mut records[400], &[0x81]);
    records[450].clone_from(&header);
    within(&mut records[500], &vec![b'x'; 3_000_000]);
    within(&mut records[550], &vec![b'x'; 6_000_000]);
    records[600].splice(0..0, *b"\xef\xbb\xbf").for_each(drop);
    let last = records.last_mut().expect("records");
    last.truncate(last.len() - 60);
    let bytes = records.concat();
    let file = folder.path().join(name);
    std::fs::write(&file, &bytes).expect("space");
    let first = held(&file);
    let kinds: BTreeSet<&str> = first.iter().flat_map(|it| &it.rules).map(String::as_str).collect();
    for kind in HOLDING_BACK {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    assert_eq!(first.len(), 16, "{:?}", first.iter().map(|it| it.record).collect::<Vec<_>>());
    for record in first {
        let at = usize::try_from(record.offset).expect("small");
        let length = usize::try_from(record.length).expect("small");
        // Bytes that were not kept can be found in the source, at the recorded position.
        let whole = &bytes[at..at + length];
        assert_eq!(record.raw.len() == length, record.raw_complete, "record {}", record.record);
        assert!(whole.starts_with(&record.raw), "record {}", record.record);
        std::fs::write(&file, [&header, whole].concat()).expect("space");
        let again = held(&file);
        let [again] = &again[..] else {
            panic!("record {}: {} came back", record.record, again.len())
        };
        assert_eq!((again.record, again.length), (1, record.length), "record {}", record.record);
        assert!(again.raw == record.raw, "record {}", record.record);
        assert_eq!(again.rules, record.rules, "record {}", record.record);
    }
}
