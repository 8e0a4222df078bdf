//! The workers that judge slabs: as many as there are slabs judged concurrently, and no more, because each has its own memory and plugin
//! instances.

use std::sync::{Arc, Mutex};

use crate::flow::hold;
use crate::memory::{Budget, Lease};
use crate::worker::Worker;

/// The hired workers, and the estimated memory of another.
#[derive(Debug)]
pub(crate) struct Crew {
    budget: Arc<Budget>,
    staff: Mutex<Staff>,
}

#[derive(Debug)]
struct Staff {
    idle: Vec<(Worker, Lease)>,
    hired: usize,
    /// Slabs that were admitted and are not yet judged.
    open: usize,
    /// Maximum memory of a worker so far, in bytes.
    needs: usize,
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
        Self { budget, staff: Mutex::new(Staff { idle: Vec::new(), hired: 0, open: 0, needs }) }
    }

    /// Permission for one more slab, if there is a worker for it or room for another.
    pub(crate) fn turn(&self) -> Option<Turn> {
        let mut staff = hold(&self.staff);
        let lease =
            if staff.open < staff.hired { None } else { Some(self.budget.lease(staff.needs)?) };
        staff.open += 1;
        Some(Turn { lease })
    }

    /// The same for the slab that must not wait.
    pub(crate) fn turn_anyway(&self) -> Turn {
        self.turn().unwrap_or_else(|| {
            hold(&self.staff).open += 1;
            Turn { lease: None }
        })
    }

    /// Judges a slab on an idle worker, or on a new one.
    pub(crate) fn judge<T>(&self, turn: Turn, judge: impl FnOnce(&mut Worker) -> T) -> T {
        let (mut worker, mut lease) = self.worker(turn);
        let judged = judge(&mut worker);
        lease.resize(worker.memory_bytes());
        let mut staff = hold(&self.staff);
        staff.needs = staff.needs.max(lease.bytes());
        staff.idle.push((worker, lease));
        staff.open -= 1;
        judged
    }

    fn worker(&self, turn: Turn) -> (Worker, Lease) {
        let mut staff = hold(&self.staff);
        staff.idle.pop().unwrap_or_else(|| {
            staff.hired += 1;
            let lease = turn.lease.unwrap_or_else(|| self.budget.lease_anyway(staff.needs));
            (Worker::default(), lease)
        })
    }

    /// Dismisses idle workers for which there is no slab, as long as more memory is leased than there is.
    pub(crate) fn shrink(&self) {
        let mut staff = hold(&self.staff);
        while self.budget.is_overdrawn() && staff.open < staff.hired {
            if staff.idle.pop().is_none() {
                return;
            }
            staff.hired -= 1;
        }
    }

    /// One of the workers, once all slabs have been judged.
    pub(crate) fn into_worker(self) -> Worker {
        let staff = self.staff.into_inner().expect("no thread panicked");
        staff.idle.into_iter().next().map_or_else(Worker::default, |(worker, _)| worker)
    }
}

#[cfg(test)]
mod tests {
    use assay_model::{Cells, Column, Text};

    use super::*;

    /// What a worker does that then has memory.
    fn work(worker: &mut Worker) {
        let mut text = Text::default();
        text.push(&[b'x'; 1_000]);
        let column = Column { cells: Cells::Text(text), valid: None, malformed: None };
        worker.memory(vec![column]);
    }

    /// A crew that judged two slabs at once, with `room` bytes besides what its workers took.
    fn two_idle(room: usize) -> Crew {
        let mut worker = Worker::default();
        work(&mut worker);
        let crew = Crew::new(Budget::new(2 * worker.memory_bytes() + room), 0);
        let turns = (crew.turn().expect("room"), crew.turn().expect("room"));
        crew.judge(turns.0, |one| {
            crew.judge(turns.1, work);
            work(one);
        });
        crew
    }

    #[test]
    fn workers_without_a_slab_are_dismissed_when_memory_is_short() {
        let check = |room: usize, leased: usize, open: usize, expected: usize| {
            let crew = two_idle(room);
            let _other = crew.budget.lease_anyway(leased);
            let turns: Vec<Turn> = (0..open).map(|_| crew.turn().expect("idle workers")).collect();
            crew.shrink();
            let left = hold(&crew.staff).idle.len();
            assert_eq!(left, expected, "{room} bytes of room, {leased} leased, {open} open");
            drop(turns);
        };
        check(100, 100, 0, 2);
        check(100, 101, 0, 1);
        check(100, 1 << 20, 0, 0);
        check(100, 1 << 20, 1, 1);
        check(100, 1 << 20, 2, 2);
    }
}
