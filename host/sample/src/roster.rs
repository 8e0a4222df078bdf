//! Chooses the next defect: all kinds take turns, each on the first record that fits it.

use crate::defect::Defect;
use crate::template::Cells;

/// The kinds in a circle, and those waiting for a record that fits.
#[derive(Debug)]
pub(crate) struct Roster {
    next: usize,
    waiting: Vec<usize>,
    /// The record on which each kind was last used, for kinds that need a minimum spacing.
    used: Vec<Option<u64>>,
    rows: u64,
}

/// A record and what its neighbours allow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) record: u64,
    /// Whether the record's bytes may be damaged: not next to another damaged record nor at the end of the file,
    /// because a damaged record's end is found by the sound record after it.
    pub(crate) damage: bool,
    /// Whether there is an earlier sound record.
    pub(crate) earlier: bool,
}

impl Roster {
    pub(crate) fn new(kinds: usize, rows: u64) -> Self {
        Self { next: 0, waiting: Vec::new(), used: vec![None; kinds], rows }
    }

    /// Adds one more defect to be placed, of the next kind in turn.
    pub(crate) fn owe(&mut self, defects: &[Defect], record: u64) {
        for _ in 0..defects.len() {
            let kind = self.next;
            self.next = (self.next + 1) % defects.len();
            let spacing = defects[kind].spacing;
            let room = self.used[kind].is_none_or(|used| record - used >= spacing);
            if spacing <= self.rows && room && !self.waiting.contains(&kind) {
                self.waiting.push(kind);
                return;
            }
        }
    }

    /// Takes the first waiting kind that fits this record, if any.
    pub(crate) fn take(
        &mut self,
        defects: &[Defect],
        place: Place,
        cells: &dyn Cells,
    ) -> Option<usize> {
        let at = self.waiting.iter().position(|&kind| {
            let defect = &defects[kind];
            let blocks = defect.damage.is_some_and(crate::raw::Damage::blocks);
            (!blocks || place.damage)
                && (!defect.needs_earlier || place.earlier)
                && defect.applies(cells)
        })?;
        let kind = self.waiting.remove(at);
        self.used[kind] = Some(place.record);
        Some(kind)
    }
}
