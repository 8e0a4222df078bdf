//! Recycled memory, so that the next slab need not ask the system for any.

use std::sync::{Arc, Mutex};

use assay_ingest::Slab;
use assay_model::{Cells, Column};

use crate::flow::hold;
use crate::memory::{Budget, Lease};

/// A finished slab and its columns: memory for the next.
#[derive(Debug, Default)]
pub(crate) struct Used {
    pub(crate) slab: Option<Slab>,
    pub(crate) columns: Vec<Column>,
}

impl Used {
    fn memory(&self) -> usize {
        self.slab.as_ref().map_or(0, Slab::memory)
            + self.columns.iter().map(Column::memory).sum::<usize>()
    }
}

/// Memory that can be reused, with its leases.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    kept: Mutex<Vec<(Used, Lease)>>,
}

impl Spare {
    /// Leases `bytes` for the next slab, including those of one recycled slab. If there is not enough, other recycled memory is released.
    pub(crate) fn lease(&self, budget: &Arc<Budget>, bytes: usize) -> Option<(Used, Lease)> {
        let mut kept = hold(&self.kept);
        let last = kept.pop();
        let own = last.as_ref().map_or(0, |(_, lease)| lease.bytes());
        loop {
            if let Some(mut lease) = budget.lease(bytes.saturating_sub(own)) {
                let Some((used, before)) = last else { return Some((Used::default(), lease)) };
                lease.join(before);
                return Some((used, lease));
            }
            if kept.pop().is_none() {
                kept.extend(last);
                return None;
            }
        }
    }

    /// The same, even if the bytes are not available.
    pub(crate) fn lease_anyway(&self, budget: &Arc<Budget>, bytes: usize) -> (Used, Lease) {
        self.lease(budget, bytes).unwrap_or_else(|| {
            hold(&self.kept).clear();
            (Used::default(), budget.lease_anyway(bytes))
        })
    }

    /// Takes back the memory leased for a slab that has not been started.
    pub(crate) fn take_back(&self, used: Used, mut lease: Lease) {
        lease.resize(used.memory());
        hold(&self.kept).push((used, lease));
    }

    /// Keeps a slab, and those of its columns that hold text; the others have no memory worth keeping.
    pub(crate) fn keep(&self, slab: Slab, columns: impl Iterator<Item = Column>, lease: Lease) {
        let worth =
            |column: &Column| matches!(column.cells, Cells::Text(_) | Cells::Dictionary { .. });
        let columns: Vec<Column> = columns.filter(worth).collect();
        self.take_back(Used { slab: Some(slab), columns }, lease);
    }
}
