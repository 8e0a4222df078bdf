//! Publishing: what may prevent it before a run, and the commit at the end of the run.

use assay_packs::Identified;
use assay_sinks::documents::{Manifest, SchemaVersion};
use assay_sinks::{
    Committed, OwnFiles, Partition, Publication, SinkError, Standing, Versions, report_bytes,
};
use assay_store::{Key, Store, StoreError};

use crate::commit;
use crate::error::{RunError, chain};
use crate::judging::JudgedFile;
use crate::published;
use crate::report::{Reason, Replaced, Report};
use crate::request::Replacing;

/// A run that will publish its output unless the file is refused.
pub(crate) struct Publishing<'a> {
    store: &'a dyn Store,
    partition: &'a Partition,
    publication: Publication<'a>,
    versions: Option<Versions<'a>>,
    own: OwnFiles<'a>,
}

/// The result of starting a publication.
pub(crate) enum Beginning<'a> {
    /// There is work to do.
    Ready(Box<Publishing<'a>>),
    /// The run is already published; this is its report.
    Published(Box<Report>),
    /// It would replace something that it must not replace.
    Refused(Reason),
}

/// The successful endings of a publication.
pub(crate) enum Ending {
    /// The attempt is published.
    Published,
    /// Another attempt at the same run was faster; this is the report of the published run.
    ByTwin(Box<Report>),
}

impl<'a> Publishing<'a> {
    /// Examines what is published, and notes in `report` what will be replaced.
    pub(crate) fn begin(
        store: &'a dyn Store,
        partition: &'a Partition,
        run: &str,
        identified: &Identified,
        replacing: &Replacing,
        report: &mut Report,
    ) -> Result<Beginning<'a>, RunError> {
        let publication = Publication::begin(store, partition)?;
        let versions = Versions::of(store, partition, identified.newest_by.as_deref())?;
        let standing = publication.standing(run)?;
        if let (Standing::Published, Some(current)) = (&standing, publication.current()) {
            let told = told(store, partition, current, versions.as_ref(), report)?;
            return Ok(Beginning::Published(Box::new(told)));
        }
        if let Standing::Damaged(damaged) = &standing {
            for damage in damaged {
                report.notices.push(format!("{damage}; the published run is written again"));
            }
        } else {
            report.replaced = publication.current().map(replaced);
            report.replaces = report.replaced.as_ref().map(|it| it.run_id.clone());
            if let Some(reason) = forbidden(replacing, report.replaced.as_ref()) {
                return Ok(Beginning::Refused(reason));
            }
        }
        report.superseded_by = versions.as_ref().map(Versions::newer).transpose()?.flatten();
        let folders = partition.attempt(run, &report.attempt)?;
        let own = OwnFiles::new(store, folders);
        Ok(Beginning::Ready(Box::new(Self { store, partition, publication, versions, own })))
    }

    /// The files of the attempt.
    pub(crate) fn own(&self) -> &OwnFiles<'a> {
        &self.own
    }

    /// Deletes the output of a file that is refused.
    pub(crate) fn refuse(self, report: &mut Report) {
        forget_what_goes(report);
        note_withdrawal(report, self.own.withdraw_validated());
    }

    /// Deletes everything written, after a failure.
    pub(crate) fn give_up(self, report: &mut Report) {
        forget_what_goes(report);
        report.quarantine = None;
        note_withdrawal(report, self.own.withdraw_all());
    }

    /// The commit: writes the run's report, then the manifest that names it, then the records that announce the publication.
    ///
    /// Until the manifest is written, nothing that a reader follows has changed. After that the run is published. If the attempt ends
    /// there, the next attempt completes it: it finds the report and copies it to the audit.
    pub(crate) fn commit(
        self,
        report: &mut Report,
        identified: &Identified,
        judged: &JudgedFile,
        seen: &SchemaVersion,
    ) -> Result<Ending, RunError> {
        let Self { store, partition, publication, versions, own } = self;
        let sending = Sending { store, partition, own: &own, identified, judged, seen };
        match sending.send(publication, report) {
            Ok(Sent { committed: Committed::Now { unconfirmed }, audit, bytes }) => {
                report.notices.extend(unconfirmed);
                let told = store.ensure(&audit, &bytes).map(drop).map_err(SinkError::from);
                let told = told.and_then(|()| versions.map_or(Ok(()), |it| it.advance()));
                told.map(|()| Ending::Published).map_err(|source| RunError::Unfinished { source })
            }
            Ok(Sent { committed: Committed::ByTwin, .. }) => {
                note_withdrawal(report, own.withdraw_all());
                let now = Publication::begin(store, partition)?;
                let current = now.current().ok_or(RunError::ManifestGone)?;
                let told = told(store, partition, current, versions.as_ref(), report)?;
                Ok(Ending::ByTwin(Box::new(told)))
            }
            Err(error) => {
                let sent = matches!(&error, RunError::Sink(SinkError::Undecided { .. }));
                (report.manifest, report.report) = (None, None);
                forget_what_goes(report);
                if !sent {
                    // Nothing names the files, and nothing ever will. If that is not certain, they are left to `assay gc`.
                    report.quarantine = None;
                    note_withdrawal(report, own.withdraw_all());
                }
                Err(error)
            }
        }
    }
}

