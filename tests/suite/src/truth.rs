//! The truth file of a generated file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Content of a truth file: (record, rule, column) of findings and repairs, and byte ranges by record.
#[derive(Debug)]
pub struct Truth {
    /// Expected findings.
    pub findings: BTreeSet<(u64, String, String)>,
    /// Expected repairs.
    pub repairs: BTreeSet<(u64, String, String)>,
    /// Line, offset and length by record.
    pub ranges: BTreeMap<u64, (u64, u64, u64)>,
    /// Records that must be quarantined.
    pub quarantined: BTreeSet<u64>,
}

/// Reads the truth file of a generated file.
pub fn truth(file: &Path) -> Truth {
    let path = format!("{}.truth.tsv", file.display());
    let text = std::fs::read_to_string(&path).expect("a truth file");
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().expect("a header").split('\t').collect();
    let at = |name| {
        header.iter().position(|column| *column == name).unwrap_or_else(|| panic!("no `{name}`"))
    };
    let (record, rule, column, class, outcome) =
        (at("record"), at("rule"), at("column"), at("class"), at("outcome"));
    let (line, offset, length) = (at("line"), at("offset"), at("length"));
    let mut truth = Truth {
        findings: BTreeSet::new(),
        repairs: BTreeSet::new(),
        ranges: BTreeMap::new(),
        quarantined: BTreeSet::new(),
    };
    for row in lines {
        let cells: Vec<_> = row.split('\t').collect();
        let number = |index: usize| cells[index].parse::<u64>().expect("a number");
        let entry = (number(record), cells[rule].to_owned(), cells[column].to_owned());
        truth.ranges.insert(number(record), (number(line), number(offset), number(length)));
        if cells[outcome] == "quarantined" {
            truth.quarantined.insert(number(record));
        }
        match cells[class] {
            "repair" => truth.repairs.insert(entry),
            _ => truth.findings.insert(entry),
        };
    }
    truth
}
