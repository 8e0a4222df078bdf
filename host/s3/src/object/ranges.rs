//! The ranges of an object that are in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ahead::Ahead;
use crate::error::S3Error;
use crate::settings::RANGE;

/// Ranges that readers are in: the one at the front, and the one before it, in which a record may have begun. Where readers are further apart, less is
/// read ahead.
const UNDER_READERS: usize = 2;

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
    /// Bytes that readers took so far. A range is done with when they took a whole one's bytes elsewhere since they were last in it.
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
            ahead: Ahead::new(most.saturating_sub(UNDER_READERS)),
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
            match known.ranges.get(&number) {
                Some(Slot::Here { bytes, .. }) => return Ok(Arc::clone(bytes)),
                // Told once; who asks again has it sent for again.
                Some(Slot::Failed(_)) => {
                    if let Some(Slot::Failed(error)) = known.ranges.remove(&number) {
                        self.came.notify_all();
                        return Err(error);
                    }
                }
                Some(Slot::Coming) | None => {}
            }
            known = self.came.wait(known).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes room for one more, and says whether there is: those that readers are done with go. If somebody waits for it, then also the farthest
    /// of those that nobody has come to, and at last one that others are in.
    fn make_room(&self, known: &mut Known, is_wanted: bool) -> bool {
        while known.ranges.len() >= self.most {
            let Known { ranges, ahead, clock, .. } = known;
            let rank = |number: u64, asked: u64| {
                let is_done = !ahead.is_ahead(number) && asked + RANGE < *clock;
                if is_done {
                    Some((0, asked))
                } else if !is_wanted {
                    None
                } else if ahead.is_ahead(number) {
                    Some((1, u64::MAX - number))
                } else {
                    Some((2, asked))
                }
            };
            let going = ranges.iter().filter_map(|(number, slot)| match slot {
                Slot::Here { asked, .. } => Some((rank(*number, *asked)?, *number)),
                // A failure that nobody has met.
                Slot::Failed(_) => Some(((0, 0), *number)),
                Slot::Coming => None,
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    /// Reads eighths of ranges, each of which comes as soon as it is sent for. Gives what was sent for, and how many were in memory at most.
    fn read(count: u64, most: usize, numbers: impl Iterator<Item = u64>) -> (Vec<u64>, usize) {
        let ranges = Ranges::new(count * RANGE, most);
        let (sent, mut held) = (RefCell::new(Vec::new()), 0);
        thread::scope(|scope| {
            let (sender, wanted) = channel();
            let ranges = &ranges;
            scope.spawn(move || wanted.iter().for_each(|number| ranges.came(number, Ok(vec![1]))));
            for number in numbers {
                let eighth = usize::try_from(RANGE / 8).expect("it is in memory");
                let send_for = |number| {
                    sent.borrow_mut().push(number);
                    sender.send(number).expect("it listens");
                };
                ranges.take(number, eighth, send_for).expect("it comes");
                held = held.max(ranges.known().ranges.len());
            }
            drop(sender);
        });
        (sent.into_inner(), held)
    }

    /// Readers that are each so many eighths behind the first, in two passes.
    fn passes(count: u64, behind: &[u64]) -> Vec<u64> {
        let last = behind.iter().max().copied().unwrap_or_default();
        let steps = (0..count * 8 + last)
            .flat_map(|step| behind.iter().filter_map(move |behind| step.checked_sub(*behind)));
        let numbers: Vec<u64> =
            steps.filter(|step| *step < count * 8).map(|step| step / 8).collect();
        [numbers.clone(), numbers].concat()
    }

    #[test]
    fn each_range_is_sent_for_once_a_pass() {
        let check = |count: u64, most: usize, behind: &[u64], passes_sent: u64| {
            let (sent, held) = read(count, most, passes(count, behind).into_iter());
            assert_eq!(
                sent.len() as u64,
                passes_sent * count,
                "{count} of {most}, {behind:?}: {sent:?}"
            );
            assert!(held <= most, "{held} of {most}");
        };
        check(40, 8, &[0], 2);
        check(40, 8, &[0, 0, 0, 0], 2);
        check(40, 8, &[0, 1, 2, 3, 4, 5, 6, 7], 2);
        check(40, 8, &[0, 9, 17], 2);
        check(40, 4, &[0, 3], 2);
        check(40, 16, &[0, 4, 8, 12, 16, 20, 24], 2);
        check(1, 8, &[0, 5], 1);
        // What is in memory altogether is not read again.
        check(8, 8, &[0, 3], 1);
    }

    #[test]
    fn a_look_here_and_there_sends_for_no_more() {
        let looks = [99, 50, 10, 70, 30, 99];
        assert_eq!(read(100, 8, looks.into_iter()).0, [99, 50, 10, 70, 30]);
    }
}
