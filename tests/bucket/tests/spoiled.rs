//! Every fault as seen by a client, and the content of the bucket afterwards.

use std::io;
use std::time::{Duration, Instant};

use assay_bucket::conformance::{Answer, Client, Sent};
use assay_bucket::{Fault, Operation, Server};
use bytes::Bytes;

/// More bytes than are sent at once.
const LENGTH: usize = 300_000;

struct Ground {
    server: Server,
    client: Client,
}

impl Ground {
    fn new() -> Self {
        let server = Server::start();
        server.bucket("data");
        server.put("data", "there", vec![b'x'; LENGTH]);
        let client = Client::new(&server.endpoint(), server.keys().clone());
        // Enough for a busy machine to send its data, and short for waiting in vain.
        let client = client.with_patience(Duration::from_millis(500));
        Self { server, client }
    }

    fn ask(
        &self,
        method: &str,
        key: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        self.client.send(Sent { method, path: &format!("/data/{key}"), query: "", headers, body })
    }

    fn get(&self, fault: Fault) -> io::Result<Answer> {
        self.server.faults().clear();
        self.server.faults().at(0, fault);
        self.ask("GET", "there", &[("range", "bytes=0-199999")], b"")
    }

    fn put(&self, fault: Fault, body: &[u8]) -> io::Result<Answer> {
        self.server.delete("data", "new");
        self.server.faults().clear();
        self.server.faults().at(0, fault);
        self.ask("PUT", "new", &[("if-none-match", "*")], body)
    }
}

#[test]
fn refusals_carry_nothing_out() {
    let ground = Ground::new();
    let check = |fault: Fault, status: u16, code: &str| {
        let answer = ground.put(fault.clone(), b"new").expect("an answer");
        assert_eq!((answer.status, answer.element("Code").as_deref()), (status, Some(code)));
        assert_eq!(answer.element("RequestId").as_deref(), answer.header("x-amz-request-id"));
        assert_eq!(ground.server.get("data", "new"), None);
        // The next request is answered normally.
        assert_eq!(ground.ask("HEAD", "there", &[], b"").expect("an answer").status, 200);
        ground.server.faults().at(0, fault);
        let head = ground.ask("HEAD", "there", &[], b"").expect("an answer");
        assert_eq!((head.status, head.body.len()), (status, 0));
    };
    check(Fault::SlowDown, 503, "SlowDown");
    check(Fault::InternalError, 500, "InternalError");
    check(Fault::TooManyRequests, 429, "TooManyRequests");
    check(Fault::ErrorInside, 200, "InternalError");
    check(Fault::Conflict, 409, "ConditionalRequestConflict");
    check(Fault::ConflictGone, 409, "ConditionalRequestConflict");
    check(Fault::ExpiredToken, 400, "ExpiredToken");
    check(Fault::ClockSkew, 403, "RequestTimeTooSkewed");
    check(Fault::Elsewhere, 301, "PermanentRedirect");
}

#[test]
fn bodies_end_where_they_should() {
    let ground = Ground::new();
    let check = |fault: Fault, length: usize, broken: &[io::ErrorKind]| {
        let answer = ground.get(fault.clone()).expect("a head");
        assert_eq!((answer.status, answer.body.len()), (206, length), "{fault:?}");
        match answer.broken {
            None => assert!(broken.is_empty(), "{fault:?}"),
            Some(kind) => assert!(broken.contains(&kind), "{fault:?}: {kind}"),
        }
        assert_eq!(answer.header("content-range"), Some("bytes 0-199999/300000"));
        assert_eq!(ground.server.faults().struck(), 1);
    };
    let whole = 200_000;
    let patience = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
    let reset = [io::ErrorKind::ConnectionReset];
    check(Fault::StalledBody(0), 0, &patience);
    check(Fault::StalledBody(70_000), 70_000, &patience);
    check(Fault::Truncated(0), 0, &[]);
    check(Fault::Truncated(199_999), 199_999, &[]);
    check(Fault::Reset(0), 0, &reset);
    check(Fault::Reset(70_000), 70_000, &reset);
    // The faults below come after the end of the body.
    check(Fault::StalledBody(200_000), whole, &[]);
    check(Fault::Truncated(1_000_000), whole, &[]);
}

