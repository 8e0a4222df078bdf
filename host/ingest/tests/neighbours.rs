//! Columns are the same whether or not neighbours are looked up together, which depends on earlier slabs, and whether they are
//! gathered while records are read or afterwards.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use assay_ingest::{ColumnMemory, Limits, RecordStart, Slab, SlabReader};
use assay_model::{Cells, Column};
use proptest::prelude::*;

/// What the cells of a column are like.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Blank,
    Constant,
    /// Depends on the record's group.
    OfGroup,
    /// Blank except in a few groups.
    Seldom,
    /// One of this many values, whatever the group.
    OneOf(u32),
    Unique,
}

/// What the records of a slab are like.
#[derive(Debug, Clone)]
struct Recipe {
    kinds: Vec<Kind>,
    groups: u32,
    records: u32,
    /// From this record on, all columns that depend on groups are unique.
    drift: u32,
    quoted: bool,
    /// One cell in this many has a doubled quote; one record in this many is not UTF-8.
    doubled: u32,
    latin: u32,
    /// One record in this many breaks the grammar.
    broken: u32,
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let kind = prop_oneof![
        2 => Just(Kind::Blank),
        1 => Just(Kind::Constant),
        4 => Just(Kind::OfGroup),
        3 => Just(Kind::Seldom),
        1 => (1_u32..100).prop_map(Kind::OneOf),
        1 => Just(Kind::Unique),
    ];
    let groups = prop_oneof![1_u32..4, 1_u32..100, 100_u32..3_000];
    let records = prop_oneof![1_u32..700, 700_u32..4_097];
    let seldom = || prop_oneof![2 => Just(u32::MAX), 1 => 2_u32..2_000];
    (
        proptest::collection::vec(kind, 2..24),
        groups,
        records,
        seldom(),
        any::<bool>(),
        seldom(),
        seldom(),
        seldom(),
    )
        .prop_map(|(kinds, groups, records, drift, quoted, doubled, latin, broken)| Recipe {
            kinds,
            groups,
            records,
            drift,
            quoted,
            doubled,
            latin,
            broken,
        })
}

fn file(recipe: &Recipe, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut draw = |below: u32| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 33).unwrap() % below.max(1)
    };
    let names: Vec<String> = (0..recipe.kinds.len()).map(|column| format!("c{column}")).collect();
    let mut bytes = names.join(",").into_bytes();
    for record in 0..recipe.records {
        let group = if record < recipe.drift { draw(recipe.groups) } else { 1_000_000 + record };
        let latin = draw(recipe.latin) == 0 && recipe.latin < u32::MAX;
        for (column, kind) in recipe.kinds.iter().enumerate() {
            bytes.push(if column == 0 { b'\n' } else { b',' });
            let mut cell = match kind {
                Kind::Blank => String::new(),
                Kind::Constant => "United States".to_owned(),
                Kind::OfGroup => {
                    format!("{column} of group {group}{}", "!".repeat(group as usize % 40))
                }
                Kind::Seldom if group % 16 > 0 => String::new(),
                Kind::Seldom => format!("{group}"),
                Kind::OneOf(count) => draw(*count).to_string(),
                Kind::Unique => format!("record {record}"),
            }
            .into_bytes();
            if recipe.quoted && recipe.doubled < u32::MAX && draw(recipe.doubled) == 0 {
                cell.extend(b"\"\"");
            }
            // `é` as UTF-8 here, and as Windows-1252 below: the same text from different bytes.
            if !cell.is_empty() && group % 3 == 0 {
                cell.extend("é".bytes());
            }
            if latin && column == 0 {
                cell.push(0xe9);
            }
            if recipe.quoted {
                cell.insert(0, b'"');
                cell.push(b'"');
            }
            bytes.extend(cell);
        }
        if recipe.broken < u32::MAX && draw(recipe.broken) == 0 {
            let breaks = [",more", "\"x\"\n", "\0", "\rx", "\r", ",\"open", "\n\n\r\n"];
            bytes.extend(breaks[draw(7) as usize].bytes());
        }
    }
    bytes.push(b'\n');
    bytes
}

