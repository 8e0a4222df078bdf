//! Whether two engines found the same records, rule by rule.

use std::collections::{BTreeMap, BTreeSet};

use super::peers::Peer;

/// Most differences that are shown; the files of verdicts have all of them.
const EXAMPLES: usize = 3;

/// The records that an engine found bad and good.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) good: u64,
    /// A digest of the good records, independent of their order.
    pub(super) content: String,
    pub(super) columns: u64,
    /// Size of the good output in megabytes.
    pub(super) output: f64,
    /// Number of bad records, by rule.
    pub(super) rules: BTreeMap<String, u64>,
    /// Each bad record's identifier and rules. Members of a duplicated group have the same identifier.
    pub(super) bad: Vec<(String, BTreeSet<String>)>,
}

/// The disagreements, one line each.
pub(super) fn compare(peer: &Peer, expected: &Found, found: &Found) -> Vec<String> {
    let judged = judged_by(peer, expected);
    let mut differences = records(peer, &judged, &found.bad);
    let all = expected.good + count(&expected.bad);
    let accounted = found.good + count(&found.bad);
    if all != accounted {
        differences
            .push(format!("`{}` passed and held back {accounted} records, of {all}", peer.name));
    }
    // An engine without one of the rules passes records that others quarantine, so the good records
    // cannot be the same.
    if peer.unjudged.is_empty() && differences.is_empty() && expected.content != found.content {
        differences.push(format!(
            "`{}` holds back the same records as `assay`, but the cells of those it passed differ",
            peer.name
        ));
    }
    differences
}

fn count(bad: &[(String, BTreeSet<String>)]) -> u64 {
    u64::try_from(bad.len()).unwrap_or(u64::MAX)
}

/// The expected findings for the rules that a peer supports.
fn judged_by(peer: &Peer, expected: &Found) -> Vec<(String, BTreeSet<String>)> {
    let mut bad = expected.bad.clone();
    for (_, rules) in &mut bad {
        rules.retain(|rule| !peer.unjudged.contains(&rule.as_str()));
    }
    bad.retain(|(_, rules)| !rules.is_empty());
    bad
}

fn records(
    peer: &Peer,
    expected: &[(String, BTreeSet<String>)],
    found: &[(String, BTreeSet<String>)],
) -> Vec<String> {
    let expected = by_record(expected);
    let found = by_record(found);
    let ids: BTreeSet<&str> = expected.keys().chain(found.keys()).copied().collect();
    let mut rules = BTreeSet::new();
    let mut examples = Vec::new();
    let mut different = 0_usize;
    for id in ids {
        let (ours, theirs) = (expected.get(id), found.get(id));
        if ours == theirs {
            continue;
        }
        different += 1;
        rules.extend(unshared(ours, theirs));
        if examples.len() < EXAMPLES {
            examples.push(format!(
                "record {id}: `assay` finds {}, `{}` finds {}",
                in_words(ours),
                peer.name,
                in_words(theirs)
            ));
        }
    }
    if different == 0 {
        return Vec::new();
    }
    let rules: Vec<&str> = rules.into_iter().collect();
    let mut lines = vec![format!(
        "`{}` and `assay` disagree on {} in {different} records",
        peer.name,
        rules.join(", ")
    )];
    lines.extend(examples.into_iter().map(|example| format!("  {example}")));
    lines
}

/// The rules broken under one identifier: a set for each record with that identifier, sorted.
type Broken<'a> = Vec<&'a BTreeSet<String>>;

fn by_record(bad: &[(String, BTreeSet<String>)]) -> BTreeMap<&str, Broken<'_>> {
    let mut records: BTreeMap<&str, Broken<'_>> = BTreeMap::new();
    for (id, rules) in bad {
        records.entry(id).or_default().push(rules);
    }
    for broken in records.values_mut() {
        broken.sort();
    }
    records
}

/// The rules that one side counts more often than the other.
fn unshared<'a>(ours: Option<&Broken<'a>>, theirs: Option<&Broken<'a>>) -> BTreeSet<&'a str> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for (side, step) in [(ours, 1), (theirs, -1)] {
        for rule in side.into_iter().flatten().flat_map(|rules| rules.iter()) {
            *counts.entry(rule).or_default() += step;
        }
    }
    let all = counts.keys().copied().collect();
    let unequal: BTreeSet<&str> =
        counts.iter().filter(|(_, count)| **count != 0).map(|(rule, _)| *rule).collect();
    // The same rules, distributed differently over the records with the identifier.
    if unequal.is_empty() { all } else { unequal }
}

fn in_words(broken: Option<&Broken<'_>>) -> String {
    let Some(broken) = broken else { return "nothing".to_owned() };
    let records: Vec<String> = broken
        .iter()
        .map(|rules| rules.iter().map(String::as_str).collect::<Vec<_>>().join("+"))
        .collect();
    records.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::super::peers::PEERS;
    use super::*;

    fn found(good: u64, content: &str, bad: &[(&str, &str)]) -> Found {
        let verdict = |(id, rules): &(&str, &str)| {
            ((*id).to_owned(), rules.split('+').map(str::to_owned).collect())
        };
        Found {
            good,
            content: content.to_owned(),
            bad: bad.iter().map(verdict).collect(),
            ..Found::default()
        }
    }

    #[test]
    fn differences_name_the_rule_and_the_records() {
        let check = |peer: &str, theirs: &Found, expected: &[&str]| {
            let peer = PEERS.iter().find(|one| one.name == peer).expect("a peer");
            let ours =
                found(7, "same", &[("1", "R05+R10"), ("2", "R13"), ("2", "R13"), ("3", "R10")]);
            assert_eq!(compare(peer, &ours, theirs), expected);
        };
        let same = [("3", "R10"), ("2", "R13"), ("1", "R05+R10"), ("2", "R13")];
        check("duckdb", &found(7, "same", &same), &[]);
        check(
            "duckdb",
            &found(7, "other", &same),
            &[
                "`duckdb` holds back the same records as `assay`, but the cells of those it passed differ",
            ],
        );
        check(
            "duckdb",
            &found(6, "same", &same),
            &["`duckdb` passed and held back 10 records, of 11"],
        );
        check(
            "duckdb",
            &found(8, "same", &[("1", "R05+R10"), ("2", "R13"), ("3", "R09")]),
            &[
                "`duckdb` and `assay` disagree on R09, R10, R13 in 2 records",
                "  record 2: `assay` finds R13 and R13, `duckdb` finds R13",
                "  record 3: `assay` finds R10, `duckdb` finds R09",
            ],
        );
        check(
            "duckdb",
            &found(
                6,
                "same",
                &[("1", "R05+R10"), ("2", "R13"), ("2", "R13"), ("3", "R10"), ("4", "R01")],
            ),
            &[
                "`duckdb` and `assay` disagree on R01 in 1 records",
                "  record 4: `assay` finds nothing, `duckdb` finds R01",
            ],
        );
        // qsv does not support R10, so a record that only breaks R10 passes there, and the good records
        // cannot be compared.
        check("qsv", &found(8, "other", &[("1", "R05"), ("2", "R13"), ("2", "R13")]), &[]);
    }
}