#[test]
fn heads_lie() {
    let ground = Ground::new();
    let check = |fault: Fault, length: usize, header: &str, value: &str| {
        let answer = ground.get(fault.clone()).expect("a head");
        assert_eq!((answer.status, answer.body.len()), (206, length), "{fault:?}");
        assert_eq!(answer.header(header), Some(value), "{fault:?}");
    };
    check(Fault::WrongLength(-5), 199_995, "content-length", "199995");
    check(Fault::WrongLength(5), 200_000, "content-length", "200005");
    check(Fault::WrongRange, 200_000, "content-range", "bytes 1-200000/300000");
    check(Fault::StaleEtag, 200_000, "etag", "\"00000000000000000000000000000000\"");
    ground.server.faults().at(0, Fault::WrongLength(-1));
    let head = ground.ask("HEAD", "there", &[], b"").expect("an answer");
    assert_eq!(head.header("content-length"), Some("299999"));
}

#[test]
fn slow_is_slow() {
    let ground = Ground::new();
    let begun = Instant::now();
    let answer = ground.get(Fault::SlowBody(1_000_000)).expect("an answer");
    assert_eq!((answer.body.len(), answer.broken), (200_000, None));
    // 0.2 seconds, minus the first beat and the inaccuracy of timers.
    assert!(begun.elapsed() > Duration::from_millis(120), "{:?}", begun.elapsed());
}

#[test]
fn a_silent_server_and_one_that_hangs_up_do_nothing() {
    let ground = Ground::new();
    let error = ground.put(Fault::Silent, b"new").expect_err("no answer");
    assert!(matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{error}");
    assert_eq!(ground.server.get("data", "new"), None);
    let error = ground.put(Fault::RefusedBody(1_000), &vec![b'n'; LENGTH]).expect_err("no answer");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(ground.server.get("data", "new"), None);
}

#[test]
fn what_is_lost_or_repeated_took_place() {
    let ground = Ground::new();
    let error = ground.put(Fault::LostReply, b"new").expect_err("no answer");
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(ground.server.get("data", "new").as_deref(), Some(b"new".as_slice()));
    let answer = ground.put(Fault::Repeated, b"new").expect("an answer");
    assert_eq!(answer.element("Code").as_deref(), Some("PreconditionFailed"));
    assert_eq!(ground.server.get("data", "new").as_deref(), Some(b"new".as_slice()));
}

#[test]
fn an_answer_comes_twice_or_last() {
    let ground = Ground::new();
    let check = |method: &str, fault: Fault, answers: usize| {
        ground.server.faults().clear();
        ground.server.faults().at(0, fault);
        // The client asks to keep the connection open, and the server does not object.
        let answer = ground.ask(method, "there", &[("connection", "keep-alive")], b"");
        let answer = answer.expect("an answer");
        let behind = String::from_utf8_lossy(&answer.body).matches("HTTP/1.1 200 OK").count();
        assert_eq!((answer.status, behind + 1), (200, answers), "{method}");
        assert_ne!(answer.header("connection"), Some("close"));
        answer.broken
    };
    for method in ["GET", "HEAD"] {
        assert_eq!(check(method, Fault::Closed, 1), None);
        // The connection stays open.
        assert!(check(method, Fault::SentTwice, 2).is_some());
    }
}

#[test]
fn objects_change_behind_ones_back() {
    let ground = Ground::new();
    let etag = ground.server.etag("data", "there").expect("an object");
    let quoted = format!("\"{etag}\"");
    let pinned = [("if-match", quoted.as_str())];
    ground.server.faults().at_operation(
        Operation::GetObject,
        1,
        Fault::Replaced(Bytes::from("other")),
    );
    let status = |method| ground.ask(method, "there", &pinned, b"").expect("an answer").status;
    assert_eq!(
        [status("HEAD"), status("GET"), status("GET"), status("HEAD")],
        [200, 200, 412, 412]
    );
    ground.server.faults().at(1, Fault::Deleted);
    let status = |method| ground.ask(method, "there", &[], b"").expect("an answer").status;
    assert_eq!([status("GET"), status("GET")], [200, 404]);
}

#[test]
fn the_log_says_what_was_made_of_a_request() {
    let ground = Ground::new();
    ground.get(Fault::SlowDown).expect("an answer");
    ground.put(Fault::LostReply, b"new").expect_err("no answer");
    let log = ground.server.take_log();
    let range = log[0].range.as_deref();
    assert_eq!(
        (log[0].operation, range, log[0].status),
        (Operation::GetObject, Some("bytes=0-199999"), Some(503))
    );
    assert_eq!((log[1].if_none_match.as_deref(), log[1].status, log[1].body), (Some("*"), None, 3));
    assert_eq!(log[1].fault, Some(Fault::LostReply));
}
