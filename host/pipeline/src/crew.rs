//! The workers that judge slabs: as many as there are slabs judged concurrently, and no more, because each has its own memory and plugin
//! instances.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::flow::hold;
use crate::memory::{Budget, Lease};
use crate::worker::Worker;

/// The hired workers, and the estimated memory of another.
#[derive(Debug)]
pub(crate) struct Crew {
    budget: Arc<Budget>,
    idle: Mutex<Vec<(Worker, Lease)>>,
    hired: AtomicUsize,
    /// Slabs that were admitted and are not yet judged.
    open: AtomicUsize,
    /// Maximum memory of a worker so far, in bytes.
    needs: AtomicUsize,
}

/// Permission to have a slab judged.
#[derive(Debug)]
pub(crate) struct Turn {
    /// Memory for a worker that has to be hired.
    lease: Option<Lease>,
}

impl Crew {
    /// `needs`: estimated memory of a worker until one has run, in bytes.
    pub(crate) fn new(budget: Arc<Budget>, needs: usize) -> Self {
        Self {
            budget,
            idle: Mutex::default(),
            hired: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            needs: AtomicUsize::new(needs),
        }
    }

    /// Permission for one more slab, if there is a worker for it or room for another. Must not be called concurrently.
    pub(crate) fn turn(&self) -> Option<Turn> {
        let lease = if self.open.load(Ordering::Acquire) < self.hired.load(Ordering::Acquire) {
            None
        } else {
            Some(self.budget.lease(self.needs.load(Ordering::Acquire))?)
        };
        self.open.fetch_add(1, Ordering::AcqRel);
        Some(Turn { lease })
    }

    /// The same for the slab that must not wait.
    pub(crate) fn turn_anyway(&self) -> Turn {
        self.turn().unwrap_or_else(|| {
            self.open.fetch_add(1, Ordering::AcqRel);
            Turn { lease: None }
        })
    }

    /// Judges a slab on an idle worker, or on a new one.
    pub(crate) fn judge<T>(&self, turn: Turn, judge: impl FnOnce(&mut Worker) -> T) -> T {
        let idle = hold(&self.idle).pop();
        let (mut worker, mut lease) = idle.unwrap_or_else(|| {
            self.hired.fetch_add(1, Ordering::AcqRel);
            let needs = self.needs.load(Ordering::Acquire);
            (Worker::default(), turn.lease.unwrap_or_else(|| self.budget.lease_anyway(needs)))
        });
        let judged = judge(&mut worker);
        lease.resize(worker.memory_bytes());
        self.needs.fetch_max(lease.bytes(), Ordering::AcqRel);
        hold(&self.idle).push((worker, lease));
        self.open.fetch_sub(1, Ordering::AcqRel);
        judged
    }

    /// One of the workers, once all slabs have been judged.
    pub(crate) fn into_worker(self) -> Worker {
        let idle = self.idle.into_inner().expect("no thread panicked");
        idle.into_iter().next().map_or_else(Worker::default, |(worker, _)| worker)
    }
}
