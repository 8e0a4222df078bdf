//! Memory that a slab will need: estimated from its span, and corrected by what earlier slabs took.

use std::sync::Mutex;

use assay_model::Form;

use crate::flow::hold;
use crate::plan::Plan;
use crate::survey::SlabSpan;

/// Size of the read buffer in bytes, released at the end of the slab.
const READ: usize = 512 << 10;

/// Bytes per separator position, including half as much again for growth.
const SEPARATOR: usize = 6;

/// Bytes of bookkeeping per record: its position, faults and outcome.
const RECORD: usize = 80;

/// Maximum size of one input byte after transcoding to UTF-8.
const TURNED: usize = 3;

/// Bytes per cell: a dictionary key, or an end offset.
const CELL: usize = 4;

/// Bytes per number, including its two bits.
const NUMBER: usize = 9;

/// Peak memory while a slab is judged relative to its final size: growing vectors, copies for plugins.
const WORKING: f64 = 1.3;

/// Decay of the learnt factor per slab: an outlier is forgotten after about a hundred slabs.
const KEPT: f64 = 0.98;

/// Initial estimate of the tables for each column of a worker: their first slots and a hundred cells.
const COLUMN: usize = 8 << 10;

/// Initial estimate for an instance of a plugin.
const GUEST: usize = 2 << 20;

/// Other memory of a worker.
const WORKER: usize = 1 << 20;

/// Memory estimates for the slabs of an input.
#[derive(Debug)]
pub(crate) struct Costs {
    width: usize,
    texts: usize,
    numbers: usize,
    /// Ratio of actual to estimated size, as learnt from earlier slabs.
    learnt: Mutex<f64>,
}

impl Costs {
    /// `width`: number of columns of the input.
    pub(crate) fn new(plan: &Plan, width: usize) -> Self {
        let texts = plan.slots.iter().filter(|slot| slot.form == Form::Text).count();
        let numbers = plan.slots.len() - texts;
        Self { width: width.max(1), texts, numbers, learnt: Mutex::new(1.0) }
    }

    /// Estimated memory of the slab until it is routed, in bytes.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a guess"
    )]
    pub(crate) fn of(&self, at: &SlabSpan) -> usize {
        (self.guess(at) as f64 * *hold(&self.learnt) * WORKING) as usize
    }

    /// Learns from the actual size of a slab.
    #[expect(clippy::cast_precision_loss, reason = "a guess")]
    pub(crate) fn learn(&self, at: &SlabSpan, bytes: usize) {
        let took = bytes as f64 / self.guess(at) as f64;
        let mut learnt = hold(&self.learnt);
        *learnt = (*learnt * KEPT).max(took);
    }

    /// Estimated memory of a worker before any worker has run.
    pub(crate) fn worker(&self, plan: &Plan) -> usize {
        WORKER + self.texts * COLUMN + plan.stages.len() * GUEST
    }

    fn guess(&self, at: &SlabSpan) -> usize {
        let whole = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let (bytes, faulty) = (whole(at.kept), whole(at.faulty));
        let separators = (self.width * at.records).min(bytes) + faulty;
        let cells = self.texts * at.records;
        let text = (bytes + faulty * (TURNED - 1)) / self.width * self.texts.min(self.width);
        let numbers = self.numbers * at.records;
        READ + bytes
            + separators * SEPARATOR
            + at.records * RECORD
            + text
            + text / 4
            + cells * CELL
            + numbers * NUMBER
    }
}

#[cfg(test)]
mod tests {
    use assay_ingest::RecordStart;

    use super::*;

    fn costs(width: usize, texts: usize) -> Costs {
        Costs { width, texts, numbers: 3, learnt: Mutex::new(1.0) }
    }

    fn place(records: usize, bytes: u64, faulty: u64) -> SlabSpan {
        let start = RecordStart { offset: 0, record: 1, line: 2 };
        SlabSpan { start, records, bytes, kept: bytes, faulty }
    }

    #[test]
    fn wide_slabs_faulty_ones_and_those_that_are_looked_at_in_full_take_more() {
        let usual = costs(91, 10).of(&place(4_096, 2 << 20, 0));
        let more = [
            costs(91, 91).of(&place(4_096, 2 << 20, 0)),
            costs(91, 10).of(&place(4_096, 2 << 20, 2 << 20)),
            costs(400, 10).of(&place(4_096, 2 << 20, 0)),
        ];
        assert!(more.iter().all(|more| *more > usual), "{usual} and {more:?}");
    }

    #[test]
    fn what_slabs_took_is_what_the_next_will_take() {
        let (costs, at) = (costs(91, 91), place(4_096, 2 << 20, 0));
        let guessed = costs.of(&at);
        costs.learn(&at, guessed * 3);
        assert!(costs.of(&at) > guessed * 3);
        for _ in 0..200 {
            costs.learn(&at, guessed / 4);
        }
        assert!(costs.of(&at) < guessed / 2);
    }
}
