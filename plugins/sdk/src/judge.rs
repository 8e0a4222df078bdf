//! How rules judge a batch: record by record through a function, or columns at once through bits.

use std::marker::PhantomData;

use crate::width::narrow;
use crate::{Batch, Bits, Column, Distinct, Needs};

/// What a rule says of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The record keeps the rule.
    Pass,
    /// The record breaks the rule.
    Fail,
    /// The rule cannot judge the record.
    Skip,
}

impl From<bool> for Outcome {
    /// `true` is what the rule wants.
    fn from(holds: bool) -> Self {
        if holds { Self::Pass } else { Self::Fail }
    }
}

/// What a rule says of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Records that fail, by the column to blame as an index into the rule's columns (none: the first).
    /// A record is in one set at most.
    pub failed: Vec<(Option<usize>, Bits)>,
    /// How many records could not be judged.
    pub skipped: u32,
    /// Arguments for the messages of some failed records.
    pub samples: Vec<(u32, Vec<String>)>,
}

impl Judged {
    /// These records fail; `judged` says which could be judged.
    pub fn new(failed: Bits, judged: &Bits) -> Self {
        let skipped = narrow(judged.len() - judged.count());
        Self { failed: vec![(None, failed)], skipped, samples: Vec::new() }
    }

    /// None fails; all were skipped.
    pub fn skipped(records: usize) -> Self {
        Self { failed: Vec::new(), skipped: narrow(records), samples: Vec::new() }
    }

    /// Records that fail in one of several columns count once, and name the first of them.
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

/// A batch through the eyes of one rule: its columns in the order it asked for them.
#[derive(Debug, Clone, Copy)]
pub struct Look<'b> {
    pub(crate) batch: &'b Batch,
    pub(crate) indexes: &'b [u16],
}

impl<'b> Look<'b> {
    /// The rule's column.
    pub fn column(&self, nth: usize) -> &'b Column {
        self.batch.column(self.indexes[nth])
    }

    /// The rule's columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &'b Column> + '_ {
        self.indexes.iter().map(|&index| self.batch.column(index))
    }

    /// How many records.
    pub fn records(&self) -> usize {
        self.batch.records
    }
}

/// A rule at work.
pub(crate) trait Judge {
    fn judge(&self, look: Look<'_>) -> Judged;
}

impl<F: Fn(Look<'_>) -> Judged> Judge for F {
    fn judge(&self, look: Look<'_>) -> Judged {
        self(look)
    }
}

/// A function called for each record. The loop is compiled for the function: nothing is called through a pointer.
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
