//! Inputs in a bucket before a run begins: a signal ends the opening or copying of one, and no copy is left, however it ends.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use assay_bucket::{Action, Fault, Operation, Server};
use assay_suite::{BAD_LOAN, Lake, Library, Outcome, finish};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const RAW: &str = "raw/loans-2023.csv";

/// Enough for more than one range of 8 MiB.
const RECORDS: u32 = 180_000;

/// Maximum time from the signal to the end, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server with a file on it, rules, and a folder for temporary files.
pub(crate) struct Place {
    pub(crate) server: Server,
    pub(crate) library: Library,
    pub(crate) bytes: Vec<u8>,
    temporary: TempDir,
}

impl Place {
    pub(crate) fn new(records: u32) -> Self {
        let (server, library) = (Server::start(), Library::new());
        server.bucket("lake");
        let bytes = std::fs::read(library.loans(2023, records, BAD_LOAN)).expect("the file");
        server.put("lake", RAW, bytes.clone());
        Self { server, library, bytes, temporary: tempfile::tempdir().expect("a folder") }
    }

    /// `assay run` or `check` of the file, with a root outside of the bucket.
    pub(crate) fn command(&self, lake: &Lake, command: &str, root: Option<&str>) -> Command {
        let mut assay = lake.assay();
        assay.arg(command).arg(format!("s3://lake/{RAW}")).args(["--format", "json"]);
        if command == "run" {
            assay.arg("--root").arg(root.map_or_else(|| lake.root(), str::to_owned));
        }
        assay.args(self.library.arguments()).envs(self.server.environment());
        assay.env("TMPDIR", self.temporary.path());
        assay
    }

    pub(crate) fn run(&self, lake: &Lake, more: &[&str]) -> Outcome {
        finish(self.command(lake, "run", None).args(more))
    }

    /// Number of names in the temporary folder: a copy should have none, neither while it exists nor afterwards.
    fn copies(&self) -> usize {
        std::fs::read_dir(self.temporary.path()).expect("a folder").count()
    }

