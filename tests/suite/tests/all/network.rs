//! A bucket behind an unreliable network: whatever goes wrong with whichever request, a reader sees the state before or after, and the next
//! run succeeds.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use assay_bucket::{Fault, Operation, Server};
use assay_pipeline::{Input, Report};
use assay_s3::{Address, Halt, Keys, Memory, Patience, S3, Settings};
use assay_suite::{BAD_LOAN, Setting};
use serde_json::Value;

const BUCKET: &str = "lake";
const RAW: &str = "raw/loans-2023.csv";

/// Bytes per range: small enough that a small file has several, and still more than one record.
const RANGE: u64 = 32 << 10;

/// Bytes per part: small enough that such a file's output has several; AWS would not accept this size.
const PART: usize = 2 << 10;

/// A server with a file on it, and rules that judge it.
struct Place {
    server: Server,
    setting: Setting,
    /// Content of the file.
    bytes: Vec<u8>,
    /// How long an attempt at a request may take.
    attempt: Duration,
}

/// What a reader follows below a root: the published run, and the files named by its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    run: String,
    files: BTreeMap<String, usize>,
}

impl Place {
    fn new() -> Self {
        let (server, setting) = (Server::start(), Setting::new());
        server.bucket(BUCKET);
        server.least_part(PART);
        let bytes = std::fs::read(setting.library.loans(2023, 2_000, BAD_LOAN)).expect("the file");
        assert!(bytes.len() as u64 > 3 * RANGE, "{} bytes", bytes.len());
        server.put(BUCKET, RAW, bytes.clone());
        // On the loopback interface an answer takes some milliseconds, or some hundred on a busy machine.
        Self { server, setting, bytes, attempt: Duration::from_secs(2) }
    }

    fn connect(&self, halt: &Halt) -> S3 {
        let keys = self.server.keys();
        let keys = Keys {
            access_key: keys.access_key.clone(),
            secret_key: keys.secret_key.clone(),
            session_token: None,
        };
        S3::connect(Settings {
            endpoint: Some(self.server.endpoint()),
            region: Some("us-east-1".to_owned()),
            keys: Some(keys),
            memory: Memory { ranges: 3, range_bytes: RANGE, parts: 2, part_bytes: PART },
            patience: Patience {
                attempts: 4,
                pause: Duration::from_millis(2),
                attempt: self.attempt,
                ..Patience::default()
            },
            halt: halt.clone(),
            ..Settings::default()
        })
        .expect("threads")
    }

    /// Judges the file below `root`; `None` if it cannot be opened.
    fn run(&self, root: &str) -> Option<Report> {
        self.run_until(root, &Halt::default())
    }

    /// Like [`Self::run`], until a stop is requested.
    fn run_until(&self, root: &str, halt: &Halt) -> Option<Report> {
        let s3 = self.connect(halt);
        let object = Address::new(&format!("s3://{BUCKET}/{RAW}")).expect("an address");
        let root = Address::new(&format!("s3://{BUCKET}/{root}")).expect("an address");
        let blob = s3.open(&object).ok()?;
        let input = Input::new(blob, Some(object.name().to_owned()));
        let store = s3.store(root).expect("a root");
        Some(self.setting.run(&input, &store))
    }

    fn seen(&self, root: &str) -> Option<Seen> {
        let manifests: Vec<String> = self
            .server
            .keys_of(BUCKET)
            .into_iter()
            .filter(|key| key.starts_with(&format!("{root}/")) && key.ends_with("manifest.json"))
            .collect();
        assert!(manifests.len() < 2, "{manifests:?}");
        let manifest = self.server.get(BUCKET, manifests.first()?).expect("it was listed");
        let manifest: Value = serde_json::from_slice(&manifest).expect("a whole manifest");
        let parts = manifest["assay"]["parts"].as_array().expect("parts").iter();
        let mut files = BTreeMap::new();
        for part in parts {
            let key = part["key"].as_str().expect("a key");
            let bytes = self.server.get(BUCKET, &format!("{root}/{key}"));
            let bytes = bytes.unwrap_or_else(|| panic!("{root}/{key} is gone")).len();
            assert_eq!(Some(bytes as u64), part["bytes"].as_u64(), "{root}/{key}");
            let name = key.rsplit_once('/').expect("it is in a folder").1;
            files.insert(name.to_owned(), bytes);
        }
        let run = manifest["assay"]["run_id"].as_str().expect("a run").to_owned();
        Some(Seen { run, files })
    }

