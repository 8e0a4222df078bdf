//! What a run leaves in the store besides its records: the layout it saw, the audit record, and the manifest, which is the commit.

use std::sync::Arc;

use assay_packs::{Identified, Layout};
use assay_sinks::documents::{Assay, PackRef, PartEntry, RecordCounts, SchemaVersion, SourceRef};
use assay_sinks::{Partition, SinkError, audit_unplaced, schema_version};
use assay_store::{Key, Store};

use crate::judging::JudgedFile;
use crate::report::Report;
use crate::route::Written;

/// Adds the location of the quarantine to the report, if anything was held back.
pub(crate) fn locate_quarantine(
    report: &mut Report,
    store: &dyn Store,
    written: &Written,
) -> Result<(), SinkError> {
    let files = written.quarantine.iter().chain(&written.findings).chain(&written.repairs);
    report.quarantine = folder(store, files)?;
    Ok(())
}

/// The folder of these files, if there are any.
pub(crate) fn folder<'a>(
    store: &dyn Store,
    mut files: impl Iterator<Item = &'a PartEntry>,
) -> Result<Option<String>, SinkError> {
    let Some(file) = files.next() else { return Ok(None) };
    let url = store.url(&Key::new(file.key.clone())?);
    Ok(url.rsplit_once('/').map(|(folder, _)| folder.to_owned()))
}

/// Hexadecimal digits of a fingerprint in the key of a header, as returned by [`assay_model::Digest::short`].
const FINGERPRINT_SHORT: usize = 16;

/// Maximum size of the recorded part of an unknown header, and of one of its names, in bytes. A header may be as long as a record and
/// contain anything: 512 KiB are thousands of columns with names of a hundred characters, and anything longer than 1 KiB is not a name.
const NOTED_BYTES: usize = 512 << 10;
const NAME_BYTES: usize = 1 << 10;

/// Describes a file's header. An unknown header belongs to no dataset, so the dataset is empty.
pub(crate) fn layout_seen(
    dataset: &str,
    header: &[String],
    layout: Option<&Arc<Layout>>,
    report: &Report,
) -> SchemaVersion {
    let columns = if layout.is_some() { header.to_vec() } else { noted(header) };
    SchemaVersion {
        version: assay_sinks::documents::VERSION,
        dataset: dataset.to_owned(),
        fingerprint: assay_packs::fingerprint(header).to_string(),
        name: layout.map(|layout| layout.name().to_owned()),
        left_out: header.len() - columns.len(),
        canonical: layout.map_or(columns.as_slice(), |layout| layout.columns()).to_vec(),
        columns,
        seen_at: report.started_at.clone(),
        source: report.source.name.clone().unwrap_or_default(),
        attempt: report.attempt.clone(),
    }
}

/// The first names of an unknown header.
fn noted(header: &[String]) -> Vec<String> {
    let mut left = NOTED_BYTES;
    let cut = |name: &String| {
        if name.len() <= NAME_BYTES {
            return name.clone();
        }
        format!("{}…", &name[..name.floor_char_boundary(NAME_BYTES)])
    };
    let fits = |name: &String| {
        // Including the JSON quotes and comma.
        left.checked_sub(name.len() + 3).inspect(|rest| left = *rest).is_some()
    };
    header.iter().map(cut).take_while(fits).collect()
}

/// Records that a layout was seen, by a run that will be published or by an attempt only.
pub(crate) fn write_layout(
    store: &dyn Store,
    seen: &SchemaVersion,
    seen_by: &str,
) -> Result<(), SinkError> {
    // Short, as everywhere else; the list of columns may be incomplete.
    let short = seen.fingerprint.get(..FINGERPRINT_SHORT).unwrap_or(&seen.fingerprint);
    let key = schema_version(&seen.dataset, short, seen_by)?;
    assay_sinks::write_schema_version(store, &key, seen)
}

/// The manifest, which names the files of a run. Writing it is the commit.
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

/// Writes the audit record of an attempt, whatever its outcome.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_of_a_strange_header_does_not_grow_with_it() {
        let check = |header: &[String], listed: usize| {
            let noted = noted(header);
            assert_eq!(noted.len(), listed);
            assert!(serde_json::to_vec(&noted).unwrap().len() <= NOTED_BYTES + 2);
        };
        let names = |count: usize, name: &str| vec![name.to_owned(); count];
        check(&names(91, "Physician_Profile_ID"), 91);
        check(&names(2_000_000, "a"), NOTED_BYTES / 4);
        check(&names(2, &"é".repeat(2 << 20)), 2);
        check(&names(2_000, &"é".repeat(1_000)), NOTED_BYTES / (NAME_BYTES + 6));
    }
}
