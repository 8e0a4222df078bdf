//! The memory budget of a run, in bytes, and its leases.
//!
//! Memory that grows with the data is leased before it is allocated. The rest is reserved from the beginning: a share for the allocator,
//! one for the program itself, one for each thread. Leases are granted in one place, in file order ([`crate::flow`]), and the first item in
//! that order always proceeds, if need be with [`Budget::lease_anyway`]. So there is no deadlock.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The memory limit of a run, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit(usize);

impl MemoryLimit {
    /// 256 MiB: seven slabs of an ordinary file under way besides the row group, which keeps four cores busy and fits the smallest
    /// containers.
    pub const DEFAULT: Self = Self(256 << 20);

    /// The minimum: 128 MiB, which is what an ordinary file needs with one slab of everything. A file with thousands of columns or with
    /// records of mebibytes needs up to 232 MiB, which is below the default.
    pub const LEAST: Self = Self(128 << 20);

    /// The limit in bytes.
    pub fn bytes(self) -> usize {
        self.0
    }

    /// Maximum number of threads: one for each 16 MiB, an eighth of which is reserved for the thread itself.
    pub(crate) fn threads(self) -> usize {
        self.0 / (THREAD * 8)
    }

    /// Bytes that can be leased.
    pub(crate) fn room(self, besides: Besides) -> usize {
        (self.0 - self.0 / ALLOCATOR).saturating_sub(besides.bytes())
    }

    /// Whether `leased` bytes are within the limit. The allocator's share counts as available here: slabs are estimated before they are
    /// measured, and a small underestimate is not worth a notice.
    pub(crate) fn holds(self, leased: usize, besides: Besides) -> bool {
        leased + besides.bytes() <= self.0
    }

    /// The smallest limit with room for `leased` bytes, rounded up to whole MiB so that it is easy to type.
    pub(crate) fn with_room(leased: usize, besides: Besides) -> Self {
        let bytes = (leased + besides.bytes()) * ALLOCATOR;
        Self(bytes.div_ceil(ALLOCATOR - 1).next_multiple_of(1 << 20))
    }

    /// For the keys of all uniqueness rules until they spill to disk: a quarter, leaving as much for the pieces under way.
    pub(crate) fn keys(self) -> usize {
        self.0 / 4
    }

    /// For the measures of plugins, which are kept until the end: a sixteenth. By default, room for some hundred thousand; file-level rules
    /// have a few for each column.
    pub(crate) fn measures(self) -> usize {
        self.0 / 16
    }
}

/// The allocator's share is one part in this many: memory that it caches for reuse, and fragmentation.
const ALLOCATOR: usize = 8;

/// Reserved for the program itself: packs, plans, compiled plugins, tables of libraries. 16 MiB, twice what the widest pack was observed to
/// take.
const PROGRAM: usize = 16 << 20;

/// Reserved per thread: its stack, and a compressor of a little more than 1 MiB.
const THREAD: usize = 2 << 20;

/// Reserved per column: the plan, the layout, schemas, the report. One record of 5,000 columns took 36 MiB more than one of two columns.
const COLUMN: usize = 8 << 10;

/// What memory is reserved for from the beginning, apart from the allocator's share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Besides {
    pub(crate) threads: usize,
    /// Bytes of read-ahead.
    pub(crate) ahead: usize,
    /// Columns of the file.
    pub(crate) columns: usize,
}

impl Besides {
    fn bytes(self) -> usize {
        PROGRAM + self.threads * THREAD + self.ahead + self.columns.saturating_mul(COLUMN)
    }
}

/// A text is not a valid memory limit.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadMemory {
    /// It is not a number of bytes.
    #[error("`{0}` is not a number of bytes; expected one such as `268435456`, `256MiB` or `2GiB`")]
    Unreadable(String),
    /// It is too little to run with.
    #[error("`{0}` is too little; a run needs at least {least}", least = MemoryLimit::LEAST)]
    TooLittle(String),
}

impl FromStr for MemoryLimit {
    type Err = BadMemory;

    fn from_str(text: &str) -> Result<Self, BadMemory> {
        let bytes = text.parse().ok().or_else(|| assay_packs::parse_bytes(text));
        let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let limit = Self(bytes.ok_or_else(|| BadMemory::Unreadable(text.to_owned()))?);
        if limit.0 < Self::LEAST.0 {
            return Err(BadMemory::TooLittle(text.to_owned()));
        }
        Ok(limit)
    }
}

impl fmt::Display for MemoryLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, bytes) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
            if self.0.is_multiple_of(bytes) {
                return write!(f, "{}{unit}", self.0 / bytes);
            }
        }
        write!(f, "{}B", self.0)
    }
}

/// Bytes that can be leased.
#[derive(Debug)]
pub(crate) struct Budget {
    room: usize,
    leased: AtomicUsize,
    /// Peak of leased bytes.
    most: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(room: usize) -> Arc<Self> {
        Arc::new(Self { room, leased: AtomicUsize::new(0), most: AtomicUsize::new(0) })
    }