    /// Audit records below a root.
    fn audits(&self, root: &str) -> Vec<Value> {
        let prefix = format!("{root}/metadata/ingestion_audit/");
        let keys = self.server.keys_of(BUCKET).into_iter().filter(|key| key.starts_with(&prefix));
        let record = |key: String| -> Value {
            let bytes = self.server.get(BUCKET, &key).expect("it was listed");
            serde_json::from_slice(&bytes).expect("a whole record")
        };
        keys.map(record).collect()
    }

    /// Number of accepted audit records below a root, from attempts that published.
    fn accepted(&self, root: &str) -> usize {
        let is_accepted =
            |it: &&Value| it["outcome"].as_str().is_some_and(|it| it.starts_with("accepted"));
        self.audits(root).iter().filter(is_accepted).count()
    }

    /// Applies `fault` to each request of a run in turn. `hurts` says whether a run may fail by it at that request; faults that are retried
    /// until success may not.
    fn sweep(&self, fault: &Fault, hurts: impl Fn(u64) -> bool) {
        let name = format!("{fault:?}");
        // Each fault has roots of its own, including `WrongLength(-10)` and `WrongLength(10)`.
        let is_named = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
        let name: String = name.chars().filter(is_named).take(16).collect();
        self.server.faults().clear();
        self.run(&format!("{name}-learned")).expect("it can be opened");
        let requests = self.server.faults().requests();
        let expected = self.seen(&format!("{name}-learned")).expect("it is published");
        assert!(requests > 20, "{requests} requests");
        for at in 0..requests {
            let root = format!("{name}-{at}");
            self.server.faults().clear();
            self.server.faults().at(at, fault.clone());
            let report = self.run(&root);
            let place = format!("{fault:?} at request {at}");
            let published = report.as_ref().is_some_and(|report| report.outcome != "failed");
            let failure = report.as_ref().and_then(|report| report.failure.as_ref());
            assert!(hurts(at) || published, "{place}: {failure:?}");
            let seen = self.seen(&root);
            if published {
                assert_eq!(seen.as_ref(), Some(&expected), "{place}: said to be published");
            }
            assert!(seen.is_none_or(|seen| seen == expected), "{place}: half of it is seen");
            self.server.faults().clear();
            self.server.put(BUCKET, RAW, self.bytes.clone());
            let report = self.run(&root).expect("it can be opened");
            assert!(report.outcome.starts_with("accepted"), "{place}, then: {:?}", report.failure);
            assert_eq!(report.records.read, 2_001, "{place}: no record is lost");
            assert_eq!(self.seen(&root).as_ref(), Some(&expected), "{place}, then");
            assert_eq!(self.accepted(&root), 1, "{place}: published more than once");
        }
    }
}

#[test]
fn what_may_pass_is_tried_again_at_every_request() {
    let place = Place::new();
    for fault in [
        Fault::SlowDown,
        Fault::InternalError,
        Fault::TooManyRequests,
        Fault::Conflict,
        Fault::ConflictDone,
        Fault::ErrorInside,
        Fault::Reset(100),
        Fault::Truncated(100),
        Fault::RefusedBody(100),
        Fault::WrongRange,
        Fault::LostReply,
        Fault::Repeated,
        Fault::Closed,
    ] {
        place.sweep(&fault, |_| false);
    }
}

/// AWS requires a new upload after a conflict with another request for the same key. No other process ever writes an attempt's keys, so it
/// can only be an earlier request of its own, whose result is looked up. If it is not found, the data of the parts is gone, and the next
/// run writes it again.
#[test]
fn an_upload_that_is_wanted_once_more_is_made_by_the_next_run() {
    let place = Place::new();
    place.server.faults().clear();
    place.server.take_log();
    place.run("learned").expect("it can be opened");
    let expected = place.seen("learned").expect("it is published");
    let log = place.server.take_log();
    let completed = log.iter().filter(|it| it.operation == Operation::CompleteMultipartUpload);
    let (uploads, requests) = (completed.count() as u64, log.len());
    assert!(uploads >= 2, "{uploads}");
    let check = |fault: Fault, at: u64, lasting: bool, told: &str| {
        let (root, name) = (format!("{fault:?}-{at}"), format!("{fault:?} at upload {at}"));
        place.server.faults().clear();
        if lasting {
            place.server.faults().from_operation(Operation::CompleteMultipartUpload, at, fault);
        } else {
            place.server.faults().at_operation(Operation::CompleteMultipartUpload, at, fault);
        }
        let report = place.run(&root).expect("it can be opened");
        let failure = report.failure.unwrap_or_else(|| panic!("{name}: {}", report.outcome));
        assert_eq!((failure.code.as_str(), failure.retryable), ("store", true), "{name}");
        for told in [told, "try again: the next run uploads them again"] {
            assert!(failure.message.contains(told), "{name}: {}", failure.message);
        }
        assert_eq!(place.server.unfinished_uploads(BUCKET), [""; 0], "{name}");
        let left = place.server.keys_of(BUCKET).into_iter();
        let left: Vec<_> = left.filter(|it| it.starts_with(&format!("{root}/staging"))).collect();
        assert_eq!(left, [""; 0], "{name}");
        place.server.faults().clear();
        place.server.take_log();
        let report = place.run(&root).expect("it can be opened");
        assert!(report.outcome.starts_with("accepted"), "{name}, then: {:?}", report.failure);
        assert_eq!(place.seen(&root).as_ref(), Some(&expected), "{name}, then");
        let took = place.server.take_log().len();
        assert!(took <= requests + requests / 10, "{name}: {took} requests, not {requests}");
    };
    for at in 0..uploads {
        check(Fault::ConflictGone, at, false, "the upload no longer exists");
        check(Fault::Conflict, at, true, "requires this upload to start again");
    }
}

