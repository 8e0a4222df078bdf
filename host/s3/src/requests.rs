//! How many requests were sent, which is what S3 bills.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::operation::Operation;

/// Requests sent so far, each attempt counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    sent: [AtomicU64; Operation::ALL.len()],
    repeated: AtomicU64,
}

/// How many requests were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Of each operation, those that were sent at all.
    pub sent: Vec<(Operation, u64)>,
    /// How many of all were repetitions.
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
