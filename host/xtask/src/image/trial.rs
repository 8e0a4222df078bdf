//! Tests the image as it is meant to run: without a network, as a user other than root, and with nothing writable except mounts.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::engine::{Built, Engine};
use super::start::{Start, remake, unpack};
use super::trust;
use crate::checkout::Checkout;
use crate::shell;

/// Named like the publisher's files, so that the pack is found.
const FILE: &str = "OP_DTL_GNRL_PGYR2023_P06282024.csv";

/// Records in the sample: 12 MB, enough for every kind of defect to occur.
const RECORDS: u64 = 20_000;

/// The result.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A summary of what worked.
    Passed(String),
    /// Required programs that are missing.
    Missing(Vec<&'static str>),
}

/// Generates a sample and judges it, both with the image.
pub(super) fn run(checkout: &Checkout, built: &Built, home: &Path) -> Result<Outcome> {
    let needed: &[&'static str] = match built.engine {
        Engine::Buildah => &["umoci", "bwrap"],
        Engine::Docker => &[],
    };
    let missing: Vec<_> = needed
        .iter()
        .filter(|program| !shell::succeeds(Command::new(program).arg("--version")))
        .copied()
        .collect();
    if !missing.is_empty() {
        return Ok(Outcome::Missing(missing));
    }
    let data = home.join("data");
    remake(&data)?;
    let start = match built.engine {
        Engine::Buildah => Start::Unpacked(unpack(built, home)?),
        Engine::Docker => Start::Loaded(built.id.clone()),
    };

    let path = format!("/data/{FILE}");
    let records = RECORDS.to_string();
    let sample = ["sample", "open-payments", "general", "--year", "2023", "--rows", &records];
    let defects = ["--seed", "7", "--defects", "0.5%", "-o", &path];
    let listed = shell::output_of(&mut start.command(&data, &["--version"]))?;
    if listed.trim() != format!("assay {}", built.tag) {
        bail!("the image reports `{}`; expected `assay {}`", listed.trim(), built.tag);
    }
    shell::run_on_stderr(&mut start.command(&data, &[&sample[..], &defects[..]].concat()))?;
    let words =
        ["run", &path, "--root", "/data/lake", "--format", "json", "--report", "/data/report.json"];
    let printed = shell::output_of(&mut start.command(&data, &words))?;
    let report: Value = serde_json::from_str(&printed).context("the run did not print JSON")?;
    let written = fs::read_to_string(data.join("report.json")).context("the run left no report")?;
    if serde_json::from_str::<Value>(&written)? != report {
        bail!("the written report differs from the printed one");
    }
    let summary = judged(&report)?;
    let trusted = match trust::run(checkout, &start, &data, FILE)? {
        trust::Outcome::Passed => "; TLS checked against the list of authorities",
        trust::Outcome::Missing(what) => {
            println!("SKIPPED: TLS was not tested: {what}");
            ""
        }
    };
    Ok(Outcome::Passed(format!("{summary}, with no network and a read-only root{trusted}")))
}

/// Summarises a report, if it is the one expected for the sample.
fn judged(report: &Value) -> Result<String> {
    let records = &report["records"];
    let [read, validated, quarantined] =
        ["read", "validated", "quarantined"].map(|key| records[key].as_u64().unwrap_or_default());
    let outcome = report["outcome"].as_str().unwrap_or_default();
    if outcome != "accepted_with_quarantine" || validated == 0 || read != validated + quarantined {
        bail!(
            "the run in the image ended with `{outcome}`, {read} read, {validated} validated, {quarantined} quarantined; expected \
             `accepted_with_quarantine` and {RECORDS} records, or a few more where a defect splits one"
        );
    }
    Ok(format!("{read} records judged, {quarantined} held back"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_that_loses_records_does_not_pass() {
        let check = |outcome: &str, read: u64, validated: u64, quarantined: u64, passes: bool| {
            let report = json!({
                "outcome": outcome,
                "records": { "read": read, "validated": validated, "quarantined": quarantined },
            });
            assert_eq!(judged(&report).is_ok(), passes, "{report}");
        };
        check("accepted_with_quarantine", 20_000, 19_900, 100, true);
        check("accepted_with_quarantine", 20_000, 19_900, 99, false);
        check("accepted_with_quarantine", 0, 0, 0, false);
        check("refused", 20_000, 19_900, 100, false);
    }
}
