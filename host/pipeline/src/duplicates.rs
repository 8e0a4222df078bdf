//! Finds records that repeat a key: detected by the survey, looked up when slabs are judged.
//!
//! A key is hashed to 128 bits with a random secret, so nobody can construct a collision, and an accidental one is negligible (one in 10^18
//! for a file of 2^34 records). Hashes are compared partition by partition, on all cores.

use std::hash::Hasher;
use std::io;
use std::sync::Mutex;

use assay_model::HostCheck;
use rayon::prelude::*;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::flow::hold;
use crate::partitions::{Entry, PARTITIONS, Partitions};
use crate::spill::{Sorted, SpillSort};

/// Bytes of a key in memory, and the fraction of its partition's room that keys may fill before they are spilled: vectors double, and the
/// last doubling must not be made for a few more keys.
const KEY_BYTES: usize = 24;
const FILLED: (usize, usize) = (15, 16);

/// Memory for the record numbers of duplicates before they are spilled, in bytes.
const HIT_BUDGET: usize = 4 << 20;

/// Number of hits collected before they are handed over: 8 KiB.
const HITS: usize = 1_024;

/// A record's key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) hash: u128,
    /// Record number, counting from 1 at the start of the outline.
    pub(crate) record: u32,
}

/// Hashes keys. Keys of the same rule are comparable, those of different rules are not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyHasher {
    secret: (u64, u64),
}

impl KeyHasher {
    /// Hashes the parts of a key, in order.
    pub(crate) fn hash(self, parts: impl Iterator<Item = impl AsRef<[u8]>>) -> u128 {
        let mut hasher = SipHasher13::new_with_keys(self.secret.0, self.secret.1);
        for part in parts {
            let part = part.as_ref();
            // The length keeps ("ab", "c") and ("a", "bc") apart.
            hasher.write_usize(part.len());
            hasher.write(part);
        }
        hasher.finish128().as_u128()
    }
}

/// Collects the keys of one rule.
#[derive(Debug)]
pub(crate) struct KeyCollector {
    check: HostCheck,
    hasher: KeyHasher,
    keys: Partitions,
    /// Number of keys.
    count: u64,
}

impl KeyCollector {
    /// Starts collecting for a rule, using at most `bytes` of memory.
    pub(crate) fn new(check: HostCheck, bytes: usize) -> Self {
        use std::hash::{BuildHasher, RandomState};
        let secret = (RandomState::new().hash_one(1_u8), RandomState::new().hash_one(2_u8));
        Self {
            check,
            hasher: KeyHasher { secret },
            keys: Partitions::new(most_keys(bytes)),
            count: 0,
        }
    }

    /// The hasher for this rule's keys.
    pub(crate) fn hasher(&self) -> KeyHasher {
        self.hasher
    }

    /// Adds keys of records that are preceded by `before` others.
    pub(crate) fn add(
        &mut self,
        before: u64,
        keys: impl IntoIterator<Item = Key>,
    ) -> io::Result<()> {
        for Key { hash, record } in keys {
            self.keys.push(Entry::new(hash, before + u64::from(record)))?;
            self.count += 1;
        }
        Ok(())
    }

    /// Number of records with a key.
    pub(crate) fn keys(&self) -> u64 {
        self.count
    }

    /// Whether keys were spilled to disk.
    pub(crate) fn spilled(&self) -> bool {
        self.keys.spilled()
    }

    /// Finds the records that the rule hits.
    pub(crate) fn finish(self) -> io::Result<Duplicates> {
        let first = self.check == HostCheck::UniqueEveryMember;
        let hits = Mutex::new(SpillSort::new(HIT_BUDGET));
        let hand_over = |found: &mut Vec<u64>| {
            let mut hits = hold(&hits);
            found.drain(..).try_for_each(|hit| hits.push(hit))
        };
        let keys = self.keys.gathered()?;
        let at_once = rayon::current_num_threads();
        (0..PARTITIONS).into_par_iter().try_for_each(|partition| {
            let mut found = Vec::with_capacity(HITS);
            keys.repeated(partition, first, at_once, |hit| {
                found.push(hit);
                if found.len() == HITS { hand_over(&mut found) } else { Ok(()) }
            })?;
            hand_over(&mut found)
        })?;
        let hits = hits.into_inner().expect("no thread panicked");
        Ok(Duplicates { hits: hits.into_sorted()?, peeked: None })
    }
}

/// Number of keys that fit in `bytes`: the capacity of a partition is a power of two, as that of a vector.
fn most_keys(bytes: usize) -> usize {
    let each = bytes / (PARTITIONS * KEY_BYTES);
    let room = each.next_power_of_two() >> usize::from(!each.is_power_of_two());
    (room * PARTITIONS / FILLED.1 * FILLED.0).max(1)
}

/// Record numbers hit by a uniqueness rule, ascending.
#[derive(Debug)]
pub(crate) struct Duplicates {
    hits: Sorted,
    peeked: Option<u64>,
}

impl Duplicates {
    /// Returns those below `end` that were not yet returned. Must be called with ascending ends.
    pub(crate) fn take_below(&mut self, end: u64) -> io::Result<Vec<u64>> {
        let mut taken = Vec::new();
        loop {
            let next = match self.peeked.take() {
                Some(record) => record,
                None => match self.hits.next()? {
                    Some(record) => record,
                    None => return Ok(taken),
                },
            };
            if next >= end {
                self.peeked = Some(next);
                return Ok(taken);
            }
            taken.push(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(check: HostCheck, keys: &[(u32, &[&str])]) -> KeyCollector {
        let mut collector = KeyCollector::new(check, 1 << 20);
        let hasher = collector.hasher();
        let key =
            |&(record, parts): &(u32, &[&str])| Key { hash: hasher.hash(parts.iter()), record };
        collector.add(0, keys.iter().map(key)).unwrap();
        collector
    }

    fn check(check: HostCheck, keys: &[(u32, &[&str])], expected: &[u64]) {
        let collector = collect(check, keys);
        let mut duplicates = collector.finish().unwrap();
        assert_eq!(duplicates.take_below(u64::MAX).unwrap(), expected);
    }

    #[test]
    fn the_first_by_position_is_kept_or_none() {
        let keys: &[(u32, &[&str])] =
            &[(1, &["a"]), (2, &["b"]), (3, &["a"]), (4, &["c"]), (5, &["a"]), (6, &["b"])];
        check(HostCheck::UniqueKeepFirst, keys, &[3, 5, 6]);
        check(HostCheck::UniqueEveryMember, keys, &[1, 2, 3, 5, 6]);
    }

    #[test]
    fn parts_do_not_run_together() {
        check(HostCheck::UniqueKeepFirst, &[(1, &["ab", "c"]), (2, &["a", "bc"])], &[]);
    }

    #[test]
    fn hits_are_given_slab_by_slab() {
        let same: Vec<(u32, &[&str])> = (1..=10).map(|record| (record, &["same"][..])).collect();
        let collector = collect(HostCheck::UniqueKeepFirst, &same);
        let mut duplicates = collector.finish().unwrap();
        assert_eq!(duplicates.take_below(5).unwrap(), [2, 3, 4]);
        assert_eq!(duplicates.take_below(5).unwrap(), [] as [u64; 0]);
        assert_eq!(duplicates.take_below(9).unwrap(), [5, 6, 7, 8]);
        assert_eq!(duplicates.take_below(100).unwrap(), [9, 10]);
    }
}
