//! Books: independent counts taken wherever records pass, so that conservation is checked and never assumed.
//!
//! Records read are counted before anything is judged; records that passed, where parts are written (in a run by the encoder's own sums);
//! records held back, where the quarantine is written. No count is derived from another. `invariants` compares them.

use assay_model::{Cells, RecordOutcome};

use crate::amounts::Sum;
use crate::judged::JudgedSlab;
use crate::plan::Plan;

/// Counts of the records that arrived at one destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) records: u64,
    /// Their size in the input in bytes, line endings included.
    pub(crate) bytes: u64,
    /// How many of them are structurally broken.
    pub(crate) broken: u64,
    /// By amount of the plan.
    pub(crate) amounts: Vec<Sum>,
}

impl Arrived {
    pub(crate) fn nothing(plan: &Plan) -> Self {
        Self { amounts: vec![Sum::default(); plan.amounts.len()], ..Self::default() }
    }

    /// Counts a record of the slab.
    pub(crate) fn count(&mut self, judged: &JudgedSlab, plan: &Plan, index: usize) {
        self.records += 1;
        self.bytes += judged.slab.position(index).length;
        let record = u32::try_from(index).expect("a slab has at most 2^32 records");
        let Ok(row) = judged.slab.judged().binary_search(&record) else {
            self.broken += 1;
            return;
        };
        for (amount, sum) in plan.amounts.iter().zip(&mut self.amounts) {
            let column = judged.columns[amount.slot].as_ref().expect("amount columns are built");
            let valid = column.valid.as_ref().is_none_or(|valid| valid.get(row));
            if let (Cells::Decimal { unscaled, .. }, true) = (&column.cells, valid) {
                sum.count(unscaled[row]);
            }
        }
    }
}

/// Counts of the records that arrived at each destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Destinations {
    /// In part files.
    pub(crate) passed: Arrived,
    /// In the quarantine.
    pub(crate) held: Arrived,
}

impl Destinations {
    pub(crate) fn nothing(plan: &Plan) -> Self {
        Self { passed: Arrived::nothing(plan), held: Arrived::nothing(plan) }
    }

    /// Counts the records of a slab when nothing is written: column by column, with the same result as record by record.
    pub(crate) fn count(&mut self, judged: &JudgedSlab, plan: &Plan) {
        let mut sound = judged.slab.judged().iter().peekable();
        for (index, outcome) in judged.outcomes.iter().enumerate() {
            let place = self.of(*outcome);
            place.records += 1;
            place.bytes += judged.slab.position(index).length;
            let is_sound = sound.next_if(|&&record| record as usize == index).is_some();
            place.broken += u64::from(!is_sound);
        }
        for (at, amount) in plan.amounts.iter().enumerate() {
            let column = judged.columns[amount.slot].as_ref().expect("amount columns are built");
            let Cells::Decimal { unscaled, .. } = &column.cells else { continue };
            for (row, (&value, &record)) in unscaled.iter().zip(judged.slab.judged()).enumerate() {
                let valid = column.valid.as_ref().is_none_or(|valid| valid.get(row));
                if let (true, Some(outcome)) = (valid, judged.outcomes.get(record as usize)) {
                    self.of(*outcome).amounts[at].count(value);
                }
            }
        }
    }

    /// The destination of records with this outcome.
    fn of(&mut self, outcome: RecordOutcome) -> &mut Arrived {
        match outcome {
            RecordOutcome::Passed | RecordOutcome::Repaired | RecordOutcome::Warned => {
                &mut self.passed
            }
            RecordOutcome::Quarantined => &mut self.held,
        }
    }
}
