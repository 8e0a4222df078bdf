//! What a run leaves in the store besides its records: the layout it saw, the audit record, and the manifest, which is the commit.

use std::sync::Arc;

use assay_packs::{Identified, Layout};
use assay_sinks::documents::{Assay, PackRef, PartEntry, RecordCounts, SchemaVersion, SourceRef};
use assay_sinks::{Partition, SinkError, audit_unplaced, schema_version};
use assay_store::{Key, Store};

use crate::judging::JudgedFile;
use crate::report::Report;
use crate::route::Written;

/// Says where the quarantine is, if there is anything in it.
pub(crate) fn locate_quarantine(
    report: &mut Report,
    store: &dyn Store,
    written: &Written,
) -> Result<(), SinkError> {
    let files = written.quarantine.iter().chain(&written.findings).chain(&written.repairs);
    report.quarantine = folder(store, files)?;
    Ok(())
}

/// Where the folder of these files is, if there are any.
pub(crate) fn folder<'a>(
    store: &dyn Store,
    mut files: impl Iterator<Item = &'a PartEntry>,
) -> Result<Option<String>, SinkError> {
    let Some(file) = files.next() else { return Ok(None) };
    let url = store.url(&Key::new(file.key.clone())?);
    Ok(url.rsplit_once('/').map(|(folder, _)| folder.to_owned()))
}

/// What was seen of a file's header. A header that is no known layout belongs to no dataset, which is then empty.
pub(crate) fn layout_seen(
    dataset: &str,
    header: &[String],
    layout: Option<&Arc<Layout>>,
    report: &Report,
) -> SchemaVersion {
    SchemaVersion {
        version: assay_sinks::documents::VERSION,
        dataset: dataset.to_owned(),
        fingerprint: assay_packs::fingerprint(header).to_string(),
        name: layout.map(|layout| layout.name().to_owned()),
        columns: header.to_vec(),
        canonical: layout.map_or(header, |layout| layout.columns()).to_vec(),
        seen_at: report.started_at.clone(),
        source: report.source.name.clone().unwrap_or_default(),
        attempt: report.attempt.clone(),
    }
}

/// Writes that a layout was seen, by a run that is to be published or else by an attempt.
pub(crate) fn write_layout(
    store: &dyn Store,
    seen: &SchemaVersion,
    seen_by: &str,
) -> Result<(), SinkError> {
    let fingerprint = assay_packs::fingerprint(&seen.columns);
    let key = schema_version(&seen.dataset, &fingerprint.short(), seen_by)?;
    assay_sinks::write_schema_version(store, &key, seen)
}

/// What names the files of a run: what is committed.
pub(crate) fn manifest(
    report: &Report,
    identified: &Identified,
    judged: &JudgedFile,
    own_report: &Key,
    audit: &Key,
) -> Assay {
    let Written { parts, quarantine, findings, repairs, .. } = &judged.written;
    let rejected = [("quarantine", quarantine), ("findings", findings), ("repairs", repairs)];
    Assay {
        version: assay_sinks::documents::VERSION,
        run_id: report.run_id.clone().unwrap_or_default(),
        attempt: report.attempt.clone(),
        replaces: None,
        mends: None,
        superseded_by: report.superseded_by.clone(),
        outcome: report.outcome.clone(),
        dataset: identified.dataset.clone(),
        kind: identified.kind.clone(),
        partition: report.partition.clone(),
        layout: identified.layout.name().to_owned(),
        pack: PackRef {
            name: report.pack.clone().unwrap_or_default(),
            digest: identified.pack.digest().to_string(),
        },
        plugins: report
            .plugins
            .iter()
            .map(|(name, digest)| (name.clone(), digest.clone()))
            .collect(),
        source: SourceRef {
            name: report.source.name.clone().unwrap_or_default(),
            bytes: judged.summary.bytes,
            digest: report.source.digest.clone().unwrap_or_default(),
        },
        records: RecordCounts {
            read: report.records.read,
            validated: report.records.validated,
            quarantined: report.records.quarantined,
        },
        amounts: report
            .amounts
            .iter()
            .map(|(column, sums)| {
                let sums = assay_sinks::documents::Amounts {
                    read: sums.read.clone(),
                    validated: sums.validated.clone(),
                    quarantined: sums.quarantined.clone(),
                    summed: sums.summed,
                    blank: sums.blank,
                    unread: sums.unread,
                    malformed: sums.malformed,
                    broken: sums.broken,
                };
                (column.clone(), sums)
            })
            .collect(),
        parts: parts.clone(),
        rejected: rejected
            .into_iter()
            .map(|(kind, files)| (kind.to_owned(), files.clone()))
            .collect(),
        report: own_report.to_string(),
        audit: audit.to_string(),
        committed_at: report.ended_at.clone(),
    }
}

/// Writes the audit record of an attempt, whatever came of it.
pub(crate) fn write_audit(
    store: &dyn Store,
    partition: Option<&Partition>,
    report: &mut Report,
) -> Result<(), SinkError> {
    let key = match partition {
        Some(partition) => partition.audit(&report.attempt)?,
        None => audit_unplaced(&report.attempt)?,
    };
    report.report = Some(store.url(&key));
    assay_sinks::write_audit(store, &key, report)
}
