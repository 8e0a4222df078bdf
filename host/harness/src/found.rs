//! What a plugin found in a table, by names, so that two judgements can be compared and shown.

use std::collections::BTreeMap;

use assay_sandbox::Profile;

use crate::table::Table;

/// What a plugin found in a table. Everything is in one order, whatever way it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Rules that hit records.
    pub findings: Vec<Finding>,
    /// Cells that rules rewrote, in the order in which it was done to a cell.
    pub repairs: Vec<Repair>,
    /// How many records a rule could not judge.
    pub skipped: BTreeMap<String, u64>,
    /// Numbers about the file, by stage, code and key.
    pub measures: BTreeMap<(u16, u16, String), i128>,
    /// Rules about the file.
    pub file: Vec<FileFinding>,
    /// Records the plugin could not judge.
    pub poison: Vec<Poisoned>,
    /// The table after all repairs.
    pub after: Table,
    /// What it cost. Not part of what is compared.
    pub cost: Cost,
}

/// A rule hit a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Index of the record.
    pub record: usize,
    /// The rule's code.
    pub rule: String,
    /// The column it names; empty if none.
    pub column: String,
    /// The rule itself could not be carried out.
    pub errored: bool,
    /// What a quarantine rule wants done.
    pub disposition: &'static str,
    /// The message; empty if none was wanted.
    pub message: String,
}

/// A rule rewrote a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// Index of the record.
    pub record: usize,
    /// The column.
    pub column: String,
    /// The rule's code.
    pub rule: String,
    /// The cell before.
    pub before: String,
    /// The cell after.
    pub after: String,
}

/// What a rule about the file came to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFinding {
    /// The rule's code.
    pub rule: String,
    /// `passed`, `failed`, `errored` or `skipped`.
    pub outcome: &'static str,
    /// What was found.
    pub observed: String,
    /// What should have been.
    pub expected: String,
}

/// A record the plugin could not judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Poisoned {
    /// Index of the record.
    pub record: usize,
    /// Why.
    pub reason: String,
}

/// What a judgement cost.
#[derive(Debug, Clone, Default)]
pub struct Cost {
    /// Fuel of all calls to `process`.
    pub fuel: u64,
    /// Nanoseconds of all calls to `process`.
    pub nanos: u64,
    /// Most bytes of memory of an instance.
    pub memory: usize,
    /// Where steps were spent, as folded stacks, if the plugin is metered by them.
    pub stacks: BTreeMap<String, u64>,
}

/// Costs are no facts: two judgements that find the same are equal.
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
    /// All that was found, as CSV: a line for each finding, repair and rule about the file that does not hold.
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
        // Stable: repairs of a record come before its findings, as in a run.
        rows.sort_by_key(|(record, _)| *record);
        table.records.extend(rows.into_iter().map(|(_, row)| row.to_vec()));
        table.to_csv()
    }

    /// Brings everything into the one order. Repairs of one cell keep theirs, because they build on each other.
    pub(crate) fn settle(&mut self) {
        self.findings.sort();
        self.findings.dedup();
        self.repairs.sort_by(|a, b| (a.record, &a.column).cmp(&(b.record, &b.column)));
        self.file.sort();
        self.poison.sort();
        self.poison.dedup();
    }

    /// The same with records numbered otherwise: record `i` becomes `number[i]`.
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

    /// Names of all rules that hit, rewrote or failed a file.
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

    /// All of it as lines that can be compared: record, rule, column, what.
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