/// The inputs of a commit.
struct Sending<'a> {
    store: &'a dyn Store,
    partition: &'a Partition,
    own: &'a OwnFiles<'a>,
    identified: &'a Identified,
    judged: &'a JudgedFile,
    seen: &'a SchemaVersion,
}

/// A commit, and the announcements still to be written.
struct Sent {
    committed: Committed,
    audit: Key,
    bytes: Vec<u8>,
}

impl Sending<'_> {
    fn send(&self, publication: Publication<'_>, report: &mut Report) -> Result<Sent, RunError> {
        let Self { store, partition, own, identified, judged, seen } = *self;
        commit::write_layout(store, seen, report.run_id.as_deref().unwrap_or_default())?;
        let audit = partition.audit(&report.attempt)?;
        report.manifest = Some(store.url(&partition.manifest()?));
        report.report = Some(store.url(&audit));
        let bytes = report_bytes(report, &audit)?;
        let own_report = own.report(&bytes)?;
        let manifest = commit::manifest(report, identified, judged, &own_report, &audit);
        let url = |key: &str| {
            Key::new(key.to_owned()).map_or_else(|_| key.to_owned(), |key| store.url(&key))
        };
        let committed = publication.commit(Manifest::new(manifest, url))?;
        Ok(Sent { committed, audit, bytes })
    }
}

/// The report of the published run, with the version that supersedes it now: when it was published, it may have been the newest.
fn told(
    store: &dyn Store,
    partition: &Partition,
    current: &Manifest,
    versions: Option<&Versions<'_>>,
    asking: &Report,
) -> Result<Report, RunError> {
    if let Some(versions) = versions {
        // The attempt that published may have been killed before this step.
        versions.advance()?;
    }
    let mut told = published::report(store, current, &partition.manifest()?, asking)?;
    if let Some(newer) = versions.map(Versions::newer).transpose()?.flatten() {
        told.superseded_by = Some(newer);
    }
    Ok(told)
}

fn replaced(current: &Manifest) -> Replaced {
    let it = &current.assay;
    Replaced {
        run_id: it.run_id.clone(),
        source: it.source.name.clone(),
        read: it.records.read,
        validated: it.records.validated,
        quarantined: it.records.quarantined,
        committed_at: it.committed_at.clone(),
    }
}

/// Why a run must not continue, if what it would replace is not what the request allows.
fn forbidden(replacing: &Replacing, replaced: Option<&Replaced>) -> Option<Reason> {
    let there = || match replaced {
        Some(it) => format!(
            "run `{}` of `{}` is published for this partition ({} records, {})",
            it.run_id, it.source, it.validated, it.committed_at
        ),
        None => "nothing is published for this partition".to_owned(),
    };
    let message = match replacing {
        Replacing::Anything => return None,
        Replacing::Nothing if replaced.is_none() => return None,
        Replacing::Run(run) if replaced.is_some_and(|it| it.run_id == *run) => return None,
        Replacing::Nothing => format!(
            "{}, and --no-replace forbids replacing it; leave the option out, or name the run with --expect-run",
            there()
        ),
        Replacing::Run(run) => format!(
            "expected to replace run `{run}`, and {}; check what has been published since, then name that run or leave out --expect-run",
            there()
        ),
    };
    Some(Reason { code: "replaces".to_owned(), message })
}

/// A run that is not published replaces nothing.
fn forget_what_goes(report: &mut Report) {
    (report.replaces, report.replaced, report.superseded_by) = (None, None, None);
}

fn note_withdrawal(report: &mut Report, withdrawn: Result<(), StoreError>) {
    if let Err(error) = withdrawn {
        let text = "files of this attempt could not be removed; nothing refers to them, and `assay gc` removes them";
        report.notices.push(format!("{text}: {}", chain(&error)));
    }
}
