//! Which records repeat a key: found in the survey, asked for when slabs are judged.
//!
//! A key is hashed to 128 bits with a random secret, so nobody can make two keys collide and chance will not
//! (a file of 2^34 records: one in 10^18). Hashes are compared partition by partition, on all cores.

use std::hash::Hasher;
use std::io;

use assay_model::HostCheck;
use rayon::prelude::*;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::partitions::{Entry, Partitions, Share, repeated};
use crate::spill::{Sorted, SpillSort};

/// Keys of one rule in memory before they spill: 24 MiB, an eighth of a budget that must stay under 256 MiB with several such rules.
/// A little below a power of two a partition, at which vectors would double.
const KEYS: usize = 256 * 3_800;

/// Shares of the keys compared at once: 24 MB with their tables, as much as the keys in memory, and several for each thread.
const SHARES: usize = 32;

/// Memory for the numbers of duplicates before they spill.
const HIT_BUDGET: usize = 4 << 20;

/// A record's key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) hash: u128,
    /// Its number, counting from 1 where the records it was found among begin.
    pub(crate) record: u32,
}

/// Makes keys. Those of one rule are comparable, others are not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyHasher {
    secret: (u64, u64),
}

impl KeyHasher {
    /// The hash of a key: its parts, in order.
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

/// Gathers one rule's keys.
#[derive(Debug)]
pub(crate) struct KeyCollector {
    check: HostCheck,
    hasher: KeyHasher,
    keys: Partitions,
}

impl KeyCollector {
    /// Starts collecting for a rule.
    pub(crate) fn new(check: HostCheck) -> Self {
        use std::hash::{BuildHasher, RandomState};
        let secret = (RandomState::new().hash_one(1_u8), RandomState::new().hash_one(2_u8));
        Self { check, hasher: KeyHasher { secret }, keys: Partitions::new(KEYS) }
    }

    /// Makes this rule's keys.
    pub(crate) fn hasher(&self) -> KeyHasher {
        self.hasher
    }

    /// Adds keys of records before which there are `before` others.
    pub(crate) fn add(
        &mut self,
        before: u64,
        keys: impl IntoIterator<Item = Key>,
    ) -> io::Result<()> {
        for Key { hash, record } in keys {
            self.keys.push(Entry::new(hash, before + u64::from(record)))?;
        }
        Ok(())
    }

    /// Whether keys went to disk.
    pub(crate) fn spilled(&self) -> bool {
        self.keys.spilled()
    }

    /// Finds the records to hit.
    pub(crate) fn finish(self) -> io::Result<Duplicates> {
        let first = self.check == HostCheck::UniqueEveryMember;
        let mut hits = SpillSort::new(HIT_BUDGET);
        for shares in self.keys.shares().chunks(SHARES) {
            let find = |share: &Share| {
                let mut found = Vec::new();
                self.keys
                    .with(*share, |entries| repeated(entries, first, |hit| found.push(hit)))
                    .map(|()| found)
            };
            let found: Vec<Vec<u64>> = shares.par_iter().map(find).collect::<io::Result<_>>()?;
            found.into_iter().flatten().try_for_each(|hit| hits.push(hit))?;
        }
        Ok(Duplicates { hits: hits.into_sorted()?, peeked: None })
    }
}

/// Record numbers that a uniqueness rule hits, ascending.
#[derive(Debug)]
pub(crate) struct Duplicates {
    hits: Sorted,
    peeked: Option<u64>,
}

impl Duplicates {
    /// Those below `end` that were not given yet. Called with ascending ends.
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
        let mut collector = KeyCollector::new(check);
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
