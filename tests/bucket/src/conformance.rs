//! What an S3 server must answer according to AWS's documentation: a table against which any server can be checked.
//!
//! Each case has a bucket of its own and a sequence of steps. A server with known differences is checked with a list of [`Known`] ones: any
//! other difference is an error, and so is a known one that no longer occurs.

mod cases;
mod client;
mod step;

use std::fmt::Write as _;

pub use client::{Answer, Client, Sent};

use crate::rights::Keys;
use cases::Case;
use step::Kept;

/// A known difference between a server and AWS's documentation.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Name of the case.
    pub case: &'static str,
    /// Numbers of the steps that differ, from 0, each with the server's answer; includes steps that differ as a consequence.
    pub says: &'static [(usize, &'static str)],
    /// The reason.
    pub why: &'static str,
}

/// An answer that differs from the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Name of the case.
    pub case: &'static str,
    /// Number of the step, from 0.
    pub step: usize,
    /// The request.
    pub sent: String,
    /// AWS's answer, as far as it matters.
    pub expected: String,
    /// The server's answer, in the same form.
    pub says: String,
    /// The page of AWS's documentation.
    pub page: &'static str,
}

/// Checks the server at `endpoint` (`http://host:port`) against the table, and returns all differences.
///
/// `keys` must have all permissions. The server is left with a bucket for each case.
pub fn differences(endpoint: &str, keys: &Keys) -> Vec<Difference> {
    let cases = cases::all();
    cases.iter().enumerate().flat_map(|(number, case)| run(endpoint, keys, case, number)).collect()
}

/// Panics with a report unless the server has exactly the known differences.
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
