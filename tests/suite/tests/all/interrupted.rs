//! A run ended by a signal publishes nothing and leaves its audit record.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use assay_bucket::{Fault, Operation};
use assay_suite::{Lake, Library};
use serde_json::Value;

use crate::hostile::Hostile;
use crate::spooled::{Place, RAW};

/// Enough records that a run is still judging when the signal comes: some seconds of work.
const RECORDS: u32 = 400_000;

/// Maximum time from the signal to the end. Only a slab under way is finished: a second, or several on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").arg(signal).arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
}

/// Ends a run by a signal, sent `times` times at once, when its first part has begun.
fn check(library: &Library, file: &Path, signal: &str, times: usize, code: i32) {
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
    let process = child.id().to_string();
    let sent = Command::new("kill").arg(signal).args(vec![process; times]).status();
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
    check(&library, &file, "-TERM", 1, 143);
    check(&library, &file, "-INT", 1, 130);
}

#[test]
fn a_signal_and_its_echo_are_one() {
    let library = Library::new();
    let file = library.loans(2023, RECORDS, "");
    check(&library, &file, "-TERM", 3, 143);
}

/// Pauses in seconds before the first signal, tried in turn until it comes while a plugin's call does not return; on an idle machine the
/// first is enough.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 16];

/// Ends a run by a second signal: the first came during a call to a plugin that does not return, so the run cannot stop.
fn check_twice(hostile: &Hostile, signals: [&str; 2], code: i32, name: &str) {
    for pause in PAUSES {
        let lake = Lake::new();
        let mut child = lake
            .command(&hostile.file())
            .args(hostile.arguments())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("assay starts");
        std::thread::sleep(Duration::from_secs(pause));
        send(&child, signals[0]);
        let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut first = String::new();
        said.read_line(&mut first).expect("text");
        assert!(first.contains("a second signal ends it at once"), "{first}");
        std::thread::sleep(Duration::from_millis(500));
        if child.try_wait().expect("a child").is_some() {
            continue;
        }
        send(&child, signals[1]);
        let told = Instant::now();
        let output = child.wait_with_output().expect("a child");
        assert!(told.elapsed() < PATIENCE, "{signals:?}: {:?}", told.elapsed());
        let mut second = String::new();
        said.read_to_string(&mut second).expect("text");
        assert!(second.starts_with(&format!("{name} again: ended at once")), "{second}");
        assert_eq!((output.status.code(), output.stdout), (Some(code), Vec::new()), "{signals:?}");
        let published =
            |path: &Path| path.ends_with("manifest.json") || path.starts_with("metadata");
        assert!(!lake.files().keys().any(|path| published(path)), "{:?}", lake.files().keys());
        return;
    }
    panic!("no signal came while a plugin was at work");
}

#[test]
fn a_second_signal_ends_at_once_a_run_that_cannot_stop() {
    let hostile = Hostile::new("spin-on-bad", "fuel_per_record = 1_000_000_000_000_000");
    check_twice(&hostile, ["-TERM", "-TERM"], 143, "SIGTERM");
    check_twice(&hostile, ["-INT", "-INT"], 130, "SIGINT");
    check_twice(&hostile, ["-INT", "-TERM"], 143, "SIGTERM");
}

/// More than a pipe holds: once this much is written, somebody is reading.
const MORE_THAN_A_PIPE: usize = 1 << 20;

/// Ends a command while its input is being copied from the writer that `writer` creates.
fn check_spooling(
    command: &str,
    file: &OsStr,
    (signal, code): (&str, i32),
    writer: impl FnOnce(&mut Child) -> Box<dyn Write>,
) {
    let (lake, library) = (Lake::new(), Library::new());
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut assay = lake.assay();
    assay.arg(command).arg(file).args(["--name", "loans-2023.csv", "--format", "json"]);
    if command == "run" {
        assay.arg("--root").arg(lake.path());
    }
    assay.args(library.arguments()).env("TMPDIR", temporary.path());
    assay.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = assay.spawn().expect("assay starts");
    let mut writer = writer(&mut child);
    writer.write_all(&vec![b'x'; MORE_THAN_A_PIPE]).expect("it is read");
    send(&child, signal);
    let told = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        assert!(told.elapsed() < PATIENCE, "{command} {signal}: it waits for its input");
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("a child");
    assert_eq!(output.status.code(), Some(code), "{command} {signal}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("an object");
    assert_eq!(report["failure"]["code"], "interrupted", "{report:#}");
    assert_eq!(report["failure"]["retryable"], true);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with(&format!("SIG{}: the run stops", &signal[1..])), "{said}");
    assert!(lake.files().is_empty(), "{:?}", lake.files().keys());
    let left = std::fs::read_dir(temporary.path()).expect("a folder").count();
    assert_eq!(left, 0, "the copy is gone");
}

#[test]
fn a_signal_ends_what_waits_for_its_input() {
    let from_standard =
        |child: &mut Child| -> Box<dyn Write> { Box::new(child.stdin.take().expect("a pipe")) };
    let dash = OsStr::new("-");
    check_spooling("run", dash, ("-TERM", 143), from_standard);
    check_spooling("run", dash, ("-INT", 130), from_standard);
    check_spooling("check", dash, ("-TERM", 143), from_standard);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let from_pipe = |_: &mut Child| -> Box<dyn Write> {
        Box::new(File::options().write(true).open(&pipe).expect("it is read"))
    };
    check_spooling("run", pipe.as_os_str(), ("-TERM", 143), from_pipe);
}

/// Ends a run to and from a bucket that does not answer: `stall` chooses the requests, and `record` says whether an audit record can be
/// written.
fn check_stalled(stall: impl Fn(&Place), (operation, times): (Operation, usize), record: bool) {
    let (place, lake) = (Place::new(400), Lake::new());
    stall(&place);
    let mut assay = place.command(&lake, "run", Some("s3://lake/root"));
    let mut child = assay.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("assay");
    place.asked(operation, times, &mut child);
    send(&child, "-TERM");
    let told = Instant::now();
    let output = child.wait_with_output().expect("a child");
    assert!(told.elapsed() < PATIENCE, "{operation:?}: {:?}", told.elapsed());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(143), "{operation:?}: {said}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("an object");
    assert_eq!(report["failure"]["code"], "interrupted", "{report:#}");
    assert_eq!(said.contains("the audit record could not be written"), !record, "{said}");
    let keys = place.server.keys_of("lake");
    let mut audits = keys.iter().filter(|key| key.starts_with("root/metadata/ingestion_audit"));
    assert_eq!(audits.next().is_some(), record, "{keys:?}");
    assert!(!keys.iter().any(|key| key.ends_with("manifest.json")), "{keys:?}");
}

#[test]
fn a_signal_ends_a_run_that_waits_for_a_bucket() {
    let input = |place: &Place| place.server.faults().from_key(RAW, 1, Fault::StalledBody(5_000));
    check_stalled(input, (Operation::GetObject, 1), true);
    // Nothing can be written any more, not even a record.
    let output = |place: &Place| {
        place.server.faults().from_operation(Operation::PutObject, 0, Fault::Silent);
    };
    check_stalled(output, (Operation::PutObject, 1), false);
}