    /// Leases `bytes` if they are available.
    pub(crate) fn lease(self: &Arc<Self>, bytes: usize) -> Option<Lease> {
        let with = |leased: usize| leased.checked_add(bytes).filter(|leased| *leased <= self.room);
        let order = (Ordering::AcqRel, Ordering::Acquire);
        let before = self.leased.fetch_update(order.0, order.1, with).ok()?;
        self.most.fetch_max(before + bytes, Ordering::AcqRel);
        Some(Lease { budget: Arc::clone(self), bytes })
    }

    /// Leases `bytes` even if they are not available: for work that must proceed so that other work can. No other lease succeeds until
    /// enough is returned.
    pub(crate) fn lease_anyway(self: &Arc<Self>, bytes: usize) -> Lease {
        self.add(bytes);
        Lease { budget: Arc::clone(self), bytes }
    }

    /// Whether more is leased than there is room for.
    pub(crate) fn is_overdrawn(&self) -> bool {
        self.leased.load(Ordering::Acquire) > self.room
    }

    /// Peak of leased bytes: above the room if work that had to proceed took more.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::Acquire)
    }

    fn add(&self, bytes: usize) {
        let leased = self.leased.fetch_add(bytes, Ordering::AcqRel) + bytes;
        self.most.fetch_max(leased, Ordering::AcqRel);
    }
}

/// Leased bytes, returned on drop.
#[derive(Debug)]
pub(crate) struct Lease {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Lease {
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Changes the lease to `bytes`: the measured size in place of an estimate.
    pub(crate) fn resize(&mut self, bytes: usize) {
        if bytes >= self.bytes {
            self.budget.add(bytes - self.bytes);
        } else {
            self.budget.leased.fetch_sub(self.bytes - bytes, Ordering::AcqRel);
        }
        self.bytes = bytes;
    }

    /// Merges another lease into this one.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.budget.leased.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        let check = |text: &str, expected: Option<&str>| {
            let limit = text.parse::<MemoryLimit>().map(|limit| limit.to_string());
            assert_eq!(limit.ok().as_deref(), expected, "{text}");
        };
        check("268435456", Some("256MiB"));
        check("2GiB", Some("2GiB"));
        check("200 MiB", Some("200MiB"));
        check("150000001", Some("150000001B"));
        for bad in ["", "256MB", "-1", "lots", "0", "127MiB", "99999999999GiB"] {
            check(bad, None);
        }
    }

    #[test]
    fn what_is_leased_comes_back() {
        let budget = Budget::new(100);
        let mut one = budget.lease(60).expect("there is room");
        assert!(budget.lease(41).is_none());
        let two = budget.lease(40).expect("there is room");
        assert!(budget.lease(1).is_none());
        let more = budget.lease_anyway(50);
        drop(two);
        assert!(budget.lease(1).is_none(), "more was taken than there was");
        one.join(more);
        one.resize(30);
        assert!(budget.lease(71).is_none());
        assert_eq!(budget.lease(70).map(|lease| lease.bytes()), Some(70));
        drop(one);
        assert!(budget.lease(100).is_some());
    }

    #[test]
    fn the_most_that_was_leased_is_known_afterwards() {
        let check = |act: fn(&Arc<Budget>), expected: usize| {
            let budget = Budget::new(100);
            act(&budget);
            assert_eq!(budget.most(), expected);
        };
        check(|budget| drop(budget.lease(100)), 100);
        check(|budget| drop(budget.lease(101)), 0);
        check(|budget| drop(budget.lease_anyway(101)), 101);
        check(|budget| drop((budget.lease(60), budget.lease_anyway(50))), 110);
        check(|budget| budget.lease(60).expect("there is room").resize(130), 130);
        check(|budget| budget.lease_anyway(130).resize(60), 130);
    }

    #[test]
    fn the_limit_that_is_advised_has_the_room_and_the_next_smaller_has_not() {
        let check = |needed, threads, ahead, columns| {
            let besides = Besides { threads, ahead, columns };
            let limit = MemoryLimit::with_room(needed, besides);
            assert!(limit.room(besides) >= needed, "{limit}");
            assert!(limit.holds(needed, besides), "{limit}");
            let less = MemoryLimit(limit.bytes() - (1 << 20));
            assert!(less.room(besides) < needed, "{limit}");
        };
        check(1, 1, 0, 1);
        check(100 << 20, 2, 0, 91);
        check(200_000_001, 16, 64 << 20, 5_000);
    }

    #[test]
    fn the_least_limit_leaves_room() {
        let limit = MemoryLimit::LEAST;
        let besides = Besides { threads: limit.threads(), ahead: 0, columns: 91 };
        assert!(limit.room(besides) > limit.bytes() / 2);
    }
}
