//! The account of a run: the report filled in, what must hold checked, the commit made.

use std::sync::Arc;
use std::time::Instant;

use assay_ingest::Summary;
use assay_model::{FileOutcome, FileResultOutcome, Level, RecordOutcome};
use assay_packs::{Identified, Layout, Pack};
use assay_sinks::documents::{Assay, Manifest, PackRef, RecordCounts, SchemaVersion, SourceRef};
use assay_sinks::{Partition, audit_unplaced, schema_version};
use assay_sinks::{Publication, SinkError};
use assay_store::{Key, Store};

use crate::error::RunError;
use crate::host_rules::OWNER;
use crate::judging::JudgedFile;
use crate::message::excerpt;
use crate::plan::{Plan, RunRule, Scope};
use crate::report::{Amounts, Example, FileFinding, Reason, Records, Report, RuleReport};
use crate::route::Written;
use crate::survey::Survey;
use crate::totals::decimal;

/// Time since `began` in milliseconds.
pub(crate) fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What the survey says of the source.
pub(crate) fn source(report: &mut Report, survey: &Survey) {
    let summary = &survey.summary;
    let source = &mut report.source;
    source.bytes = Some(summary.bytes);
    source.digest = Some(format!("blake3:{}", survey.digest));
    source.byte_order_mark = summary.bom_bytes > 0;
    source.blank_lines = summary.blank_lines;
    source.crlf_records = summary.crlf_records;
    source.lone_carriage_returns = summary.lone_crs;
}

/// Notes that a rule of the host about the file does not hold.
pub(crate) fn file_rule_fails(report: &mut Report, rule: &RunRule, observed: &str, expected: &str) {
    if rule.level > Level::Off {
        report.file_findings.push(FileFinding {
            rule: rule.code.to_string(),
            level: rule.level.to_string(),
            outcome: "failed".to_owned(),
            title: rule.title.clone(),
            observed: observed.to_owned(),
            expected: expected.to_owned(),
        });
    }
}

/// What the host's own rules say of the file as a whole.
pub(crate) fn whole_file(report: &mut Report, plan: &Plan, summary: &Summary) {
    let mut fails = |rule: usize, observed: &str, expected: &str| {
        file_rule_fails(report, &plan.rules[rule], observed, expected);
    };
    if summary.records == 0 {
        fails(plan.host.no_records, "a header and nothing else", "records");
    } else if !summary.ends_with_line_ending {
        let observed = "no line ending after the last record";
        fails(plan.host.final_newline, observed, "a line ending");
    }
    if summary.lone_crs > 0 {
        let observed = match summary.lone_crs {
            1 => "1 carriage return without a line feed, read as data".to_owned(),
            count => format!("{count} carriage returns without a line feed, read as data"),
        };
        fails(plan.host.lone_carriage_return, &observed, "CRLF or LF");
    }
}

/// Fills in what was judged, and checks what must hold.
pub(crate) fn fill(report: &mut Report, plan: &Plan, judged: &JudgedFile) -> Result<(), RunError> {
    let totals = &judged.totals;
    report.records = Records {
        read: totals.read,
        validated: totals.validated(),
        quarantined: totals.quarantined(),
        passed: totals.outcome(RecordOutcome::Passed),
        repaired: totals.outcome(RecordOutcome::Repaired),
        warned: totals.outcome(RecordOutcome::Warned),
    };
    for (amount, sums) in plan.amounts.iter().zip(&totals.amounts) {
        let validated = if judged.everything {
            judged.written.sums[amount.column]
        } else {
            sums.read - sums.quarantined
        };
        report.amounts.insert(
            plan.names[amount.column].clone(),
            Amounts {
                read: decimal(sums.read, amount.scale),
                validated: decimal(validated, amount.scale),
                quarantined: decimal(sums.quarantined, amount.scale),
                without_value: sums.without_value + judged.summary.blocked,
            },
        );
    }
    for (rule, result) in &judged.file_results {
        file_result(report, &plan.rules[*rule], result);
    }
    let failed: Vec<_> = report.file_findings.iter().map(|it| it.rule.as_str()).collect();
    let rules = plan.rules.iter().zip(0..);
    report.rules = rules
        .map(|(rule, index)| (rule.code.to_string(), rule_report(rule, judged, index, &failed)))
        .collect();
    count_findings(report, plan, judged);
    invariants(report, plan, judged)
}

fn file_result(report: &mut Report, rule: &RunRule, result: &assay_model::FileResult) {
    let outcome = match result.outcome {
        FileResultOutcome::Passed | FileResultOutcome::Skipped => return,
        FileResultOutcome::Failed => "failed",
        FileResultOutcome::Errored => "errored",
    };
    if rule.level > Level::Off {
        report.file_findings.push(FileFinding {
            rule: rule.code.to_string(),
            level: rule.level.to_string(),
            outcome: outcome.to_owned(),
            title: rule.title.clone(),
            observed: excerpt(result.observed.as_bytes()),
            expected: excerpt(result.expected.as_bytes()),
        });
    }
}

