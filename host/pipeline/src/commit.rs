//! What a run leaves in the store besides its records: the layout it saw, the audit record, and the manifest, which is the commit.

use std::sync::Arc;

use assay_packs::{Identified, Layout};
use assay_sinks::documents::{Assay, Manifest, PackRef, RecordCounts, SchemaVersion, SourceRef};
use assay_sinks::{Partition, Publication, SinkError, audit_unplaced, schema_version};
use assay_store::{Key, Store};

use crate::error::RunError;
use crate::judging::JudgedFile;
use crate::report::Report;
use crate::route::Written;

/// Removes what writes of killed runs left in the partition and in what is shared by all, where the store can look for it.
pub(crate) fn sweep(store: &dyn Store, partition: &Partition) -> Result<(), SinkError> {
    let Some(cleaning) = store.cleaning() else { return Ok(()) };
    cleaning.sweep(&partition.validated()?)?;
    cleaning.sweep(&partition.rejected_folder()?)?;
    for folder in assay_sinks::metadata_folders()? {
        cleaning.sweep(&folder)?;
    }
    Ok(())
}

/// Says where the quarantine is, if there is anything in it.
pub(crate) fn locate_quarantine(
    report: &mut Report,
    store: &dyn Store,
    written: &Written,
) -> Result<(), SinkError> {
    let mut files = written.quarantine.iter().chain(&written.findings).chain(&written.repairs);
    if let Some(file) = files.next() {
        let key = Key::new(file.key.clone())?;
        let url = store.url(&key);
        report.quarantine = url.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    }
    Ok(())
}

/// Takes back the part files of a refused run. The quarantine stays: it says why.
pub(crate) fn withdraw(store: &dyn Store, written: &Written) -> Result<(), SinkError> {
    for part in &written.parts {
        store.delete(&Key::new(part.key.clone())?)?;
    }
    Ok(())
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

/// Writes the audit record, then the manifest: the commit.
pub(crate) fn publish(
    report: &mut Report,
    store: &dyn Store,
    publication: Publication<'_>,
    partition: &Partition,
    identified: &Identified,
    judged: &JudgedFile,
) -> Result<(), RunError> {
    let run = report.run_id.clone().expect("a judged file has a run");
    let audit = partition.audit(&report.attempt)?;
    report.manifest = Some(store.url(&partition.manifest()?));
    report.replaces = publication.current().map(|current| current.assay.run_id.clone());
    write_audit(store, Some(partition), report)?;
    let manifest = manifest(report, identified, judged, &run, &audit);
    let url =
        |key: &str| Key::new(key.to_owned()).map_or_else(|_| key.to_owned(), |key| store.url(&key));
    publication.commit(Manifest::new(manifest, url))?;
    Ok(())
}

fn manifest(
    report: &Report,
    identified: &Identified,
    judged: &JudgedFile,
    run: &str,
    audit: &Key,
) -> Assay {
    let Written { parts, quarantine, findings, repairs, .. } = &judged.written;
    let rejected = [("quarantine", quarantine), ("findings", findings), ("repairs", repairs)];
    Assay {
        version: assay_sinks::documents::VERSION,
        run_id: run.to_owned(),
        replaces: None,
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
                };
                (column.clone(), sums)
            })
            .collect(),
        parts: parts.clone(),
        rejected: rejected
            .into_iter()
            .map(|(kind, files)| (kind.to_owned(), files.clone()))
            .collect(),
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

/// Reads the audit record that a manifest names.
pub(crate) fn read_audit(store: &dyn Store, key: &str) -> Result<Report, SinkError> {
    assay_sinks::read_audit(store, &Key::new(key.to_owned())?)
}
