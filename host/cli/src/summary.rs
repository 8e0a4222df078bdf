//! The report for people: first what happened, then why, then where to look.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use assay_model::FileOutcome;
use assay_model::shown;
use assay_pipeline::Report;
use assay_pipeline::report::{Amounts, Failure, Reason, Replaced, RuleReport};
use percent_encoding::percent_decode_str;

use crate::number::{count, grouped, size};
use crate::output::painted;

/// Most rules listed in a section; the report lists all.
const LISTED: usize = 12;

struct Page {
    text: String,
    colours: bool,
}

/// Formats the summary.
pub(crate) fn of(report: &Report, colours: bool) -> Result<String, fmt::Error> {
    let mut page = Page { text: String::new(), colours };
    page.head(report)?;
    page.verdict(report)?;
    page.counts(report)?;
    page.rules(report)?;
    page.places(report)?;
    Ok(page.text)
}

impl Page {
    fn line(&mut self, label: &str, text: &str) -> fmt::Result {
        writeln!(self.text, "  {label:<11} {}", shown(text))
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn colour(&self, code: &str, text: &str) -> String {
        painted(self.colours, code, text)
    }

    fn head(&mut self, report: &Report) -> fmt::Result {
        let source = &report.source;
        let mut input = source.name.clone().unwrap_or_else(|| source.location.clone());
        write!(input, " · {}", size(source.stored_bytes))?;
        if let (Some(way), Some(inner)) = (&source.compression, source.bytes)
            && way != "plain"
        {
            write!(input, " ({way}, {} inside)", size(inner))?;
        }
        self.line("input", &input)?;
        if let Some(layout) = &report.layout {
            let mut is: Vec<_> =
                [&report.dataset, &report.kind].into_iter().flatten().cloned().collect();
            is.extend(report.partition.iter().map(|(key, value)| format!("{key} {value}")));
            is.push(format!("layout {layout}"));
            self.line("is", &is.join(" · "))?;
        }
        if let Some(pack) = &report.pack {
            let plugins: Vec<_> = report.plugins.keys().map(String::as_str).collect();
            let plugins = if plugins.is_empty() {
                "no plugins".to_owned()
            } else {
                format!("plugins {}", plugins.join(", "))
            };
            self.line("judged by", &format!("{pack} · {plugins}"))?;
        }
        self.blank();
        Ok(())
    }

    fn verdict(&mut self, report: &Report) -> fmt::Result {
        let outcome = report.file_outcome();
        let (code, word) = match outcome {
            FileOutcome::Accepted => ("32;1", "ACCEPTED"),
            FileOutcome::AcceptedWithWarnings => ("33;1", "ACCEPTED, with warnings"),
            FileOutcome::AcceptedWithQuarantine => ("33;1", "ACCEPTED, with records held back"),
            FileOutcome::Refused => ("31;1", "REFUSED: nothing was published"),
            FileOutcome::Failed => ("31;1", failed(report)),
        };
        let word = self.colour(code, word);
        writeln!(self.text, "  {word}")?;
        if report.already_published {
            let text = "This run was already published: same content, same pack, same plugins. Nothing was changed.";
            writeln!(self.text, "  {text}")?;
        }
        if let Some(Reason { code, message }) = &report.refusal {
            self.reason(code, message)?;
        }
        if let Some(Failure { code, message, retryable, .. }) = &report.failure {
            self.reason(code, message)?;
            if *retryable {
                writeln!(
                    self.text,
                    "  The cause may be temporary: the same command can succeed later."
                )?;
            }
        }
        self.blank();
        Ok(())
    }

    fn reason(&mut self, code: &str, message: &str) -> fmt::Result {
        let mut lines = message.lines();
        if let Some(first) = lines.next() {
            writeln!(self.text, "  {} [{code}]", shown(first))?;
        }
        lines.try_for_each(|line| writeln!(self.text, "  {}", shown(line)))
    }

    fn counts(&mut self, report: &Report) -> fmt::Result {
        let records = &report.records;
        if report.run_id.is_none() || report.failure.is_some() && records.read == 0 {
            return Ok(());
        }
        let (read, validated, held) =
            (count(records.read), count(records.validated), count(records.quarantined));
        self.line("records", &format!("{read} read = {validated} validated + {held} quarantined"))?;
        for (column, sums) in &report.amounts {
            let (read, validated, held) =
                (grouped(&sums.read), grouped(&sums.validated), grouped(&sums.quarantined));
            let text =
                format!("{read} read = {validated} validated + {held} quarantined ({column})");
            self.line("amounts", &text)?;
            if sums.unread + sums.blank > 0 {
                self.line("", &covered(sums, records.read))?;
            }
        }
        let milliseconds = report.milliseconds.total.max(1);
        let rate = report.source.bytes.unwrap_or(0) / milliseconds / 1_000;
        let seconds = format!("{}.{:01}", milliseconds / 1_000, milliseconds % 1_000 / 100);
        self.line("time", &format!("{seconds} s · {rate} MB/s of CSV"))?;
        self.blank();
        Ok(())
    }

    fn rules(&mut self, report: &Report) -> fmt::Result {
        let hit = |level: &'static str| {
            move |(_, rule): &(&String, &RuleReport)| {
                rule.level == level && rule.failed + rule.errored > 0
            }
        };
        self.section(report, "held back", "31", report.rules.iter().filter(hit("refuse")))?;
        self.section(report, "held back", "31", report.rules.iter().filter(hit("error")))?;
        self.section(report, "warned of", "33", report.rules.iter().filter(hit("warn")))?;
        self.section(report, "counted", "2", report.rules.iter().filter(hit("monitor")))?;
        let repaired: Vec<_> = report.rules.iter().filter(|(_, rule)| rule.repaired > 0).collect();
        if !repaired.is_empty() {
            writeln!(self.text, "  {}", self.colour("36", "repaired"))?;
            for (code, rule) in repaired {
                let cells = count(rule.repaired);
                writeln!(self.text, "  {cells:>11} {code}")?;
            }
            self.blank();
        }
        for finding in &report.file_findings {
            let text = format!(
                "`{}`: found {}, expected {}",
                finding.rule, finding.observed, finding.expected
            );
            self.line("the file", &text)?;
        }
        if !report.file_findings.is_empty() {
            self.blank();
        }
        Ok(())
    }

