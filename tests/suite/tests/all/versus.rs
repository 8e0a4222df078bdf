//! The benchmark rules: thirteen rules on which the other engines of `cargo xtask versus` agree.

use std::collections::BTreeMap;
use std::process::Command;

use assay_suite::{Lake, checkout};

/// Generates a benchmark file and counts Assay's findings. `expected`: the count of every rule, and of bad records.
fn check(megabytes: &str, expected: &[(&str, u64)], quarantined: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("gen.csv");
    let status = Command::new("python3")
        .arg("-B")
        .arg(checkout().join("tests/versus/generate.py"))
        .args([file.as_os_str(), megabytes.as_ref(), "42".as_ref()])
        .status()
        .expect("python3 runs");
    assert!(status.success());
    let lake = Lake::new();
    let pack = checkout().join("rules/versus/pack.toml");
    let outcome = lake.run(&file, &["--pack", &pack.to_string_lossy()]);
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    assert_eq!(
        outcome.number("records.quarantined"),
        quarantined,
        "{:#}",
        outcome.summary["findings"]
    );
    let found: BTreeMap<_, _> = expected
        .iter()
        .map(|(rule, _)| (*rule, outcome.summary["findings"][rule]["error"].as_u64().unwrap_or(0)))
        .collect();
    assert_eq!(found, expected.iter().copied().collect(), "{:#}", outcome.summary["findings"]);
}

#[test]
fn four_hundred_megabytes_give_the_counts_that_others_give() {
    check(
        "400",
        &[
            ("R01", 339),
            ("R02", 113),
            ("R03", 113),
            ("R04", 560),
            ("R05", 448),
            ("R06", 112),
            ("R07", 112),
            ("R08", 112),
            ("R09", 224),
            ("R10", 336),
            ("R11", 113),
            ("R12", 224),
            ("R13", 224),
        ],
        2_917,
    );
}
