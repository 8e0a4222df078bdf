//! The ranges of an object that are in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ahead::Ahead;
use crate::error::{S3Error, Target};
use crate::fault::Fault;
use crate::settings::Memory;

/// Ranges that readers are in: the one at the front, and the one before it, in which a record may have begun. Where readers are further apart, less is
/// read ahead.
const UNDER_READERS: usize = 2;

/// Ranges' bytes that readers take elsewhere before one is done with that was read to its end. A piece of a file is looked at once more when its turn comes if it does not begin where it was thought
/// to, and by then others are up to four pieces of a MiB a thread further on: two ranges on four threads. With one, a run fetched 2 to 10 of 240 ranges
/// twice; with two, what is read ahead waits for its place a little longer.
const ELSEWHERE: u64 = 2;

/// Some ranges: on their way, or there.
#[derive(Debug)]
pub(super) struct Ranges {
    state: Mutex<Known>,
    came: Condvar,
    /// Ranges at most.
    most: usize,
    count: u64,
    /// Bytes of one.
    range: u64,
    /// Bytes of all.
    len: u64,
}

#[derive(Debug)]
struct Known {
    ranges: BTreeMap<u64, Slot>,
    ahead: Ahead,
    /// Bytes that readers took so far.
    clock: u64,
    /// Memory of ranges that went.
    spare: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Slot {
    Coming,
    Here {
        bytes: Arc<Vec<u8>>,
        /// When somebody was last in it, by the clock.
        asked: u64,
        /// Bytes of it that readers took.
        taken: u64,
    },
    Failed(S3Error),
}

impl Ranges {
    /// None of an object of `len` bytes, and never more of it than that.
    pub(super) fn new(len: u64, memory: Memory) -> Self {
        let count = len.div_ceil(memory.range_bytes);
        let most = memory.ranges.min(usize::try_from(count).unwrap_or(usize::MAX).max(1));
        let known = Known {
            ranges: BTreeMap::new(),
            ahead: Ahead::new(most.saturating_sub(UNDER_READERS)),
            clock: 0,
            spare: Vec::new(),
        };
        let range = memory.range_bytes.min(len);
        Self { state: Mutex::new(known), came: Condvar::new(), most, count, range, len }
    }

    /// Bytes of memory that they take at most.
    pub(super) fn memory(&self) -> usize {
        self.most * usize::try_from(self.range).expect("a range is in memory")
    }

    /// Waits for a range. `send_for` sends for one that is not there yet, and returns at once.
    pub(super) fn take(
        &self,
        number: u64,
        count: usize,
        send_for: impl Fn(u64),
    ) -> Result<Arc<Vec<u8>>, S3Error> {
        let mut known = self.known();
        known.clock += count as u64;
        let is_known = known.ranges.contains_key(&number);
        let next = known.ahead.asked(number, is_known);
        loop {
            let now = known.clock;
            if let Some(Slot::Here { asked, .. }) = known.ranges.get_mut(&number) {
                *asked = now;
            }
            // Told once, and before what is next takes its place; who asks again has it sent for again.
            if let Some(Slot::Failed(_)) = known.ranges.get(&number)
                && let Some(Slot::Failed(error)) = known.ranges.remove(&number)
            {
                self.came.notify_all();
                return Err(error);
            }
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
            if let Some(Slot::Here { bytes, taken, .. }) = known.ranges.get_mut(&number) {
                *taken += count as u64;
                return Ok(Arc::clone(bytes));
            }
            known = self.came.wait(known).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes room for one more, and says whether there is: those that readers are done with go. If somebody waits for it, then also those that
    /// were read to their end, then the farthest of those that nobody has come to, and at last one that others are in.
    ///
    /// What was not read to its end is waited for: threads take slabs in their order, and one that is held up between that and reading comes back to
    /// a range that the others left long ago. Unless that is so long ago that it was only looked into.
    fn make_room(&self, known: &mut Known, is_wanted: bool) -> bool {
        while known.ranges.len() >= self.most {
            let Known { ranges, ahead, clock, .. } = known;
            let rank = |number: u64, asked: u64, taken: u64| {
                let is_read = taken >= self.range.min(self.len - number * self.range);
                let elsewhere = if is_read { ELSEWHERE } else { self.most as u64 };
                if !ahead.is_ahead(number) && asked + elsewhere * self.range < *clock {
                    Some((0, asked))
                } else if !is_wanted {
                    None
                } else if ahead.is_ahead(number) {
                    Some((2, u64::MAX - number))
                } else {
                    Some((if is_read { 1 } else { 3 }, asked))
                }
            };
            let going = ranges.iter().filter_map(|(number, slot)| match slot {
                Slot::Here { asked, taken, .. } => Some((rank(*number, *asked, *taken)?, *number)),
                // A failure that nobody has met goes for who wants something else. For what is only likely to be next it stays: somebody may be about to meet it, and one after
                // the other would be sent for in its place, and fail.
                Slot::Failed(_) if is_wanted => Some(((0, 0), *number)),
                Slot::Failed(_) | Slot::Coming => None,
            });
            let Some((_, going)) = going.min() else { return false };
            if let Some(Slot::Here { bytes, .. }) = ranges.remove(&going)
                && let Ok(bytes) = Arc::try_unwrap(bytes)
            {
                known.spare.push(bytes);
            }
        }
        true
    }

    /// Begins to fetch a range.
    pub(super) fn coming(ranges: Arc<Self>, number: u64, target: Target) -> Coming {
        Coming { ranges, number, target, is_over: false }
    }

    /// A range came, or did not.
    fn came(&self, number: u64, fetched: Result<Vec<u8>, S3Error>) {
        let mut known = self.known();
        let asked = known.clock;
        let slot = match fetched {
            Ok(bytes) => Slot::Here { bytes: Arc::new(bytes), asked, taken: 0 },
            Err(error) => Slot::Failed(error),
        };
        known.ranges.insert(number, slot);
        self.came.notify_all();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A range on its way. However that ends, its readers hear of it.
#[derive(Debug)]
pub(super) struct Coming {
    ranges: Arc<Ranges>,
    number: u64,
    target: Target,
    is_over: bool,
}

impl Coming {
    /// Memory for it, which another range had.
    pub(super) fn spare(&self) -> Vec<u8> {
        self.ranges.known().spare.pop().unwrap_or_default()
    }

    /// It came, or did not.
    pub(super) fn came(mut self, fetched: Result<Vec<u8>, S3Error>) {
        self.is_over = true;
        self.ranges.came(self.number, fetched);
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        if !self.is_over {
            let fault = Fault::body("reading ended before it was done");
            self.ranges.came(self.number, Err(S3Error::new(&self.target, fault, 1)));
        }
    }
}

#[cfg(test)]
mod tests;
