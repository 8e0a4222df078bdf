//! Recovers the report of a published run.

use assay_sinks::documents::{self, Assay, Manifest};
use assay_sinks::{SinkError, read_report, write_audit};
use assay_store::{Key, Store};

use crate::commit;
use crate::report::{Amounts, Records, Report};

/// The report of the run that `manifest` publishes, for the attempt that `asking` belongs to. `at` is the key of the manifest.
///
/// The manifest alone proves that the run is published. Its audit record says more; if it was not written or is gone, it is written again
/// from the report stored beside the run's files. If that is gone too, the report is limited to what the manifest says.
pub(crate) fn report(
    store: &dyn Store,
    manifest: &Manifest,
    at: &Key,
    asking: &Report,
) -> Result<Report, SinkError> {
    let assay = &manifest.assay;
    let (audit, own) = (Key::new(assay.audit.clone())?, Key::new(assay.report.clone())?);
    let mut published: Report = match read_report(store, &audit)? {
        Some(told) => told,
        None => match read_report(store, &own)? {
            Some(told) => {
                write_audit(store, &audit, &told)?;
                told
            }
            None => Report {
                manifest: Some(store.url(at)),
                quarantine: commit::folder(store, assay.rejected.values().flatten())?,
                ..from_manifest(assay, asking)
            },
        },
    };
    published.already_published = true;
    published.attempt.clone_from(&asking.attempt);
    published.started_at.clone_from(&asking.started_at);
    published.source.location.clone_from(&asking.source.location);
    published.notices.extend(asking.notices.iter().cloned());
    Ok(published)
}

fn amounts(sums: &documents::Amounts) -> Amounts {
    Amounts {
        read: sums.read.clone(),
        validated: sums.validated.clone(),
        quarantined: sums.quarantined.clone(),
        summed: sums.summed,
        blank: sums.blank,
        unread: sums.unread,
        malformed: sums.malformed,
        broken: sums.broken,
    }
}

fn from_manifest(assay: &Assay, asking: &Report) -> Report {
    let notice = format!(
        "the audit record `{}` is gone, so this tells what the manifest knows; findings by rule are not among it",
        assay.audit
    );
    let mut notices = asking.notices.clone();
    notices.push(notice);
    Report {
        outcome: assay.outcome.clone(),
        run_id: Some(assay.run_id.clone()),
        ended_at: assay.committed_at.clone(),
        records: Records {
            read: assay.records.read,
            validated: assay.records.validated,
            quarantined: assay.records.quarantined,
            ..Records::default()
        },
        amounts: assay.amounts.iter().map(|(column, it)| (column.clone(), amounts(it))).collect(),
        notices,
        replaces: assay.replaces.clone(),
        superseded_by: assay.superseded_by.clone(),
        ..asking.clone()
    }
}
