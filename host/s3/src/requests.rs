//! Counts of requests, which S3 bills.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::operation::Operation;

/// Requests sent so far; each attempt counts.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    sent: [AtomicU64; Operation::ALL.len()],
    repeated: AtomicU64,
}

/// Number of requests sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// By operation; only operations that were sent.
    pub sent: Vec<(Operation, u64)>,
    /// How many of these were repetitions.
    pub repeated: u64,
}

impl Counters {
    pub(crate) fn count(&self, operation: Operation, is_repeated: bool) {
        self.sent[operation as usize].fetch_add(1, Ordering::Relaxed);
        self.repeated.fetch_add(u64::from(is_repeated), Ordering::Relaxed);
    }

    pub(crate) fn so_far(&self) -> Requests {
        let sent = Operation::ALL.iter().zip(&self.sent);
        let sent = sent.map(|(operation, sent)| (*operation, sent.load(Ordering::Relaxed)));
        Requests {
            sent: sent.filter(|(_, sent)| *sent > 0).collect(),
            repeated: self.repeated.load(Ordering::Relaxed),
        }
    }
}