/// `failed`: codes of the rules about the file that do not hold.
fn rule_report(rule: &RunRule, judged: &JudgedFile, index: usize, failed: &[&str]) -> RuleReport {
    let mut count = judged.totals.rules[index];
    if rule.owner == OWNER && rule.scope == Scope::File {
        count.evaluated = 1;
        count.failed = u64::from(failed.contains(&rule.code.as_str()));
    }
    for (_, result) in judged.file_results.iter().filter(|(of, _)| *of == index) {
        count.evaluated = 1;
        match result.outcome {
            FileResultOutcome::Failed => count.failed = 1,
            FileResultOutcome::Errored => count.errored = 1,
            FileResultOutcome::Skipped => (count.evaluated, count.skipped) = (0, 1),
            FileResultOutcome::Passed => {}
        }
    }
    let examples = judged.totals.examples[index]
        .iter()
        .map(|example| Example {
            record: example.position.record,
            line: example.position.line,
            offset: example.position.offset,
            message: example.message.clone(),
        })
        .collect();
    RuleReport {
        owner: rule.owner.clone(),
        class: rule.class.to_string(),
        level: rule.level.to_string(),
        title: rule.title.clone(),
        evaluated: count.evaluated,
        passed: count.evaluated.saturating_sub(count.failed + count.errored),
        failed: count.failed,
        skipped: count.skipped,
        errored: count.errored,
        repaired: count.repaired,
        examples,
    }
}

fn count_findings(report: &mut Report, plan: &Plan, judged: &JudgedFile) {
    let mut add = |rule: &str, level: &str, count: u64| {
        if count > 0 {
            let levels = report.findings.entry(rule.to_owned()).or_default();
            *levels.entry(level.to_owned()).or_insert(0) += count;
        }
    };
    for (rule, count) in plan.rules.iter().zip(&judged.totals.rules) {
        let code = rule.code.as_str();
        add(code, rule.level.as_str(), count.failed + count.errored);
        add(code, "repaired", count.repaired);
    }
    for finding in &report.file_findings {
        add(&finding.rule, &finding.level, 1);
    }
}

/// What must hold in every run. A run that breaks one publishes nothing.
fn invariants(report: &mut Report, plan: &Plan, judged: &JudgedFile) -> Result<(), RunError> {
    let totals = &judged.totals;
    let parts: u64 = judged.written.parts.iter().map(|part| part.rows).sum();
    let held: u64 = judged.written.quarantine.iter().map(|file| file.rows).sum();
    let mut broken = Vec::new();
    let mut check = |name: &str, holds: bool, what: String| {
        report.invariants.insert(name.to_owned(), holds);
        if !holds {
            broken.push(what);
        }
    };
    check(
        "records_are_conserved",
        totals.read == totals.validated() + totals.quarantined()
            && (!judged.everything
                || (parts == totals.validated() && held == totals.quarantined())),
        format!(
            "{} records read, {parts} rows in part files, {held} in the quarantine",
            totals.read
        ),
    );
    check("bytes_tile_the_input", judged.summary.tiles(), format!("{:?}", judged.summary));
    for (amount, sums) in plan.amounts.iter().zip(&totals.amounts) {
        let validated = judged.written.sums.get(amount.column).copied().unwrap_or_default();
        let name = &plan.names[amount.column];
        check(
            "amounts_are_conserved",
            !judged.everything || sums.read == validated + sums.quarantined,
            format!(
                "`{name}`: {} read, {} written, {} held back",
                decimal(sums.read, amount.scale),
                decimal(validated, amount.scale),
                decimal(sums.quarantined, amount.scale)
            ),
        );
    }
    if broken.is_empty() { Ok(()) } else { Err(RunError::DoesNotAddUp { what: broken.join("; ") }) }
}

/// Why the file is refused, if it is.
pub(crate) fn refusal(
    plan: &Plan,
    pack: &Pack,
    judged: &JudgedFile,
    report: &Report,
) -> Option<Reason> {
    if let Some(rule) = judged.totals.refused_by {
        let rule = &plan.rules[rule];
        let first = report.rules[rule.code.as_str()].examples.first();
        let found = first.map_or_else(String::new, |e| {
            format!(": record {} (line {}, byte {}): {}", e.record, e.line, e.offset, e.message)
        });
        let message = format!(
            "rule `{}` refuses the file{found}; it must hold that {}",
            rule.code, rule.title
        );
        return Some(Reason { code: rule.code.to_string(), message });
    }
    let refuses = |level: &str| level == Level::Refuse.as_str() || level == Level::Error.as_str();
    if let Some(finding) = report.file_findings.iter().find(|finding| refuses(&finding.level)) {
        let message = format!(
            "rule `{}` refuses the file: found {}, expected {}; it must hold that {}",
            finding.rule, finding.observed, finding.expected, finding.title
        );
        return Some(Reason { code: finding.rule.clone(), message });
    }
    let Records { read, quarantined, .. } = report.records;
    pack.thresholds().exceeded(quarantined, read).then(|| Reason {
        code: "threshold".to_owned(),
        message: format!(
            "{quarantined} of {read} records are quarantined, above the pack's threshold; `findings` says \
             which rules hit. If that is how this file is, raise `quarantined` under `[thresholds]` in the pack"
        ),
    })
}

/// What became of a file that is not refused.
pub(crate) fn outcome(report: &Report) -> FileOutcome {
    let warned = |finding: &FileFinding| finding.level == Level::Warn.as_str();
    if report.records.quarantined > 0 {
        FileOutcome::AcceptedWithQuarantine
    } else if report.records.warned > 0 || report.file_findings.iter().any(warned) {
        FileOutcome::AcceptedWithWarnings
    } else {
        FileOutcome::Accepted
    }
}

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
    write(store, Some(partition), report)?;
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
pub(crate) fn write(
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
pub(crate) fn read(store: &dyn Store, key: &str) -> Result<Report, SinkError> {
    assay_sinks::read_audit(store, &Key::new(key.to_owned())?)
}
