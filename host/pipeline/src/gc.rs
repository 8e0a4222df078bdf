//! Garbage collection: deletes files of attempts that were never published, and replaced runs after a while.
//!
//! Only this module lists a store. A run never does, and deletes only its own files.

mod kept;
mod terms;
mod written;

use assay_sinks::SinkError;
use assay_store::{Cleaning, Key, Store};

use self::kept::{Age, reason};
use self::written::{Attempt, attempts};
use crate::error::RunError;

pub use self::terms::{Findings, Item, Retention, State};

/// Inspects a store. Deletes nothing.
pub fn look(store: &dyn Store, retention: Retention) -> Result<Findings, RunError> {
    Ok(Survey::new(store)?.findings(retention)?.0)
}

/// Inspects a store, and deletes the files that may go.
pub fn clean(store: &dyn Store, retention: Retention) -> Result<Findings, RunError> {
    let survey = Survey::new(store)?;
    let (mut findings, written) = survey.findings(retention)?;
    for (item, attempt) in findings.attempts.iter().zip(&written) {
        // It may have been published since it was inspected. An attempt that is old enough to go is never published again, so this check is
        // redundant; it costs one small read.
        if item.goes && !attempt.is_published(store)? {
            attempt.delete(store, survey.cleaning)?;
        }
    }
    let mut half_written = 0;
    // Everything else below `metadata/` belongs to other programs, such as the results of queries.
    let written = [assay_sinks::staging(), assay_sinks::audits(), assay_sinks::schema_versions()];
    for folder in written {
        half_written += survey.cleaning.sweep(&folder?, retention.grace)?;
    }
    findings.half_written = Some(half_written);
    findings.deleted = true;
    Ok(findings)
}

struct Survey<'a> {
    store: &'a dyn Store,
    cleaning: &'a dyn Cleaning,
}

impl<'a> Survey<'a> {
    fn new(store: &'a dyn Store) -> Result<Self, RunError> {
        let cleaning = store.cleaning().ok_or(RunError::CannotList)?;
        Ok(Self { store, cleaning })
    }

    fn findings(&self, retention: Retention) -> Result<(Findings, Vec<Attempt>), SinkError> {
        let listed = self.cleaning.list(&assay_sinks::staging()?)?;
        let (attempts, unknown) = attempts(listed);
        let mut findings = Findings {
            unknown: unknown.iter().map(Key::to_string).collect(),
            ..Findings::default()
        };
        // Newest first, so that the newest replaced runs are counted first.
        let mut replaced: (String, usize) = (String::new(), 0);
        for attempt in attempts.iter().rev() {
            let state = attempt.state(self.store)?;
            if replaced.0 != attempt.partition {
                replaced = (attempt.partition.clone(), 0);
            }
            let newer = replaced.1;
            replaced.1 += usize::from(state == State::Replaced);
            let (goes, why) = reason(state, Age::of(&attempt.name), newer, retention);
            findings.attempts.push(Item {
                partition: attempt.partition.clone(),
                run_id: attempt.run.clone(),
                attempt: attempt.name.clone(),
                state,
                goes,
                why,
                files: attempt.files.len() as u64,
                bytes: attempt.files.iter().map(|file| file.bytes).sum(),
            });
        }
        findings.attempts.reverse();
        Ok((findings, attempts))
    }
}
