//! What the server offers to tests in addition to S3.

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
    // The answer to HEAD never has a body.
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

#[test]
fn a_completed_upload_is_remembered_unless_it_is_not() {
    let server = Server::start();
    server.bucket("data");
    let client = Client::new(&server.endpoint(), server.keys().clone());
    let begun = Sent { query: "uploads=", ..sent("POST", "/data/k") };
    let id = client.send(begun).expect("an answer").element("UploadId").expect("an id");
    let query = format!("partNumber=1&uploadId={id}");
    let part = Sent { query: &query, body: b"one", ..sent("PUT", "/data/k") };
    let etag = client.send(part).expect("an answer").header("etag").expect("a tag").to_owned();
    assert_eq!(server.unfinished_uploads("data"), ["k"]);
    let complete = |part: &str| {
        let body = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part}</ETag></Part></CompleteMultipartUpload>"
        );
        let query = format!("uploadId={id}");
        let headers = [("if-none-match", "*")];
        let sent = Sent {
            query: &query,
            headers: &headers,
            body: body.as_bytes(),
            ..sent("POST", "/data/k")
        };
        let answer = client.send(sent).expect("an answer");
        (answer.status, answer.element("Code").or(answer.element("ETag")).unwrap_or_default())
    };
    let done = complete(&etag);
    assert_eq!(done.0, 200);
    assert_eq!(complete(&etag), done);
    assert_eq!(complete("other"), (404, "NoSuchUpload".to_owned()));
    server.forget_completed_uploads();
    assert_eq!(complete(&etag), (404, "NoSuchUpload".to_owned()));
    assert!(server.unfinished_uploads("data").is_empty());
}

#[test]
fn pages_are_as_small_as_is_wanted() {
    let server = Server::start();
    server.bucket("data");
    for key in ["a", "b", "c"] {
        server.put("data", key, "");
    }
    server.page_size(2);
    let client = Client::new(&server.endpoint(), server.keys().clone());
    let answer =
        client.send(Sent { query: "list-type=2", ..sent("GET", "/data") }).expect("an answer");
    assert_eq!(answer.element("KeyCount").as_deref(), Some("2"));
    assert_eq!(answer.element("IsTruncated").as_deref(), Some("true"));
}

#[test]
fn who_pays_and_who_encrypts_is_noted() {
    let server = Server::start();
    server.requester_pays_bucket("data");
    server.put("data", "k", "there");
    let client = Client::new(&server.endpoint(), server.keys().clone());
    assert_eq!(client.send(sent("GET", "/data/k")).expect("an answer").status, 403);
    let payer = ("x-amz-request-payer", "requester");
    let headers = [
        payer,
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "some-key"),
    ];
    let put = Sent { headers: &headers, body: b"new", ..sent("PUT", "/data/k") };
    assert_eq!(client.send(put).expect("an answer").status, 200);
    let head = client.send(Sent { headers: &[payer], ..sent("HEAD", "/data/k") });
    let head = head.expect("an answer");
    assert_eq!(head.header("x-amz-server-side-encryption"), Some("aws:kms"));
    assert_eq!(head.header("x-amz-server-side-encryption-aws-kms-key-id"), Some("some-key"));
    let log = server.log();
    assert_eq!((log[0].payer.as_deref(), log[0].status), (None, Some(403)));
    assert_eq!(log[1].payer.as_deref(), Some("requester"));
    assert_eq!(log[1].kms_key.as_deref(), Some("some-key"));
    assert_eq!(log[1].encryption.as_deref(), Some("aws:kms"));
}