#[test]
fn what_does_not_pass_leaves_the_state_before_or_after() {
    let place = Place::new();
    for fault in
        [Fault::ExpiredToken, Fault::ClockSkew, Fault::Elsewhere, Fault::StaleEtag, Fault::Deleted]
    {
        place.sweep(&fault, |_| true);
    }
}

/// If a length contradicts what is known, a second answer decides. Nothing is known of the input when it is opened, so it is the later
/// reads that contradict a wrong length.
#[test]
fn a_wrong_length_is_held_against_another_answer() {
    let place = Place::new();
    for by in [-10, 10] {
        place.sweep(&Fault::WrongLength(by), |at| at == 0);
        // The input did not change: the server contradicts itself.
        let root = format!("opened-{by}");
        place.server.faults().clear();
        place.server.faults().at(0, Fault::WrongLength(by));
        let report = place.run(&root).expect("it can be opened");
        let failure = report.failure.expect("it fails");
        assert_eq!((failure.code.as_str(), failure.retryable), ("input", true), "{failure:?}");
        let len = i64::try_from(place.bytes.len()).expect("it is short");
        let told = format!("GetObject says {len} bytes, HeadObject said {} bytes", len + by);
        assert!(failure.message.contains(&told), "{}", failure.message);
        assert_eq!(place.seen(&root), None);
    }
    // A single answer does not make an object empty either.
    place.server.faults().clear();
    let all = i64::try_from(place.bytes.len()).expect("it is short");
    place.server.faults().from_operation(Operation::HeadObject, 0, Fault::WrongLength(-all));
    assert!(place.run("empty").is_none());
    let address = Address::new(&format!("s3://{BUCKET}/{RAW}")).expect("an address");
    let told = place.connect(&Halt::default()).open(&address).expect_err("it contradicts itself");
    let expected = format!("GetObject says {all} bytes, HeadObject said 0 bytes");
    assert!(told.to_string().contains(&expected), "{told}");
    place.server.faults().clear();
    place.server.put(BUCKET, RAW, "");
    assert_eq!(place.run("empty").expect("it can be opened").outcome, "refused");
    place.server.put(BUCKET, RAW, place.bytes.clone());
    // The next run checks published data again, and does not rewrite it because of one answer, or because of all answers of one kind.
    let root = "published";
    place.run(root).expect("it can be opened");
    place.server.faults().clear();
    place.run(root).expect("it can be opened");
    let requests = place.server.faults().requests();
    let again = |name: &str| {
        let report = place.run(root).expect("it can be opened");
        assert!(report.already_published, "{name}: {} {:?}", report.outcome, report.failure);
        assert_eq!(place.accepted(root), 1, "{name}");
        place.server.faults().clear();
    };
    for at in 1..requests {
        place.server.faults().at(at, Fault::WrongLength(10));
        again(&format!("at request {at}"));
    }
    place.server.faults().from_operation(Operation::HeadObject, 1, Fault::WrongLength(-10));
    again("at every HeadObject but the first");
}

/// A range takes two thirds of a second; an attempt may take two seconds.
#[test]
fn what_is_slow_is_waited_for_at_every_request() {
    Place::new().sweep(&Fault::SlowBody(50_000), |_| false);
}

#[test]
fn an_answer_that_is_sent_twice_is_not_taken_for_that_to_another_request() {
    Place::new().sweep(&Fault::SentTwice, |_| false);
}

#[test]
fn what_stalls_is_given_up_and_tried_again_at_every_request() {
    // Each takes all the time that an attempt may take.
    let place = Place { attempt: Duration::from_millis(700), ..Place::new() };
    place.sweep(&Fault::Silent, |_| false);
    place.sweep(&Fault::StalledBody(100), |_| false);
}

/// Maximum time from the stop request to the end, on a busy machine.
const SOON: Duration = Duration::from_secs(4);

