//! What a server of S3 answers, as AWS documents it: a table that any server can be held against.
//!
//! Each case has a bucket of its own and steps that follow each other. A server that differs in a known way is held against the table
//! with a list of [`Known`] differences: any other is a mistake, and so is one that is not there any more.

mod cases;
mod client;
mod step;

use std::fmt::Write as _;

pub use client::{Answer, Client, Sent};

use crate::rights::Keys;
use cases::Case;
use step::Kept;

/// Where a server is known to answer otherwise than AWS documents.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The case's name.
    pub case: &'static str,
    /// Steps by their numbers in it, from 0, and what is said instead; those too that follow from another.
    pub says: &'static [(usize, &'static str)],
    /// What is behind it.
    pub why: &'static str,
}

/// An answer that is not as documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The case's name.
    pub case: &'static str,
    /// The step's number in it, from 0.
    pub step: usize,
    /// What was sent.
    pub sent: String,
    /// What AWS says, as far as it matters.
    pub expected: String,
    /// What the server says of the same.
    pub says: String,
    /// The documentation that decides.
    pub page: &'static str,
}

/// Holds the server at `endpoint`, which is `http://host:port`, against the table: all its differences.
///
/// `keys` must be allowed everything. The server is left with a bucket for each case.
pub fn differences(endpoint: &str, keys: &Keys) -> Vec<Difference> {
    let cases = cases::all();
    cases.iter().enumerate().flat_map(|(number, case)| run(endpoint, keys, case, number)).collect()
}

/// Panics with a report unless the server differs exactly as is known.
pub fn check(endpoint: &str, keys: &Keys, known: &[Known]) {
    let found = differences(endpoint, keys);
    let known: Vec<(&str, usize, &str)> = known
        .iter()
        .flat_map(|known| known.says.iter().map(|(step, says)| (known.case, *step, *says)))
        .collect();
    let is = |known: &(&str, usize, &str), found: &Difference| {
        *known == (found.case, found.step, found.says.as_str())
    };
    let mut report = String::new();
    for found in found.iter().filter(|found| !known.iter().any(|known| is(known, found))) {
        let Difference { case, step, sent, expected, says, page } = found;
        write!(report, "\n`{case}`, step {step}: {sent}\n  says     {says}\n  expected {expected}\n  by       {page}\n").expect("strings grow");
    }
    for known in known.iter().filter(|known| !found.iter().any(|found| is(known, found))) {
        let (case, step, says) = known;
        write!(report, "\n`{case}`, step {step} does not say `{says}` any more: remove it from the known differences\n").expect("strings grow");
    }
    assert!(report.is_empty(), "{endpoint} does not answer as expected:\n{report}");
}

fn run(endpoint: &str, keys: &Keys, case: &Case, number: usize) -> Vec<Difference> {
    let bucket = format!("conformance-{number}");
    let client = Client::new(endpoint, keys.clone());
    let prepare = |query: &str, body: &[u8]| {
        let path = format!("/{bucket}");
        let sent = Sent { method: "PUT", path: &path, query, headers: &[], body };
        let answer = client.send(sent).expect("a server");
        assert_eq!(answer.status, 200, "{sent:?}: {answer:?}");
    };
    prepare("", b"");
    if case.versioned {
        prepare("versioning=", step::VERSIONING);
    }
    let mut kept = Kept::new(bucket);
    let mut differences = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        let says = step.take(endpoint, keys, &mut kept);
        let expected = kept.filled(&step.expected());
        if says != expected {
            let (case, page) = (case.name, case.page);
            let sent = step.sent();
            differences.push(Difference { case, step: number, sent, expected, says, page });
        }
    }
    differences
}