/// Reads a whole file as one slab: in one step, and with columns gathered along the way.
fn slab(bytes: &[u8], asked: &[usize], memory: &mut ColumnMemory) -> (Slab, Vec<Column>) {
    let mut reader = SlabReader::new(bytes, Limits::default());
    let mut start = RecordStart { offset: reader.header().unwrap().length, record: 1, line: 2 };
    let records =
        std::iter::from_fn(|| reader.next_slab(None).unwrap()).map(|slab| slab.len()).sum();
    let mut reader = SlabReader::new(bytes, Limits::default());
    reader.header().unwrap();
    let whole = reader.slab_at(start, records, None).unwrap();
    let first = whole.position(0);
    (start.offset, start.line) = (first.offset, first.line);
    let rest = &bytes[usize::try_from(start.offset).unwrap()..];
    let mut gathering = SlabReader::at(rest, reader.shape(), start, rest.len() as u64);
    let (slab, columns) = gathering.slab_with_columns(start, records, None, asked, memory).unwrap();
    assert_eq!(slab.judged(), whole.judged());
    for index in 0..whole.len() {
        assert_eq!(slab.position(index), whole.position(index));
        assert_eq!(slab.faults(index), whole.faults(index));
    }
    assert_eq!(gathering.summary().lone_crs, reader.summary().lone_crs);
    (whole, columns)
}

fn columns(slab: &Slab, asked: &[usize], memory: &mut ColumnMemory) -> Vec<Column> {
    slab.columns(slab.judged(), asked, memory)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn columns_do_not_depend_on_slabs_before(one in recipe(), other in recipe(), every in 1_usize..3, seed: u64) {
        // The columns of one recipe throughout, with records like those of either.
        let other = Recipe { kinds: one.kinds.clone(), ..other };
        let asked: Vec<usize> = (0..one.kinds.len()).rev().step_by(every).collect();
        let mut memory = ColumnMemory::default();
        for (nth, recipe) in [&one, &one, &one, &other, &other, &one].into_iter().enumerate() {
            let file = file(recipe, seed.wrapping_add(nth as u64));
            let (slab, learnt) = slab(&file, &asked, &mut memory);
            let alone = columns(&slab, &asked, &mut ColumnMemory::default());
            prop_assert_eq!(&alone, &learnt, "slab {}", nth);
            memory.recycle(learnt);
        }
    }
}

#[test]
fn neighbours_keep_their_own_cells() {
    // The position of the boundary between two cells must matter.
    let text = "a,b,c,d\nx,yz,1,2\nxy,z,1,2\n".to_owned() + &"x,yz,1,2\nxy,z,1,2\n".repeat(1_000);
    let mut memory = ColumnMemory::default();
    for _ in 0..3 {
        let slab =
            SlabReader::new(text.as_bytes(), Limits::default()).next_slab(None).unwrap().unwrap();
        let built = columns(&slab, &[0, 1, 2, 3], &mut memory);
        let Cells::Dictionary { values, .. } = &built[0].cells else { panic!("two cells repeat") };
        assert!(values.iter().eq([b"x".as_slice(), b"xy"]));
        let Cells::Dictionary { keys, values } = &built[1].cells else {
            panic!("two cells repeat")
        };
        assert!(values.iter().eq([b"yz".as_slice(), b"z"]));
        assert_eq!(keys[..4], [0, 1, 0, 1]);
    }
}

#[test]
fn cells_that_differ_where_no_hash_looks_are_told_apart() {
    // Long runs of neighbours are hashed in samples.
    let mut text = "a,b,c,d\n".to_owned();
    for record in 0..8_192 {
        let mut long = vec![b'x'; 1_000];
        let place = 20 + record * 37 % 60;
        long[place] = b'y';
        let long = String::from_utf8(long).unwrap();
        text.extend([&long, ",1,2,", &place.to_string(), "\n"]);
    }
    let limits = Limits { slab_records: 2_048, slab_bytes: 64 << 20, ..Limits::default() };
    let mut reader = SlabReader::new(text.as_bytes(), limits);
    let mut memory = ColumnMemory::default();
    while let Some(slab) = reader.next_slab(None).unwrap() {
        let learnt = columns(&slab, &[0, 1, 2, 3], &mut memory);
        assert_eq!(learnt, columns(&slab, &[0, 1, 2, 3], &mut ColumnMemory::default()));
    }
}
