//! The account of a run: fills the report with the fate of every record and decides the outcome of the file.

use assay_ingest::Summary;
use assay_model::{FileOutcome, FileResultOutcome, Level, RecordOutcome};
use assay_packs::Pack;

use crate::books::Destinations;
use crate::findings::RuleCount;
use crate::host_rules::OWNER;
use crate::judging::JudgedFile;
use crate::message::excerpt;
use crate::plan::{Plan, RunRule, Scope};
use crate::report::{Amounts, Example, FileFinding, Reason, Records, Report, RuleReport};
use crate::survey::Survey;
use crate::totals::decimal;

/// Fills in what the survey learnt about the source.
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

/// Records a failure of a host rule about the file.
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

/// Evaluates the host's own rules about the file as a whole.
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

/// Fills in the results of judging.
pub(crate) fn fill(report: &mut Report, plan: &Plan, judged: &JudgedFile) {
    let totals = &judged.totals;
    let Destinations { passed, held } = &judged.written.arrived;
    report.records = Records {
        read: totals.read,
        validated: passed.records,
        quarantined: held.records,
        passed: totals.outcome(RecordOutcome::Passed),
        repaired: totals.outcome(RecordOutcome::Repaired),
        warned: totals.outcome(RecordOutcome::Warned),
    };
    let places = passed.amounts.iter().zip(&held.amounts);
    for ((amount, read), (passed, held)) in plan.amounts.iter().zip(&totals.amounts).zip(places) {
        let broken = judged.summary.blocked;
        report.amounts.insert(
            plan.names[amount.column].clone(),
            Amounts {
                read: decimal(read.sum.unscaled, amount.scale),
                validated: decimal(passed.unscaled, amount.scale),
                quarantined: decimal(held.unscaled, amount.scale),
                summed: read.sum.records,
                blank: read.blank,
                unread: read.malformed + broken,
                malformed: read.malformed,
                broken,
            },
        );
    }
    for (rule, result) in &judged.file_results {
        file_result(report, &plan.rules[*rule], result);
    }
    let failed: Vec<_> = report.file_findings.iter().map(|it| it.rule.as_str()).collect();
    let rules = plan.rules.iter().zip(0..);
    report.rules = rules
        .map(|(rule, index)| {
            let count = count(plan, judged, index, &failed);
            (rule.code.to_string(), rule_report(rule, judged, index, count))
        })
        .collect();
    count_findings(report, plan, judged);
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

/// Counts the records a rule was evaluated on, with the results. `failed`: codes of the file-level rules that failed.
fn count(plan: &Plan, judged: &JudgedFile, index: usize, failed: &[&str]) -> RuleCount {
    let rule = &plan.rules[index];
    if rule.level == Level::Off {
        return RuleCount::default();
    }
    let mut count = judged.totals.rules[index];
    if rule.scope == Scope::Keys {
        let planned = plan.unique.iter().zip(&judged.keys).find(|(unique, _)| unique.rule == index);
        count.evaluated = planned.map_or(0, |(_, keys)| *keys);
        count.skipped = judged.summary.records - judged.summary.blocked - count.evaluated;
    }
    if rule.owner == OWNER && rule.scope == Scope::File {
        count.evaluated = 1;
        count.failed = u64::from(failed.contains(&rule.code.as_str()));
    }
    let of_types = [plan.host.integer, plan.host.decimal, plan.host.date].contains(&index);
    if of_types && !plan.typed.iter().any(|typed| typed.rule == index) {
        count.evaluated = 0;
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
    count
}

fn rule_report(rule: &RunRule, judged: &JudgedFile, index: usize, count: RuleCount) -> RuleReport {
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

/// The reason the file is refused, if it is.
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
    if let Some(message) = mostly_elsewhere(plan, judged, report) {
        return Some(Reason { code: plan.rules[plan.host.partition].code.to_string(), message });
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
            "quarantined {quarantined} of {read} records, but the pack allows at most {}; see `findings` for the \
             rules that were hit. If this is normal for the file, raise `quarantined` under `[thresholds]` in the pack",
            pack.thresholds().quarantined
        ),
    })
}

/// The message for a file most of whose records belong to another partition. Strays are held back one by one; when they are the majority,
/// the file name or the first record is wrong, and publishing the rest would replace a whole partition with it.
fn mostly_elsewhere(plan: &Plan, judged: &JudgedFile, report: &Report) -> Option<String> {
    let rule = &plan.rules[plan.host.partition];
    let count = judged.totals.rules[plan.host.partition];
    if rule.level < Level::Error || count.failed * 2 <= count.evaluated {
        return None;
    }
    let published: Vec<_> =
        plan.told.iter().map(|told| format!("`{}={}`", told.key, told.value)).collect();
    let first = report.rules[rule.code.as_str()].examples.first();
    let first = first.map_or_else(String::new, |example| {
        format!(": record {} (line {}): {}", example.record, example.line, example.message)
    });
    Some(format!(
        "{} of {} records belong to another partition than {}{first}\n\
         help: rename the file if its name is wrong; split it if it covers several partitions",
        count.failed,
        count.evaluated,
        published.join(", ")
    ))
}

/// The outcome of a file that is not refused.
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
