//! The ranges of an object that are in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ahead::Ahead;
use crate::error::{S3Error, Target};
use crate::fault::Fault;
use crate::settings::Memory;

/// Ranges that readers are in: the one at the front and the one before it, in which a record may have begun. If readers are further apart,
/// less is read ahead.
const UNDER_READERS: usize = 2;

/// A range that was read to its end is kept until readers have taken this many ranges' worth of bytes since its last use. If a piece of a
/// file does not begin where it was expected to, it is read again when its turn comes. By then other threads are up to four 1 MiB pieces
/// per thread further on: two ranges with four threads. With 1, a run fetched 2 to 10 of 240 ranges twice; with 2, read-ahead waits a
/// little longer for room.
const ELSEWHERE: u64 = 2;

/// Ranges that are in memory or on their way.
#[derive(Debug)]
pub(super) struct Ranges {
    state: Mutex<Known>,
    came: Condvar,
    /// Maximum number of ranges in memory.
    most: usize,
    count: u64,
    /// Bytes per range.
    range: u64,
    /// Bytes of the whole object.
    len: u64,
}

#[derive(Debug)]
struct Known {
    ranges: BTreeMap<u64, Slot>,
    ahead: Ahead,
    /// Bytes taken by readers so far.
    clock: u64,
    /// Memory of evicted ranges, for reuse.
    spare: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Slot {
    Coming,
    Here {
        bytes: Arc<Vec<u8>>,
        /// Value of `clock` when a reader last used it.
        asked: u64,
        /// Bytes taken from it by readers.
        taken: u64,
    },
    Failed(S3Error),
}

impl Ranges {
    /// Creates an empty set for an object of `len` bytes, limited by `memory`.
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

    /// Maximum memory of the ranges in bytes.
    pub(super) fn memory(&self) -> usize {
        self.most * usize::try_from(self.range).expect("a range is in memory")
    }

    /// Waits for a range, of which `count` bytes will be read. `send_for` requests a missing range and returns at once. Fails if the range
    /// could not be fetched.
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
            // Report a failure once, before read-ahead takes its slot; the next reader makes a new request.
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
            // Read-ahead does not wait for this range.
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

    /// Makes room for one more range and returns whether there is room. Evicts ranges that readers have left behind. If a reader is waiting
    /// (`is_wanted`), also evicts, in this order: ranges read to their end, the farthest range ahead of all readers, and finally one still
    /// in use.
    ///
    /// A range not read to its end is kept longer: threads take slabs in order, and one that is held up before reading comes back to a
    /// range that the others left long ago. Once even that time has passed, it counts as left behind: a reader only looked into it.
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
                // A failure not yet reported gives way to a waiting reader, but not to read-ahead: a reader may be about to receive it, and
                // one range after another would be requested in its place and fail.
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

    /// Prepares to fetch a range.
    pub(super) fn coming(ranges: Arc<Self>, number: u64, target: Target) -> Coming {
        Coming { ranges, number, target, is_over: false }
    }

    /// Stores a fetched range, or its failure.
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

/// A range on its way. Its readers are told however it ends.
#[derive(Debug)]
pub(super) struct Coming {
    ranges: Arc<Ranges>,
    number: u64,
    target: Target,
    is_over: bool,
}

impl Coming {
    /// Returns memory of an evicted range for reuse.
    pub(super) fn spare(&self) -> Vec<u8> {
        self.ranges.known().spare.pop().unwrap_or_default()
    }

    /// Stores the range, or its failure.
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
