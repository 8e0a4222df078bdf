//! The ranges of an object that are in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ahead::Ahead;
use crate::error::S3Error;
use crate::settings::RANGE;

/// Ranges that stay for readers who are behind: the one at the front, and the one before it, in which a record may have begun.
const BEHIND: usize = 2;

/// Some ranges: on their way, or there.
#[derive(Debug)]
pub(super) struct Ranges {
    state: Mutex<Known>,
    came: Condvar,
    /// Ranges at most.
    most: usize,
    count: u64,
    range: usize,
}

#[derive(Debug)]
struct Known {
    ranges: BTreeMap<u64, Slot>,
    ahead: Ahead,
    /// Counts readers' questions, so that the range that nobody has asked for for longest is known.
    clock: u64,
    /// Memory of ranges that went.
    spare: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Slot {
    Coming,
    Here { bytes: Arc<Vec<u8>>, asked: u64 },
    Failed(S3Error),
}

impl Ranges {
    /// None of an object of `len` bytes, and at most `most` at a time.
    pub(super) fn new(len: u64, most: usize) -> Self {
        let count = len.div_ceil(RANGE);
        let most = most.min(usize::try_from(count).unwrap_or(usize::MAX).max(1));
        let known = Known {
            ranges: BTreeMap::new(),
            ahead: Ahead::new(most.saturating_sub(BEHIND)),
            clock: 0,
            spare: Vec::new(),
        };
        let range = usize::try_from(RANGE.min(len)).expect("a range is in memory");
        Self { state: Mutex::new(known), came: Condvar::new(), most, count, range }
    }

    /// Bytes of memory that they take at most.
    pub(super) fn memory(&self) -> usize {
        self.most * self.range
    }

    /// Waits for a range. `send_for` sends for one that is not there yet, and returns at once.
    pub(super) fn take(
        &self,
        number: u64,
        send_for: impl Fn(u64),
    ) -> Result<Arc<Vec<u8>>, S3Error> {
        let mut known = self.known();
        let is_known = known.ranges.contains_key(&number);
        let next = known.ahead.asked(number, is_known);
        loop {
            if !known.ranges.contains_key(&number) && self.make_room(&mut known, true) {
                known.ranges.insert(number, Slot::Coming);
                send_for(number);
            }
            // What is next does not wait for this one.
            for number in next.start..next.end.min(self.count) {
                if !known.ranges.contains_key(&number) && self.make_room(&mut known, false) {
                    known.ranges.insert(number, Slot::Coming);
                    send_for(number);
                }
            }
            known.clock += 1;
            let now = known.clock;
            match known.ranges.remove(&number) {
                Some(Slot::Here { bytes, .. }) => {
                    let given = Arc::clone(&bytes);
                    known.ranges.insert(number, Slot::Here { bytes, asked: now });
                    return Ok(given);
                }
                // Told once; who asks again has it sent for again.
                Some(Slot::Failed(error)) => {
                    self.came.notify_all();
                    return Err(error);
                }
                Some(Slot::Coming) => {
                    known.ranges.insert(number, Slot::Coming);
                }
                None => {}
            }
            known = self.came.wait(known).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes room for one more, and says whether there is. Nothing that readers have yet to come to goes, unless somebody waits.
    fn make_room(&self, known: &mut Known, is_wanted: bool) -> bool {
        while known.ranges.len() >= self.most {
            let Known { ranges, ahead, .. } = known;
            let going = ranges.iter().filter_map(|(number, slot)| match slot {
                Slot::Here { .. } if !is_wanted && ahead.is_ahead(*number) => None,
                Slot::Here { asked, .. } => Some((ahead.is_ahead(*number), *asked, *number)),
                // A failure that nobody has met.
                Slot::Failed(_) => Some((false, 0, *number)),
                Slot::Coming => None,
            });
            let Some((.., going)) = going.min() else { return false };
            if let Some(Slot::Here { bytes, .. }) = ranges.remove(&going)
                && let Ok(bytes) = Arc::try_unwrap(bytes)
            {
                known.spare.push(bytes);
            }
        }
        true
    }

    /// Memory for a range, which another had.
    pub(super) fn spare(&self) -> Vec<u8> {
        self.known().spare.pop().unwrap_or_default()
    }

    /// A range came, or did not.
    pub(super) fn came(&self, number: u64, fetched: Result<Vec<u8>, S3Error>) {
        let mut known = self.known();
        let asked = known.clock;
        let slot = match fetched {
            Ok(bytes) => Slot::Here { bytes: Arc::new(bytes), asked },
            Err(error) => Slot::Failed(error),
        };
        known.ranges.insert(number, slot);
        self.came.notify_all();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