    /// Waits until this many requests have arrived.
    pub(crate) fn asked(&self, operation: Operation, times: usize, child: &mut Child) {
        let began = Instant::now();
        let of_kind = || self.server.log().iter().filter(|it| it.operation == operation).count();
        while of_kind() < times {
            assert!(began.elapsed() < Duration::from_mins(1), "{operation:?} is not asked for");
            assert_eq!(child.try_wait().expect("a child"), None, "it ended by itself");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Ends a command by a signal while it waits for an answer that does not come.
fn check(
    command: &str,
    more: &[&str],
    (operation, fault): (Operation, Fault),
    signal: (&str, i32),
) {
    let name = format!("{command} {more:?} {operation:?} {}", signal.0);
    let (place, lake) = (Place::new(400), Lake::new());
    place.server.faults().from_operation(operation, 0, fault);
    let mut assay = place.command(&lake, command, None);
    assay.args(more).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = assay.spawn().expect("assay starts");
    place.asked(operation, 1, &mut child);
    assert_eq!(place.copies(), 0, "{name}: a copy has a name");
    let sent = Command::new("kill").arg(signal.0).arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
    let told = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        assert!(told.elapsed() < PATIENCE, "{name}: it waits for an answer");
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("a child");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(signal.1), "{name}: {said}");
    assert!(said.starts_with(&format!("SIG{}: the run stops", &signal.0[1..])), "{name}: {said}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("an object");
    assert_eq!(report["failure"]["code"], "interrupted", "{name}: {report:#}");
    assert_eq!(report["failure"]["retryable"], true, "{name}");
    // The run had not begun, so there is no record either.
    assert!(lake.files().is_empty(), "{name}: {:?}", lake.files().keys());
    assert_eq!(place.server.keys_of("lake"), [RAW], "{name}");
    assert_eq!(place.copies(), 0, "{name}");
}

#[test]
fn a_signal_ends_what_opens_or_copies_an_input() {
    let opening = || (Operation::HeadObject, Fault::Silent);
    let copying = || (Operation::GetObject, Fault::StalledBody(5_000));
    check("run", &[], opening(), ("-TERM", 143));
    check("run", &[], opening(), ("-INT", 130));
    check("check", &[], opening(), ("-TERM", 143));
    check("run", &["--spool"], opening(), ("-TERM", 143));
    check("run", &["--spool"], copying(), ("-TERM", 143));
    check("run", &["--spool"], copying(), ("-INT", 130));
    check("check", &["--spool"], copying(), ("-TERM", 143));
}

#[test]
fn a_copy_is_read_instead_of_the_bucket_and_is_gone_at_the_end() {
    let place = Place::new(RECORDS);
    assert!(place.bytes.len() > 8 << 20 && place.bytes.len() < 16 << 20, "{}", place.bytes.len());
    let of_input = |operation: Operation| {
        let log = place.server.take_log().into_iter();
        log.filter(|it| it.key == RAW && it.operation == operation).count()
    };
    let (in_place, spooled) = (Lake::new(), Lake::new());
    assert_eq!(place.run(&in_place, &[]).code, Some(0));
    assert!(of_input(Operation::GetObject) >= 2);
    let outcome = place.run(&spooled, &["--spool"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(of_input(Operation::GetObject), 2, "each of its two ranges once");
    assert!(spooled.staged() == in_place.staged(), "the same bytes");
    assert_eq!(place.copies(), 0);

    // The copy is judged, whatever happens to the object afterwards.
    place.server.faults().at_key(RAW, 3, Fault::Deleted);
    let later = Lake::new();
    assert_eq!(place.run(&later, &["--spool"]).code, Some(0));
    assert!(later.staged() == in_place.staged());
    place.server.put("lake", RAW, place.bytes.clone());

    // A run that fails after copying: nothing may be written to the bucket.
    place.server.faults().clear();
    place.server.deny(Action::PutObject);
    let lake = Lake::new();
    let outcome = finish(place.command(&lake, "run", Some("s3://lake/root")).arg("--spool"));
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert_eq!(outcome.summary["failure"]["code"], "store", "{:#}", outcome.summary["failure"]);
    assert_eq!(place.copies(), 0);
}

#[test]
fn an_object_that_changes_while_it_is_copied_is_told_and_not_judged() {
    let place = Place::new(RECORDS);
    let mut other = place.bytes.clone();
    other[0] = b'x';
    for fault in [Fault::Replaced(other.into()), Fault::Deleted] {
        let lake = Lake::new();
        place.server.faults().clear();
        place.server.put("lake", RAW, place.bytes.clone());
        place.server.faults().at_key(RAW, 2, fault);
        let outcome = place.run(&lake, &["--spool"]);
        let failure = &outcome.summary["failure"];
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        let (code, retryable) = (&failure["code"], &failure["retryable"]);
        assert_eq!((code, retryable), (&"not_begun".into(), &true.into()), "{failure:#}");
        let message = failure["message"].as_str().expect("a message");
        assert!(message.contains("changed while it was copied"), "{message}");
        assert!(lake.files().is_empty(), "{:?}", lake.files().keys());
        assert_eq!(place.copies(), 0);
    }
    // An object that cannot be read must not be blamed on the temporary folder.
    place.server.faults().clear();
    place.server.put("lake", RAW, place.bytes.clone());
    place.server.faults().at_key(RAW, 2, Fault::ClockSkew);
    let outcome = place.run(&Lake::new(), &["--spool"]);
    let message = outcome.summary["failure"]["message"].as_str().expect("a message");
    assert!(
        message.starts_with("cannot read `s3://lake/") && message.contains("clock"),
        "{message}"
    );
}

#[test]
fn a_signal_during_a_run_leaves_no_copy() {
    let (place, lake) = (Place::new(RECORDS), Lake::new());
    let mut assay = place.command(&lake, "run", None);
    assay.args(["--spool", "--threads", "1"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = assay.spawn().expect("assay starts");
    let began = Instant::now();
    while !Path::new(&lake.root()).join("staging").exists() {
        assert!(began.elapsed() < Duration::from_mins(2), "the run does not begin");
        assert_eq!(child.try_wait().expect("a child"), None, "the run ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(place.copies(), 0, "a copy has a name");
    let sent = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
    let output = child.wait_with_output().expect("a child");
    assert_eq!(output.status.code(), Some(143));
    let audits = lake.files().into_keys().filter(|it| it.starts_with("metadata/ingestion_audit"));
    assert_eq!(audits.count(), 1, "it was under way, so it leaves its record");
    assert_eq!(place.copies(), 0);
}
