//! What the server offers to tests beside S3.

use assay_bucket::conformance::{Client, Sent};
use assay_bucket::{Action, Operation, Server};

fn sent<'a>(method: &'a str, path: &'a str) -> Sent<'a> {
    Sent { method, path, query: "", headers: &[], body: b"" }
}

#[test]
fn what_is_put_is_there() {
    let server = Server::start();
    server.bucket("data");
    let client = Client::new(&server.endpoint(), server.keys().clone());
    let etag = server.put("data", "year=2023/direct", "direct");
    let answer = client.send(sent("GET", "/data/year%3D2023/direct")).expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"direct".as_slice()));
    assert_eq!(answer.header("etag"), Some(format!("\"{etag}\"").as_str()));
    let answer =
        client.send(Sent { body: b"hello", ..sent("PUT", "/data/sent") }).expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(server.get("data", "sent").as_deref(), Some(b"hello".as_slice()));
    assert_eq!(server.keys_of("data"), ["sent", "year=2023/direct"]);
    assert!(server.delete("data", "sent") && !server.delete("data", "sent"));
    let asked: Vec<_> =
        server.take_log().into_iter().map(|r| (r.operation, r.key, r.status)).collect();
    let expected = [
        (Operation::GetObject, "year=2023/direct".to_owned(), Some(200)),
        (Operation::PutObject, "sent".to_owned(), Some(200)),
    ];
    assert_eq!(asked, expected);
    assert!(server.log().is_empty());
}

#[test]
fn who_may_not_is_told_403() {
    let server = Server::start();
    server.bucket("data");
    server.put("data", "k", "there");
    let client = Client::new(&server.endpoint(), server.keys().clone());
    let check = |method: &str, key: &str, status: u16, code: Option<&str>| {
        let answer = client.send(sent(method, &format!("/data/{key}"))).expect("an answer");
        assert_eq!(answer.status, status, "{method} {key}");
        assert_eq!(answer.element("Code").as_deref(), code, "{method} {key}");
    };
    check("GET", "missing", 404, Some("NoSuchKey"));
    // A HEAD has no body, whatever happens.
    check("HEAD", "missing", 404, None);
    server.deny(Action::ListBucket);
    check("GET", "k", 200, None);
    check("GET", "missing", 403, Some("AccessDenied"));
    check("HEAD", "missing", 403, None);
    server.deny(Action::GetObject);
    check("GET", "k", 403, Some("AccessDenied"));
    check("HEAD", "k", 403, None);
    check("DELETE", "k", 204, None);
    server.allow_all();
    check("GET", "k", 404, Some("NoSuchKey"));
}

#[test]
fn a_session_ends() {
    let server = Server::start();
    server.bucket("data");
    server.put("data", "k", "there");
    let client = Client::new(&server.endpoint(), server.session(2));
    for status in [200, 200, 400, 400] {
        assert_eq!(client.send(sent("GET", "/data/k")).expect("an answer").status, status);
    }
    let last = client.send(sent("GET", "/data/k")).expect("an answer");
    assert_eq!(last.element("Code").as_deref(), Some("ExpiredToken"));
}

#[test]
fn keys_are_checked() {
    let server = Server::start();
    server.bucket("data");
    let check = |change: fn(&mut assay_bucket::Keys), status: u16, code: &str| {
        let mut keys = server.keys().clone();
        change(&mut keys);
        let client = Client::new(&server.endpoint(), keys);
        let answer = client.send(sent("GET", "/data/k")).expect("an answer");
        assert_eq!(answer.element("Code").as_deref(), Some(code));
        assert_eq!(answer.status, status, "{code}");
    };
    check(|_| {}, 404, "NoSuchKey");
    check(|keys| keys.secret_key.push('x'), 403, "SignatureDoesNotMatch");
    check(|keys| keys.access_key.push('x'), 403, "InvalidAccessKeyId");
    check(|keys| keys.session_token = Some("x".to_owned()), 400, "InvalidToken");
}
