//! A run that a signal ends publishes nothing and leaves its audit record.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay_suite::{Lake, Library};
use serde_json::Value;

/// Many enough that a run is still judging when the signal comes: some seconds of work.
const RECORDS: u32 = 400_000;

/// From the signal to the end, at most: a slab under way is finished, and nothing else. A second, and as much as a busy machine takes for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ends a run by a signal once its first part is begun.
fn check(library: &Library, file: &Path, signal: &str, code: i32) {
    let lake = Lake::new();
    let mut child = lake
        .command(file)
        .args(library.arguments())
        .args(["--threads", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("assay starts");
    let began = Instant::now();
    while !lake.path().join("staging").exists() {
        assert!(began.elapsed() < Duration::from_mins(2), "the run does not begin");
        assert_eq!(child.try_wait().expect("a child"), None, "the run ended by itself");
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").arg(signal).arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
    let told = Instant::now();
    let output = child.wait_with_output().expect("a child");
    assert!(told.elapsed() < PATIENCE, "{signal}: {:?}", told.elapsed());
    assert_eq!(output.status.code(), Some(code), "{signal}");
    let shows = |report: &Value| {
        assert_eq!(report["outcome"], "failed", "{report:#}");
        assert_eq!(report["failure"]["code"], "interrupted");
    };
    let printed: Value = serde_json::from_slice(&output.stdout).expect("an object");
    shows(&printed);
    let next = printed["next"][0].as_str().expect("what to type next");
    assert!(next.starts_with("assay run "), "{next}");
    let mut audits = 0;
    for (path, bytes) in lake.files() {
        if path.starts_with("metadata/ingestion_audit") {
            shows(&serde_json::from_slice(&bytes).expect("an audit record"));
            audits += 1;
        }
        assert!(!path.ends_with("manifest.json"), "{}", path.display());
    }
    assert_eq!(audits, 1);
    assert!(!lake.path().join("staging").exists(), "what it wrote is taken back, folders and all");
}

#[test]
fn a_run_that_a_signal_ends_leaves_its_audit_record() {
    let library = Library::new();
    let file = library.loans(2023, RECORDS, "");
    check(&library, &file, "-TERM", 143);
    check(&library, &file, "-INT", 130);
}
