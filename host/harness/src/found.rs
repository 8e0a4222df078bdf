//! What a plugin found in a table, by name, so that two judgements can be compared and shown.

use std::collections::BTreeMap;

use assay_sandbox::Profile;

use crate::table::Table;

/// What a plugin found in a table. The order does not depend on how the table was judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Hits of rules on records.
    pub findings: Vec<Finding>,
    /// Rewritten cells; those of one cell in the order in which they were made.
    pub repairs: Vec<Repair>,
    /// Number of records that each rule could not judge, by rule name.
    pub skipped: BTreeMap<String, u64>,
    /// Measures of the file, by stage, rule code and key.
    pub measures: BTreeMap<(u16, u16, String), i128>,
    /// Verdicts of file-level rules.
    pub file: Vec<FileFinding>,
    /// Records that the plugin could not judge.
    pub poison: Vec<Poisoned>,
    /// The table after all repairs.
    pub after: Table,
    /// The cost. Not part of comparisons.
    pub cost: Cost,
}

/// A hit of a rule on a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Index of the record.
    pub record: usize,
    /// Name of the rule.
    pub rule: String,
    /// Name of the column concerned; empty if none.
    pub column: String,
    /// Whether the rule itself failed.
    pub errored: bool,
    /// What a quarantine rule says should be done.
    pub disposition: &'static str,
    /// The message; empty if messages were not requested.
    pub message: String,
}

/// A cell rewritten by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Index of the record.
    pub record: usize,
    /// Name of the column.
    pub column: String,
    /// Name of the rule.
    pub rule: String,
    /// The cell before.
    pub before: String,
    /// The cell after.
    pub after: String,
}

/// Verdict of a file-level rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFinding {
    /// Name of the rule.
    pub rule: String,
    /// `passed`, `failed`, `errored` or `skipped`.
    pub outcome: &'static str,
    /// What was found.
    pub observed: String,
    /// What was expected.
    pub expected: String,
}

/// A record that the plugin could not judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Poisoned {
    /// Index of the record.
    pub record: usize,
    /// The reason.
    pub reason: String,
}

/// Cost of a judgement.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    /// Fuel used by all calls to `process`.
    pub fuel: u64,
    /// Time taken by all calls to `process`, in nanoseconds.
    pub nanos: u64,
    /// Peak memory of an instance, in bytes.
    pub memory: usize,
    /// Steps by folded stack, if the plugin is metered by steps.
    pub stacks: BTreeMap<String, u64>,
}

/// Costs are not findings: two judgements with the same findings are equal.
impl PartialEq for Cost {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Cost {}

impl Cost {
    pub(crate) fn add(&mut self, profile: &Profile, stacks: BTreeMap<String, u64>) {
        for (stack, met) in stacks {
            *self.stacks.entry(stack).or_default() += met;
        }
        self.fuel += profile.fuel;
        self.nanos += profile.nanos;
        self.memory = self.memory.max(profile.memory_peak);
    }
}

impl Found {
    /// Returns everything found as CSV: one line for each finding, each repair and each failed file-level rule.
    pub(crate) fn to_csv(&self) -> String {
        let mut table = Table::of_columns(&["record", "rule", "column", "found"]);
        let mut rows: Vec<(usize, [String; 4])> = Vec::new();
        for repair in &self.repairs {
            let what = format!("{} → {}", repair.before, repair.after);
            let number = (repair.record + 1).to_string();
            rows.push((repair.record, [number, repair.rule.clone(), repair.column.clone(), what]));
        }
        for finding in &self.findings {
            let wanted = if finding.disposition.is_empty() { "" } else { ": " };
            let what = format!("{}{wanted}{}", finding.disposition, finding.message);
            let number = (finding.record + 1).to_string();
            rows.push((
                finding.record,
                [number, finding.rule.clone(), finding.column.clone(), what],
            ));
        }
        for file in self.file.iter().filter(|file| file.outcome != "passed") {
            let what = format!("{}: {}, expected {}", file.outcome, file.observed, file.expected);
            rows.push((usize::MAX, ["file".to_owned(), file.rule.clone(), String::new(), what]));
        }
        // The sort is stable: repairs of a record precede its findings, as in a run.
        rows.sort_by_key(|(record, _)| *record);
        table.records.extend(rows.into_iter().map(|(_, row)| row.to_vec()));
        table.to_csv()
    }