    fn section<'a>(
        &mut self,
        report: &Report,
        title: &str,
        colour: &str,
        rules: impl Iterator<Item = (&'a String, &'a RuleReport)>,
    ) -> fmt::Result {
        // Findings about the file have a section of their own.
        let of_file = |code: &str| report.file_findings.iter().any(|finding| finding.rule == code);
        let mut rules: Vec<_> = rules.filter(|(code, _)| !of_file(code)).collect();
        if rules.is_empty() {
            return Ok(());
        }
        rules.sort_by_key(|(_, rule)| std::cmp::Reverse(rule.failed + rule.errored));
        writeln!(self.text, "  {}", self.colour(colour, title))?;
        let more = rules.len().saturating_sub(LISTED);
        for (code, rule) in rules.into_iter().take(LISTED) {
            let hits = count(rule.failed + rule.errored);
            write!(self.text, "  {hits:>11} {code}")?;
            if let Some(first) = rule.examples.first() {
                let place = format!("  record {}, line {}: ", first.record, first.line);
                write!(self.text, "{}{}", self.colour("2", &place), shown(&first.message))?;
            }
            self.blank();
        }
        if more > 0 {
            let place = report.report.as_deref().map_or_else(|| "the report".to_owned(), plain);
            writeln!(self.text, "  {:>11} {more} more rules: see {place}", "")?;
        }
        self.blank();
        Ok(())
    }

    fn places(&mut self, report: &Report) -> fmt::Result {
        if let Some(old) = &report.replaced
            && report.manifest.is_some()
        {
            self.line("replaces", &replaced(old, report.records.validated))?;
        }
        if let Some(newer) = &report.superseded_by {
            let by = report.partition.last().map_or("version", |(key, _)| key.as_str());
            let text = format!(
                "{by} {newer} is published and stays the newest; this one is published beside it"
            );
            self.line("older", &text)?;
        }
        for (label, place) in [
            ("published", &report.manifest),
            (kept(report), &report.quarantine),
            ("audit", &report.report),
        ] {
            if let Some(place) = place {
                self.line(label, &plain(place))?;
            }
        }
        for command in &report.next {
            self.line("next:", command)?;
        }
        Ok(())
    }
}