/// Requests a stop once `request` gets no answer, and returns the result and the time until the end.
fn halt_at(place: &Place, request: u64, root: &str) -> (Option<Report>, Duration) {
    let halt = Halt::default();
    place.server.faults().clear();
    place.server.take_log();
    place.server.faults().at(request, Fault::Silent);
    thread::scope(|scope| {
        let run = scope.spawn(|| place.run_until(root, &halt));
        let began = Instant::now();
        while place.server.faults().struck() == 0 {
            assert!(!run.is_finished() && began.elapsed() < Duration::from_mins(1), "{request}");
            thread::sleep(Duration::from_millis(2));
        }
        let asked = Instant::now();
        halt.ask();
        (run.join().expect("it does not panic"), asked.elapsed())
    })
}

#[test]
fn the_end_comes_soon_whichever_request_is_not_answered_and_is_recorded() {
    // Longer than anything waits after a stop request.
    let place = Place { attempt: Duration::from_secs(20), ..Place::new() };
    place.server.faults().clear();
    place.run("learned").expect("it can be opened");
    let requests = place.server.faults().requests();
    let expected = place.seen("learned").expect("it is published");
    let (mut cut, mut closed) = (0, 0);
    for at in 0..requests {
        let root = format!("halted-{at}");
        let (report, took) = halt_at(&place, at, &root);
        let log = place.server.take_log();
        let silent = log.iter().find(|it| it.fault.is_some()).expect("it was noted");
        let name = format!("request {at}, {:?} of {}", silent.operation, silent.key);
        let is_data = match silent.operation {
            Operation::GetObject => silent.key == RAW,
            Operation::PutObject => silent.key.ends_with(".parquet"),
            Operation::HeadObject
            | Operation::CreateMultipartUpload
            | Operation::UploadPart
            | Operation::CompleteMultipartUpload => true,
            _ => false,
        };
        let failure = report.as_ref().and_then(|it| it.failure.as_ref());
        if is_data {
            cut += 1;
            assert!(took < SOON, "{name}: {took:?}");
            assert!(
                failure.map_or(at == 0, |it| it.code == "interrupted" && it.retryable),
                "{name}: {report:?}"
            );
            let audits = place.audits(&root);
            let codes: Vec<&Value> = audits.iter().map(|it| &it["failure"]["code"]).collect();
            assert_eq!(codes, vec!["interrupted"; usize::from(at > 0)], "{name}");
            let left = place.server.unfinished_uploads(BUCKET);
            assert!(
                left.is_empty() || silent.operation == Operation::CreateMultipartUpload,
                "{name}: {left:?}"
            );
        } else {
            // A document, which is waited for until there is no hope left.
            closed += 1;
            assert!(took < 2 * SOON, "{name}: {took:?}");
        }
        let seen = place.seen(&root);
        assert!(seen.is_none_or(|seen| seen == expected), "{name}: half of it is seen");
        place.server.faults().clear();
        let report = place.run(&root).expect("it can be opened");
        assert!(report.outcome.starts_with("accepted"), "{name}, then: {:?}", report.failure);
        assert_eq!(place.seen(&root).as_ref(), Some(&expected), "{name}, then");
        assert_eq!(place.accepted(&root), 1, "{name}: published more than once");
    }
    assert!(cut > 20 && closed > 3, "{cut}, {closed}");
}

#[test]
fn an_input_that_changes_between_any_two_requests_is_told_and_not_published() {
    let place = Place::new();
    let mut other = place.bytes.clone();
    *other.last_mut().expect("it is long") = b' ';
    let faults = [
        Fault::Replaced(other.into()),
        Fault::Replaced(place.bytes[..50_000].to_vec().into()),
        Fault::Deleted,
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        place.server.put(BUCKET, RAW, place.bytes.clone());
        place.server.faults().clear();
        place.server.take_log();
        place.run(&format!("learned-{number}")).expect("it can be opened");
        let log = place.server.take_log();
        let asked = log.iter().filter(|request| request.key == RAW).count() as u64;
        assert!(asked > 8, "{asked}");
        for at in 1..asked {
            let root = format!("changed-{number}-{at}");
            place.server.put(BUCKET, RAW, place.bytes.clone());
            place.server.faults().clear();
            place.server.faults().at_key(RAW, at, fault.clone());
            let Some(report) = place.run(&root) else { continue };
            let failure = report.failure.as_ref();
            assert_eq!(
                failure.map(|it| it.code.as_str()),
                Some("input_changed"),
                "{fault:?} at {at}: {failure:?}"
            );
            assert_eq!(place.seen(&root), None, "{fault:?} at {at}");
        }
    }
}
