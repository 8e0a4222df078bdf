//! Rewrites that break the contract.

use super::exports::assay::rules::plugin::{Batch, Change, Patch, Rewrite, Text, Verdict};
use super::plans::{NOT_BAD, UPPER};

fn rewrite(change: Change) -> Rewrite {
    Rewrite { rule: UPPER, column: 0, change }
}

fn whole(offsets: Vec<u32>, bytes: &[u8]) -> Rewrite {
    rewrite(Change::Whole(Text { offsets, bytes: bytes.to_vec() }))
}

/// Breaks a verdict as the behaviour asks. Offsets can fall, and a character be split, from two cells on only; single
/// records are judged well then.
pub fn twist(behaviour: &str, mut verdict: Verdict, batch: &Batch) -> Verdict {
    let n = batch.records as usize;
    let zeros = vec![0; n + 1];
    let first = |offsets, bytes: &[u8]| {
        let values = Text { offsets, bytes: bytes.to_vec() };
        rewrite(Change::Patch(Patch { records: vec![0], values }))
    };
    verdict.rewrites = match behaviour {
        "rewrite-in-validate" => {
            vec![Rewrite { rule: NOT_BAD, column: 0, change: whole(zeros, b"").change }]
        }
        "rewrite-unknown-rule" => vec![Rewrite { rule: 999, ..whole(zeros, b"") }],
        "rewrite-unasked-column" => vec![Rewrite { column: 1, ..whole(zeros, b"") }],
        "rewrite-column" => vec![Rewrite { column: 9, ..whole(zeros, b"") }],
        "offsets-start" => vec![whole(vec![1; n + 1], b"x")],
        "offsets-fall" if n > 1 => {
            let mut offsets = vec![2; n + 1];
            offsets[0] = 0;
            offsets[n - 1] = 3;
            vec![whole(offsets, b"xx")]
        }
        "offsets-beyond" => {
            let mut offsets = zeros;
            offsets[n] = 9;
            vec![whole(offsets, b"xx")]
        }
        "offsets-few" => vec![whole(vec![0], b"")],
        "offsets-none" => vec![whole(vec![], b"")],
        "patch-rows" => vec![rewrite(Change::Patch(Patch {
            records: vec![batch.records],
            values: Text { offsets: vec![0, 1], bytes: vec![b'x'] },
        }))],
        "patch-values" => vec![first(vec![0, 1, 2], b"xx")],
        "cell-bytes" => vec![first(vec![0, 2], &[0xc3, 0x28])],
        "cells-split-a-character" if n > 1 => {
            let mut offsets = vec![2; n + 1];
            offsets[0] = 0;
            offsets[1] = 1;
            vec![whole(offsets, "é".as_bytes())]
        }
        "cell-long" => vec![first(vec![0, 100_000], &vec![b'x'; 100_000])],
        "rewrites-many" => vec![first(vec![0, 0], b""); 5000],
        _ => verdict.rewrites,
    };
    verdict
}