fn failed(report: &Report) -> &'static str {
    match report.failure.as_ref().map(|failure| failure.code.as_str()) {
        Some("unfinished") => "FAILED: it is published, and the audit is not complete",
        Some("undecided") => "FAILED: it is not known whether it was published",
        _ => "FAILED: nothing was published",
    }
}

/// What the files beside the published ones contain, in a word or two: the first that applies.
fn kept(report: &Report) -> &'static str {
    let hit = |rule: &RuleReport| rule.failed + rule.errored > 0;
    match () {
        () if report.records.quarantined > 0 => "held back",
        () if report.rules.values().any(hit) => "findings",
        () => "repairs",
    }
}

fn replaced(old: &Replaced, validated: u64) -> String {
    let change = match validated.cmp(&old.validated) {
        Ordering::Less => format!("-{}", count(old.validated - validated)),
        Ordering::Equal | Ordering::Greater => format!("+{}", count(validated - old.validated)),
    };
    let (was, run, source) = (count(old.validated), &old.run_id, &old.source);
    format!("run {run} of {source} ({was} records, {change})")
}

/// Says which records the sums of a column cover, and why others are left out.
fn covered(sums: &Amounts, records: u64) -> String {
    let mut left_out = Vec::new();
    if sums.unread > 0 {
        let because = match (sums.broken, sums.malformed) {
            (_, 0) => "broken records".to_owned(),
            (0, _) => "malformed cells".to_owned(),
            (broken, malformed) => {
                format!("{} broken records, {} malformed cells", count(broken), count(malformed))
            }
        };
        left_out.push(format!("the amounts of {} cannot be read ({because})", count(sums.unread)));
    }
    if sums.blank > 0 {
        let verb = if sums.blank == 1 { "is" } else { "are" };
        left_out.push(format!("{} {verb} blank", count(sums.blank)));
    }
    let (summed, records) = (count(sums.summed), count(records));
    format!("conserved over {summed} of {records} records: {}", left_out.join(", "))
}

/// Formats a place for people: on this machine as a path that can be copied, any other unchanged.
fn plain(place: &str) -> String {
    let Some(path) = place.strip_prefix("file://") else { return place.to_owned() };
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_what_sums_are_of() {
        let check = |blank, malformed, broken, expected: &str| {
            let unread = malformed + broken;
            let sums = Amounts {
                read: "0.00".to_owned(),
                validated: "0.00".to_owned(),
                quarantined: "0.00".to_owned(),
                summed: 2_000 - blank - unread,
                blank,
                unread,
                malformed,
                broken,
            };
            assert_eq!(covered(&sums, 2_000), expected);
        };
        check(
            0,
            0,
            1_035,
            "conserved over 965 of 2,000 records: the amounts of 1,035 cannot be read (broken records)",
        );
        check(
            1,
            2,
            3,
            "conserved over 1,994 of 2,000 records: the amounts of 5 cannot be read (3 broken records, 2 malformed cells), 1 is blank",
        );
        check(7, 0, 0, "conserved over 1,993 of 2,000 records: 7 are blank");
    }

    #[test]
    fn places_can_be_copied() {
        assert_eq!(plain("file:///my%20lake/100%25/%C3%A9%"), "/my lake/100%/é%");
        assert_eq!(plain("s3://bucket/a%20b"), "s3://bucket/a%20b");
    }
}
