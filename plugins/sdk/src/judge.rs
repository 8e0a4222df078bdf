//! How rules judge a batch: record by record with a function, or whole columns at once with bitmaps.

use std::marker::PhantomData;

use crate::width::narrow;
use crate::{Batch, Bits, Column, Distinct, Needs};

/// A rule's verdict on one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The record satisfies the rule.
    Pass,
    /// The record breaks the rule.
    Fail,
    /// The rule cannot judge the record.
    Skip,
}

impl From<bool> for Outcome {
    /// `true` means that the rule holds.
    fn from(holds: bool) -> Self {
        if holds { Self::Pass } else { Self::Fail }
    }
}

/// A rule's verdict on a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The records that fail, each set with the column to blame as an index into the rule's columns (`None`: the first).
    /// A record is in at most one set.
    pub failed: Vec<(Option<usize>, Bits)>,
    /// The number of records that could not be judged.
    pub skipped: u32,
    /// For some of the failed records: the index into the batch, and the arguments of the message (`{0}`, `{1}` …).
    pub samples: Vec<(u32, Vec<String>)>,
}

impl Judged {
    /// The records in `failed` fail; those that are not in `judged` were skipped.
    pub fn new(failed: Bits, judged: &Bits) -> Self {
        let skipped = narrow(judged.len() - judged.count());
        Self { failed: vec![(None, failed)], skipped, samples: Vec::new() }
    }

    /// No record fails; all were skipped.
    pub fn skipped(records: usize) -> Self {
        Self { failed: Vec::new(), skipped: narrow(records), samples: Vec::new() }
    }

    /// Records that fail in several columns count once, for the first of them; those that are not in `judged` were skipped.
    pub fn first_of(sets: impl IntoIterator<Item = (usize, Bits)>, judged: &Bits) -> Self {
        let mut taken = Bits::zeros(judged.len());
        let mut failed = Vec::new();
        for (column, bits) in sets {
            if bits.none() {
                continue;
            }
            let fresh = bits.and_not(&taken);
            taken = taken.or(&fresh);
            failed.push((Some(column), fresh));
        }
        Self { failed, skipped: narrow(judged.len() - judged.count()), samples: Vec::new() }
    }
}

/// A batch as one rule sees it: its columns, in the order in which it requested them.
#[derive(Debug, Clone, Copy)]
pub struct Look<'b> {
    pub(crate) batch: &'b Batch,
    pub(crate) indexes: &'b [u16],
}

impl<'b> Look<'b> {
    /// The rule's column number `nth`, counting from 0.
    pub fn column(&self, nth: usize) -> &'b Column {
        self.batch.column(self.indexes[nth])
    }

    /// The rule's columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &'b Column> + '_ {
        self.indexes.iter().map(|&index| self.batch.column(index))
    }

    /// The number of records.
    pub fn records(&self) -> usize {
        self.batch.records
    }
}

/// A rule that judges batches.
pub(crate) trait Judge {
    fn judge(&self, look: Look<'_>) -> Judged;
}

impl<F: Fn(Look<'_>) -> Judged> Judge for F {
    fn judge(&self, look: Look<'_>) -> Judged {
        self(look)
    }
}

/// A function called for each record. The loop is compiled for that function, so nothing is called through a pointer.
pub(crate) struct EachRecord<N, F, A> {
    pub(crate) needs: N,
    pub(crate) rule: F,
    pub(crate) answer: PhantomData<fn() -> A>,
}

impl<N, F, A> Judge for EachRecord<N, F, A>
where
    N: Needs,
    F: for<'b> Fn(N::Cells<'b>) -> A,
    A: Into<Outcome>,
{
    fn judge(&self, look: Look<'_>) -> Judged {
        let records = look.records();
        let Some(reader) = self.needs.reader(look.batch) else { return Judged::skipped(records) };
        let ask = |cells: Option<N::Cells<'_>>| {
            cells.map_or(Outcome::Skip, |cells| (self.rule)(cells).into())
        };
        let mut skipped = 0;
        let mut count = |outcome: Outcome| {
            skipped += u32::from(outcome == Outcome::Skip);
            outcome == Outcome::Fail
        };
        let failed = match N::distinct(&reader) {
            Distinct::Unknown => {
                Bits::from_fn(records, |record| count(ask(N::read(&reader, record))))
            }
            Distinct::One => {
                let outcome = ask(N::read_distinct(&reader, 0));
                Bits::from_fn(records, |_| count(outcome))
            }
            Distinct::Keyed(keys, values) => {
                let outcomes: Vec<Outcome> =
                    (0..values).map(|value| ask(N::read_distinct(&reader, value))).collect();
                Bits::from_fn(records, |record| count(outcomes[usize::from(keys[record])]))
            }
        };
        Judged { failed: vec![(None, failed)], skipped, samples: Vec::new() }
    }
}
