//! Which records repeat a key: found in the survey, asked for when slabs are judged.
//!
//! A key is hashed to 128 bits with a random secret, so nobody can make two keys collide and chance will not
//! (a file of 2^34 records: one in 10^18). Hash and record number are sorted in runs that spill to disk.

use std::hash::Hasher;
use std::io;

use assay_model::HostCheck;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::spill::{Sorted, SpillSort};

/// Memory for one rule's keys before they spill: 24 MiB hold a million records' keys, a quarter of a budget that
/// must stay under 256 MiB with several such rules.
const KEY_BUDGET: usize = 24 << 20;
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
    keys: SpillSort<24>,
}

impl KeyCollector {
    /// Starts collecting for a rule.
    pub(crate) fn new(check: HostCheck) -> Self {
        use std::hash::{BuildHasher, RandomState};
        let secret = (RandomState::new().hash_one(1_u8), RandomState::new().hash_one(2_u8));
        Self { check, hasher: KeyHasher { secret }, keys: SpillSort::new(KEY_BUDGET) }
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
            let mut entry = [0; 24];
            entry[..16].copy_from_slice(&hash.to_be_bytes());
            entry[16..].copy_from_slice(&(before + u64::from(record)).to_be_bytes());
            self.keys.push(entry)?;
        }
        Ok(())
    }

    /// Whether keys went to disk.
    pub(crate) fn spilled(&self) -> bool {
        self.keys.spilled()
    }

    /// Finds the records to hit.
    pub(crate) fn finish(self) -> io::Result<Duplicates> {
        let mut hits = SpillSort::<8>::new(HIT_BUDGET);
        let mut sorted = self.keys.into_sorted()?;
        let mut previous: Option<([u8; 16], [u8; 8])> = None;
        let mut in_group = false;
        while let Some(entry) = sorted.next()? {
            let (hash, record) = split(&entry);
            match previous {
                Some((before, first)) if before == hash => {
                    if !in_group && self.check == HostCheck::UniqueEveryMember {
                        hits.push(first)?;
                    }
                    in_group = true;
                    hits.push(record)?;
                }
                _ => in_group = false,
            }
            previous = Some((hash, record));
        }
        Ok(Duplicates { hits: hits.into_sorted()?, peeked: None })
    }
}

fn split(entry: &[u8; 24]) -> ([u8; 16], [u8; 8]) {
    let (hash, record) = entry.split_first_chunk().expect("24 bytes hold 16");
    (*hash, record.try_into().expect("24 bytes less 16 are 8"))
}

/// Record numbers that a uniqueness rule hits, ascending.
#[derive(Debug)]
pub(crate) struct Duplicates {
    hits: Sorted<8>,
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
                    Some(entry) => u64::from_be_bytes(entry),
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
