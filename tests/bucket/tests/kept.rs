//! A server with a folder: the next one has everything that this one has answered.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use assay_bucket::conformance::{Answer, Client, Sent};
use assay_bucket::{Keys, Server};

fn keys() -> Keys {
    Keys { access_key: "KEY".to_owned(), secret_key: "secret".to_owned(), session_token: None }
}

fn start(root: &Path) -> Server {
    Server::in_folder(root, 0, keys()).expect("a server")
}

fn ask(server: &Server, method: &str, path: &str, query: &str, body: &[u8]) -> Answer {
    let sent = Sent { method, path, query, headers: &[], body };
    Client::new(&server.endpoint(), keys()).send(sent).expect("an answer")
}

#[test]
fn what_was_answered_is_there_after_another_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    assert_eq!(ask(&server, "PUT", "/lake", "", b"").status, 200);
    server.versioned_bucket("lake");
    assert_eq!(ask(&server, "PUT", "/lake/a", "", b"one").status, 200);
    assert_eq!(ask(&server, "PUT", "/lake/a", "", b"two").status, 200);
    assert_eq!(ask(&server, "PUT", "/lake/gone", "", b"three").status, 200);
    assert_eq!(ask(&server, "DELETE", "/lake/gone", "", b"").status, 204);
    let begun = ask(&server, "POST", "/lake/parts", "uploads=", b"");
    let upload = begun.element("UploadId").expect("an id");
    let query = format!("partNumber=1&uploadId={upload}");
    let part = ask(&server, "PUT", "/lake/parts", &query, b"first");
    let (versions, tag) = (server.versions("lake", "a"), server.etag("lake", "a"));
    drop(server);

    // As if the server had been killed while writing a line.
    let mut journal = File::options().append(true).open(folder.path().join("journal.jsonl"));
    journal.as_mut().expect("it is there").write_all(b"{\"bucket\":\"la").expect("space");
    let server = start(folder.path());
    assert_eq!(server.keys_of("lake"), ["a"]);
    assert_eq!(ask(&server, "GET", "/lake/a", "", b"").body, b"two");
    assert_eq!((server.versions("lake", "a"), server.etag("lake", "a")), (versions, tag));
    assert_eq!(server.versions("lake", "gone").len(), 2);
    let tag = part.header("etag").expect("a tag").to_owned();
    let parts = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part></CompleteMultipartUpload>"
    );
    let query = format!("uploadId={upload}");
    assert_eq!(ask(&server, "POST", "/lake/parts", &query, parts.as_bytes()).status, 200);
    let before = server.versions("lake", "parts");
    assert_eq!(ask(&server, "PUT", "/lake/parts", "", b"second").status, 200);
    drop(server);

    let server = start(folder.path());
    assert_eq!(server.unfinished_uploads("lake"), [""; 0]);
    let after = server.versions("lake", "parts");
    assert_eq!((after.len(), after.first()), (2, before.first()), "no id is given twice");
    assert_eq!(server.get("lake", "parts").expect("it is there"), "second");
}

#[test]
fn large_objects_are_named_by_their_md5() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    server.bucket("lake");
    let put = ask(&server, "PUT", "/lake/zeros", "", &vec![0; 2 << 20]);
    assert_eq!(put.header("etag"), Some("\"b2d1236c286a3c0704224fe4105eca49\""));
}