    /// Sorts everything. Repairs of one cell keep their order, because each builds on the previous one.
    pub(crate) fn settle(&mut self) {
        self.findings.sort();
        self.findings.dedup();
        self.repairs.sort_by(|a, b| (a.record, &a.column).cmp(&(b.record, &b.column)));
        self.file.sort();
        self.poison.sort();
        self.poison.dedup();
    }

    /// Renumbers the records: record `i` becomes `number[i]`.
    #[must_use]
    pub fn renumbered(mut self, number: &[usize]) -> Self {
        self.findings.iter_mut().for_each(|finding| finding.record = number[finding.record]);
        self.repairs.iter_mut().for_each(|repair| repair.record = number[repair.record]);
        self.poison.iter_mut().for_each(|poison| poison.record = number[poison.record]);
        let mut records = vec![Vec::new(); self.after.records.len()];
        for (at, record) in self.after.records.into_iter().enumerate() {
            records[number[at]] = record;
        }
        self.after.records = records;
        self.settle();
        self
    }

    /// Returns the names of all rules that hit a record, rewrote a cell or failed the file.
    pub fn fired(&self) -> impl Iterator<Item = &str> {
        let findings = self.findings.iter().map(|finding| finding.rule.as_str());
        let repairs = self.repairs.iter().map(|repair| repair.rule.as_str());
        let failed = |finding: &&FileFinding| finding.outcome == "failed";
        let file = self.file.iter().filter(failed).map(|finding| finding.rule.as_str());
        findings.chain(repairs).chain(file)
    }

    /// Whether a rule hit a record or rewrote a cell of it.
    pub(crate) fn fired_on(&self, record: usize, rule: impl Fn(&str) -> bool) -> bool {
        self.findings.iter().any(|finding| finding.record == record && rule(&finding.rule))
            || self.repairs.iter().any(|repair| repair.record == record && rule(&repair.rule))
    }

    /// Returns everything as comparable lines: record, rule, column, finding.
    pub fn lines(&self) -> Vec<String> {
        let number = |record: usize| format!("record {}", record + 1);
        let findings = self.findings.iter().map(|finding| {
            let what = match (finding.errored, finding.disposition) {
                (true, _) => "errored".to_owned(),
                (false, "") => "fails".to_owned(),
                (false, wanted) => format!("fails ({wanted})"),
            };
            let Finding { rule, column, .. } = finding;
            format!("{} · {rule} · {what} · {column}", number(finding.record))
        });
        let repairs = self.repairs.iter().map(|repair| {
            let Repair { rule, column, before, after, .. } = repair;
            format!("{} · {rule} · `{before}` → `{after}` · {column}", number(repair.record))
        });
        let poison = self.poison.iter().map(|poison| {
            format!("{} · cannot be judged · {}", number(poison.record), poison.reason)
        });
        let skipped = self
            .skipped
            .iter()
            .filter(|(_, n)| **n > 0)
            .map(|(rule, n)| format!("file · {rule} · {n} skipped"));
        let measures = self.measures.iter().map(|((stage, code, key), value)| {
            format!("file · measure {stage}.{code} `{key}` = {value}")
        });
        let file = self.file.iter().map(|finding| {
            let FileFinding { rule, outcome, observed, expected } = finding;
            format!("file · {rule} · {outcome} · found {observed}, expected {expected}")
        });
        findings.chain(repairs).chain(poison).chain(skipped).chain(measures).chain(file).collect()
    }
}
